/**
 * `npm test`: everything from a fresh checkout to a verdict. Plain JavaScript without dependencies, like `npm start`.
 *
 *   npm test                     all projects but `long`; of `real-node` the smoke version, where the machine allows
 *   npm test -- unit rules       only these
 *   npm test -- --prepare        only what has to be there before the tests
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { getBinaries } from '../control-plane/get-binaries.js'
import { nodeProgram } from '../start/dependencies.js'
import { checkMachine } from '../start/ground.js'
import { prepare } from '../start/prepare.js'
import { step } from '../start/steps.js'
import { findBrowser, installCommand } from './browser.js'
import { PROJECTS, roundsOf } from './lanes.js'
import { runInOwnNamespaces } from './own-namespaces.js'
import { prepareRealNode, smoke } from './real-node-ground.js'
import { whyNoRealNode } from './real-node-machine.js'
import { add, closingLine, emptyTally, failedFiles, tallyOf, withSecondRun } from './tally.js'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const STANDS_ON_SERVERS = new Set(['cluster', 'database', 'browser', 'real-node'])
const AGAIN_AT_MOST = 2
/** What a person set for their own Kade must not reach the tests; where programs are kept and come from may. */
const KEPT_SETTINGS = /^KADE_(CACHE|KUBERNETES_RELEASES|GITHUB|GITHUB_API)$/

async function main(args) {
  const projects = args.filter(arg => !arg.startsWith('-'))
  const unknown = projects.filter(name => !PROJECTS.includes(name))
  if (unknown.length > 0) {
    throw new Error(
      `There is no test project ${unknown.join(', ')}; choose from ${PROJECTS.join(', ')}.`,
    )
  }
  checkMachine()
  const asked = projects.length > 0 ? projects : PROJECTS
  const mustHaveNode = projects.includes('real-node') || Boolean(process.env.CI)
  let noRealNode = asked.includes('real-node') ? await whyNotSmoke() : undefined
  if (noRealNode && projects.includes('real-node')) {
    throw new Error(`No real node on this machine: ${noRealNode}. No test was run.`)
  }
  const others = asked.filter(name => name !== 'real-node')
  const browser = await requireBrowser(asked)
  await prepareAll(noRealNode ? others : asked)
  if (asked.includes('real-node') && !noRealNode) noRealNode = await whyNotPrepared(mustHaveNode)
  if (args.includes('--prepare')) return 0
  return runAll(noRealNode ? others : asked, browser, noRealNode)
}

/**
 * Makes what the smoke version on a real node stands on. It is much to fetch, and somebody who only wants the other tests
 * gets them where it fails; who asked for it by name is told, and so is CI, which must not pass without it unseen.
 */
async function whyNotPrepared(mustHaveNode) {
  try {
    await prepareRealNode(root, { apps: smoke.apps })
  } catch (error) {
    if (mustHaveNode) throw error
    return `it could not be prepared: ${error.message.trim().split('\n').at(-1)}`
  }
}

async function whyNotSmoke() {
  return smoke ? whyNoRealNode() : 'it is switched off in tools/test/real-node-ground.js'
}

async function requireBrowser(chosen) {
  const browser = await findBrowser()
  if (browser || !chosen.includes('browser')) return browser
  throw new Error(
    `The browser tests need Chrome or Chromium, and none was found (PATH, CHROME_PATH). Install it with:\n\n  ${await installCommand()}\n\nNo test was run.`,
  )
}

/** The binaries come beside the packages; what both wait for is the network. */
async function prepareAll(chosen) {
  const needBinaries = ['cluster', 'browser', 'real-node'].some(name => chosen.includes(name))
  const report = line => console.log(`  clusters: ${line}`)
  const binaries = needBinaries ? getBinaries({ report }) : Promise.resolve()
  // Whoever fails first is told first; the other must not be an unhandled rejection meanwhile.
  binaries.catch(() => {})
  await prepare(root)
  await step('control plane binaries', () => binaries.then(() => undefined))
}

async function runAll(chosen, browser, noRealNode) {
  const reports = await mkdtemp(path.join(tmpdir(), 'kade-test-'))
  let total = emptyTally()
  let allWell = true
  const seconds = []
  const unsteadyFiles = []
  try {
    for (const lanes of roundsOf(chosen)) {
      const running = lanes.map((lane, index) => runLane(lane, reports, browser, index > 0))
      const runs = (await Promise.all(running)).flat()
      seconds.push(...runs.map(run => `${run.project} ${run.seconds} s`))
      // Only once nothing runs beside it any more.
      for (const run of runs) {
        const { tally, well, unsteady } = await judge(run, reports, browser)
        unsteadyFiles.push(...unsteady)
        total = add(total, tally)
        allWell = allWell && well
      }
    }
  } finally {
    await rm(reports, { recursive: true, force: true, maxRetries: 3 })
  }
  console.log(`\nSeconds: ${seconds.join(', ')}`)
  for (const name of unsteadyFiles) console.log(`Passed only when run a second time: ${name}`)
  await sayWhatDidNotRun(chosen, total, noRealNode)
  console.log(closingLine(total))
  return allWell && total.failed === 0 ? 0 : 1
}

