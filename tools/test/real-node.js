/**
 * `npm run test:real-node`: apps of the catalogue in real pods. Plain JavaScript, like `npm test`.
 *
 *   npm run test:real-node                      everything under tests/real-node
 *   npm run test:real-node -- smoke             files whose path holds a word
 *
 * What comes from the network is fetched first; then each file runs in namespaces of its own, without any way out: one
 * machine for one node, which nothing of the node before has touched.
 */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeProgram } from '../start/dependencies.js'
import { prepare } from '../start/prepare.js'
import { runInOwnNamespaces } from './own-namespaces.js'
import { prepareRealNode } from './real-node-ground.js'
import { whyNoRealNode } from './real-node-machine.js'

const TESTS = path.join('tests', 'real-node')
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

async function main(words) {
  const files = await filesNamedBy(words)
  if (files.length === 0) {
    console.error(`No file under ${TESTS} is named by "${words.join(' ')}". No test was run.`)
    return 1
  }
  const why = await whyNoRealNode()
  if (why) {
    console.error(`No real node on this machine: ${why}. No test was run.`)
    return 1
  }
  await prepare(root)
  await prepareRealNode(root)
  const failed = []
  for (const file of files) {
    const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const args = [vitest, 'run', '--project', 'real-node', file]
    const options = { cwd: root, env: process.env }
    const { code } = await runInOwnNamespaces(nodeProgram(root), args, options)
    if (code !== 0) failed.push(file)
  }
  console.log(`Real node: ${files.length - failed.length} files passed, ${failed.length} failed`)
  for (const file of failed) console.log(`Failed: ${file}`)
  return failed.length === 0 ? 0 : 1
}

async function filesNamedBy(words) {
  const names = await readdir(path.join(root, TESTS), { recursive: true })
  const tests = names.filter(name => name.endsWith('.test.ts')).map(name => path.join(TESTS, name))
  return tests.filter(file => words.length === 0 || words.some(word => file.includes(word))).sort()
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`\n${error.message}`)
  process.exitCode = 1
}
