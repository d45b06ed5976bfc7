/**
 * `npm run test:real-node`: apps of the catalogue in real pods. Plain JavaScript, like `npm test`.
 *
 *   npm run test:real-node                      everything under tests/real-node
 *   npm run test:real-node -- smoke             files whose path holds a word
 *
 * What comes from the network is fetched first; then the tests run in namespaces without any way out.
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeProgram } from '../start/dependencies.js'
import { prepare } from '../start/prepare.js'
import { runInOwnNamespaces } from './own-namespaces.js'
import { prepareRealNode } from './real-node-ground.js'
import { whyNoRealNode } from './real-node-machine.js'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

async function main(files) {
  const why = await whyNoRealNode()
  if (why) {
    console.error(`No real node on this machine: ${why}. No test was run.`)
    return 1
  }
  await prepare(root)
  await prepareRealNode(root)
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [vitest, 'run', '--project', 'real-node', ...files]
  const { code } = await runInOwnNamespaces(nodeProgram(root), args, {
    cwd: root,
    env: process.env,
  })
  return code
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`\n${error.message}`)
  process.exitCode = 1
}