/** Runs the projects of a lane in order. One beside another lane is told when it is over: its lines would mix. */
async function runLane(lane, reports, browser, isBeside) {
  const runs = []
  for (const project of lane) {
    const title = `\n── ${project} ──`
    const begun = Date.now()
    if (!isBeside) console.log(title)
    const at = path.join(reports, project)
    const result = await reportOf(project, at, browser, { isBeside })
    if (isBeside) console.log(`${title}\n${result.said}`)
    runs.push({ project, ...result, seconds: ((Date.now() - begun) / 1000).toFixed(0) })
  }
  return runs
}

async function judge({ project, code, report }, reports, browser) {
  if (report === undefined) {
    console.log(
      `Vitest ended with ${code} and without a report on "${project}": counted as one failure.`,
    )
    return { tally: { ...emptyTally(), failed: 1 }, well: false, unsteady: [] }
  }
  const { last, well, unsteady } = await runFailedAgain(project, report, code, reports, browser)
  const tally = tallyOf(last)
  if (tally.passed + tally.failed === 0) {
    console.log(`The project "${project}" ran no test: counted as one failure.`)
    tally.failed = 1
  }
  return { tally, well, unsteady }
}

/**
 * On a machine that others share, a file that stands on real servers may miss a deadline through no fault of the
 * change. It runs once more by itself, and is named at the end whatever comes of it; many failures are no accident.
 */
async function runFailedAgain(project, report, code, reports, browser) {
  const files = failedFiles(report)
  const again = STANDS_ON_SERVERS.has(project) && files.length > 0 && files.length <= AGAIN_AT_MOST
  if (!again) return { last: report, well: code === 0, unsteady: [] }
  console.log(`\n── ${project}, once more: what failed ──`)
  const at = path.join(reports, `${project}-again`)
  const second = await reportOf(project, at, browser, { files })
  if (second.code !== 0 || !second.report) return { last: report, well: false, unsteady: [] }
  const unsteady = files.map(file => path.relative(root, file))
  return { last: withSecondRun(report, second.report), well: true, unsteady }
}

async function reportOf(project, at, browser, { files = filesOf(project), isBeside = false } = {}) {
  const file = `${at}.json`
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const args = ['run', '--project', project, ...files, ...reporters]
  const compiled = path.join(path.dirname(at), 'compiled')
  const { code, said } = await vitest(args, { browser, isBeside, compiled })
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return { code, said, report: text === undefined ? undefined : JSON.parse(text) }
}

/** All of a project but where it takes too long; every file when there is no name. */
function filesOf(project) {
  return project === 'real-node' ? [smoke.file] : []
}

/** Its exit code, and what it said where it runs beside another one, whose lines would mix with its own. */
function vitest(args, { browser, isBeside, compiled }) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => !key.startsWith('KADE_') || KEPT_SETTINGS.test(key),
    ),
  )
  if (browser) env.CHROME_PATH = browser
  // Hundreds of processes run the same code, and making it ready is a third of what many of them do.
  env.NODE_COMPILE_CACHE ??= compiled
  env.PATH = `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${env.PATH ?? ''}`
  const program = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const output = isBeside ? 'pipe' : 'inherit'
  const options = { cwd: root, env, stdio: ['ignore', output, output] }
  if (args.includes('real-node')) {
    return runInOwnNamespaces(nodeProgram(root), [program, ...args], options)
  }
  const child = spawn(nodeProgram(root), [program, ...args], options)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', chunk => {
      said += chunk
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code: code ?? 1, said }))
  })
}

async function sayWhatDidNotRun(chosen, total, noRealNode) {
  for (const name of total.skippedNames) console.log(`Skipped: ${name}`)
  if (noRealNode) console.log(`Not run: real-node, because ${noRealNode}`)
  else console.log('Not run, because it takes long (npm run test:real-node): the other apps')
  const left = PROJECTS.filter(
    name => !chosen.includes(name) && !(noRealNode && name === 'real-node'),
  )
  if (left.length > 0) console.log(`Not run, because not asked for: ${left.join(', ')}`)
  const long = await readdir(path.join(root, 'tests', 'long')).catch(() => [])
  const files = long.filter(name => name.endsWith('.test.ts'))
  if (files.length > 0) {
    console.log(`Not run, because each takes many minutes (npm run test:long): ${files.join(', ')}`)
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`\n${error.message}`)
  process.exitCode = 1
}
