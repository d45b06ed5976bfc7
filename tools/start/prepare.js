/** What has to be there before anything of Kade can run; `npm start` and `npm test` begin with it. */
import { areDependenciesCurrent, installDependencies } from './dependencies.js'
import { buildFrontEnd, isFrontEndCurrent } from './front-end.js'
import { step } from './steps.js'

/** Installs packages and builds the portal where they are not current. Says a line per step. */
export async function prepare(root, { signal, run = step } = {}) {
  await run('npm packages', async () => {
    if (await areDependenciesCurrent(root)) return 'current'
    await installDependencies(root, signal)
  })
  await run('portal', async () => {
    if (await isFrontEndCurrent(root)) return 'current'
    await buildFrontEnd(root, signal)
  })
}
