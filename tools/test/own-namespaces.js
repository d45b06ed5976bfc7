/**
 * Runs a program in network, mount, process and IPC namespaces of its own, as root, for tests that need a whole machine.
 *
 * The kernel ends every process of a process namespace together with its first, and with the last of them go network,
 * mounts and shared memory. That first process dies with this one (`--pdeathsig`, `--kill-child`), so nothing of a run
 * outlives it, not even after a SIGKILL. What stays then are a directory and control groups: both bear the number of the
 * run, the directory names who made it, and the next run removes those of owners that no longer live. Anybody may write
 * where temporary files are, so only directories of this user count, and only processes that can be seen from here.
 */
import { spawn } from 'node:child_process'
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { holderOf, isAlive } from '../control-plane/lock.js'

const PREFIX = 'kade-real-node-'
const CGROUPS = '/sys/fs/cgroup'
const FIRST_PROCESS = fileURLToPath(new URL('./first-process.sh', import.meta.url))
/** The kernel may need a moment to bury what it has just ended. */
const BURIAL_MS = 10_000

/** See own-namespaces.d.ts. */
export async function runInOwnNamespaces(program, args, { cwd, env, stdio = 'inherit' }) {
  await removeLeftovers()
  const state = await makeState()
  const namespaces = [
    '--net',
    '--mount',
    '--pid',
    '--ipc',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ]
  const first = ['unshare', ...namespaces, '--', 'sh', FIRST_PROCESS, state, program, ...args]
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...first], {
    cwd,
    env: { ...env, KADE_REAL_NODE: state, TMPDIR: path.join(state, 'tmp') },
    stdio,
  })
  let stopped
  const stop = signal => {
    stopped = signal
    child.kill('SIGKILL')
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stop)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', chunk => {
      said += chunk
    })
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (stopped) throw new Error(`Stopped by ${stopped}; nothing of the run is left.`)
    return { code: code ?? 1, said }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, stop)
    await removeState(state)
  }
}

/** See own-namespaces.d.ts. */
export async function removeLeftovers() {
  const removed = []
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue
    const state = path.join(tmpdir(), name)
    if (!(await isLeftBehind(state))) continue
    await removeState(state)
    removed.push(state)
  }
  return removed
}

/** Whether it is a directory of a run of this user whose owner no longer lives. What cannot be known is left alone. */
async function isLeftBehind(state) {
  const seen = await lstat(state).catch(() => undefined)
  if (!seen?.isDirectory() || seen.uid !== process.getuid()) return false
  const owner = await readFile(path.join(state, 'owner.json'), 'utf8').catch(() => undefined)
  if (owner === undefined) return false
  return owner.includes(await processNamespace()) && !(await isAlive(owner))
}

/** The process ids of a container that shares this directory are others than here. */
function processNamespace() {
  return readlink('/proc/self/ns/pid')
}

/** It gets its name with its owner in it, so that nobody takes it for one that was left behind. */
async function makeState() {
  const state = path.join(tmpdir(), `${PREFIX}${process.pid}`)
  const draft = path.join(tmpdir(), `.${PREFIX}${process.pid}-${Date.now()}`)
  await mkdir(draft, { mode: 0o755 })
  const owner = { ...(await holderOf(process.pid)), within: await processNamespace() }
  await writeFile(path.join(draft, 'owner.json'), JSON.stringify(owner))
  try {
    await rename(draft, state)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  return state
}

/** The control group of a run has the name of its directory, in every hierarchy there is. */
async function removeState(state) {
  const name = path.basename(state)
  const hierarchies = await readdir(CGROUPS, { withFileTypes: true }).catch(() => [])
  const roots = [CGROUPS, ...hierarchies.filter(one => one.isDirectory()).map(at)]
  for (const root of roots) await removeGroup(path.join(root, name))
  await rm(state, { recursive: true, force: true, maxRetries: 5 })
}

function at(entry) {
  return path.join(CGROUPS, entry.name)
}

/** A control group can be removed once its children are and no process is in it; its files go with it. */
async function removeGroup(directory) {
  let entries
  try {
    entries = await readdir(directory, { withFileTypes: true })
  } catch (error) {
    // Where control groups may not be written, removing what is not there would say that instead.
    if (error.code === 'ENOENT') return
    throw error
  }
  for (const entry of entries) {
    if (entry.isDirectory()) await removeGroup(path.join(directory, entry.name))
  }
  for (const giveUpAt = Date.now() + BURIAL_MS; ; await delay(50)) {
    try {
      return await rmdir(directory)
    } catch (error) {
      if (error.code === 'ENOENT') return
      if (error.code !== 'EBUSY' || Date.now() > giveUpAt) throw error
    }
  }
}
