/**
 * `npm start`: from a fresh checkout to a running Kade. Plain JavaScript without dependencies, because it runs on whatever
 * Node the machine has, before anything is installed.
 *
 * The control plane binaries are got beside all this, by a process of its own, and Kade does not wait for them: the portal
 * opens first, and the clusters join when their binaries are there.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { nodeProgram } from './dependencies.js'
import { checkMachine } from './ground.js'
import { prepare } from './prepare.js'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

const HELP = `npm start -- [options of "kade up"]

Starts Kade on this machine: installs what is missing, then runs the database, the clusters and the portal.

  --clusters <names>   which embedded clusters to start: amsterdam, paris, warsaw (default: all three)
  --help               this text; "npx kade up --help" lists every option

Environment:
  KADE_HOME            where everything is kept between starts
  KADE_PORT            port of the portal and the API (default 4100; the next free one when it is taken)
  KADE_HOST            address to listen on (default: loopback only)
  KADE_DATABASE_URL    a PostgreSQL of your own; KADE_DATABASE_ADMIN_URL for its migrations
  KADE_KUBECONFIG      clusters of your own (kind, k3d, a real one) instead of the embedded ones
  KADE_ENVIRONMENTS    a YAML file that says what dev, staging and prod give their deployments
  KADE_CACHE           where downloaded or built programs are kept (default ~/.cache/kade)`

/** What a signal ends: the steps of the preparation by `stopping`, Kade itself and the binaries as `children`. */
const stopping = new AbortController()
const children = new Set()

async function main(args) {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP)
    return 0
  }
  checkMachine()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => passOn(signal))
  if (process.env.npm_lifecycle_event) stopWithParent()
  const binaries = process.env.KADE_KUBECONFIG ? undefined : getBinariesBeside()
  await prepare(root, { signal: stopping.signal })
  binaries?.hush()
  return startKade(args)
}

/** Its lines are shown until Kade runs, which from then on tells how far they are. */
function getBinariesBeside() {
  const script = path.join(root, 'tools', 'control-plane', 'get-binaries.js')
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] })
  let shown = true
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', line => {
      if (shown) console.log(`  clusters: ${line}`)
    })
  }
  keep(child)
  child.once('error', () => {})
  return {
    hush: () => {
      shown = false
    },
  }
}

function startKade(args) {
  const program = path.join(root, 'cli', 'kade.js')
  const child = spawn(nodeProgram(root), [program, 'up', ...args], { stdio: 'inherit' })
  keep(child)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}

function keep(child) {
  children.add(child)
  child.once('exit', () => children.delete(child))
}

/** npm runs us through a shell that dies of a SIGTERM without telling us; what is left to see is another parent. */
function stopWithParent() {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    if (!stopping.signal.aborted) passOn('SIGTERM')
  }, 500)
  watch.unref()
}

/**
 * Kade stops cleanly at the first of each signal and at once at the second of the same. A Ctrl-C, or a signal to the whole
 * group, reaches it without us as well, so what it gets from us is another signal than the one we got.
 */
const PASSED_AS = { SIGINT: 'SIGTERM', SIGTERM: 'SIGHUP', SIGHUP: 'SIGTERM' }

function passOn(signal) {
  stopping.abort()
  for (const child of children) child.kill(PASSED_AS[signal])
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (stopping.signal.aborted) {
    process.exitCode = 130
  } else {
    console.error(`\n${error.message}`)
    process.exitCode = 1
  }
} finally {
  for (const child of children) child.kill('SIGTERM')
}
