/** What the tests on a real node stand on, made while there is a network: programs, and images of apps. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { getBinaries } from '../control-plane/get-binaries.js'
import { nodeProgram } from '../start/dependencies.js'
import { step } from '../start/steps.js'
import { getNodeTools } from '../test-tools/node-tools.js'

const run = promisify(execFile)
const IMAGES_MS = 60 * 60_000

/**
 * The one switch of the smoke version in `npm test` and `.ci/run`: `null` leaves it out. Its file runs one app; `apps` are
 * those whose images it needs.
 */
export const smoke = { file: 'tests/real-node/smoke.test.ts', apps: ['chroma'] }

/** See real-node-ground.d.ts. */
export async function prepareRealNode(root, { apps = [], report = console.log } = {}) {
  const say = line => report(`  ${line}`)
  await step('control plane binaries', async () => void (await getBinaries({ report: say })))
  await step('programs of a real node', async () => void (await getNodeTools({ report: say })))
  await step('images of apps', async () => {
    const program = path.join(root, 'tests', 'real-node', 'images', 'prepare.ts')
    const options = { cwd: root, timeout: IMAGES_MS }
    const running = run(nodeProgram(root), [program, ...apps], options)
    running.child.stdout.on('data', lines => lines.trim().split('\n').forEach(say))
    await running
  })
}
