import { readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** In the order in which they are ended: whoever writes first, what is written to last. */
export const COMPONENTS = [
  'metrics-server',
  'kwok-controller',
  'kube-scheduler',
  'kube-controller-manager',
  'kube-apiserver',
  'etcd',
] as const
const KWOKCTL = 'kwokctl'

/** A living process of one cluster, whoever started it. */
export type ComponentProcess = { pid: number; name: string }

/**
 * The living processes of the cluster in `workdir`, found by their command lines: kwokctl's pid files outlive a SIGKILL and
 * a reboot, and by then the number may belong to someone else. A zombie has no command line, so it does not count.
 */
export async function componentProcesses(workdir: string): Promise<ComponentProcess[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async pid => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      const name = componentName(line.split('\0'), workdir)
      return name ? [{ pid: Number(pid), name }] : []
    }),
  )
  return found.flat()
}

function componentName(args: string[], workdir: string): string | undefined {
  const program = args[0] ?? ''
  if (path.dirname(program) === path.join(workdir, 'bin')) return path.basename(program)
  const ours = args.some(arg => arg.startsWith(`${workdir}${path.sep}`))
  return ours && path.basename(program) === KWOKCTL ? KWOKCTL : undefined
}

/** How long a component may take to end by itself before it is killed. */
const PATIENCE_MS = 10_000
/** Leftovers of a killed Kade have often lost what they would say goodbye to. */
export const LEFTOVER_PATIENCE_MS = 1_500

/**
 * Ends every process of the cluster, or only those called `only`: SIGTERM in order, SIGKILL for what is still there after
 * `patience` milliseconds. Resolves when none lives.
 */
export async function endComponents(
  workdir: string,
  { only, patience = PATIENCE_MS }: { only?: string; patience?: number } = {},
): Promise<void> {
  for (const name of only ? [only] : [KWOKCTL, ...COMPONENTS]) {
    await endNamed(workdir, name, patience)
    await rm(path.join(workdir, 'pids', `${name}.pid`), { force: true })
  }
}

async function endNamed(workdir: string, name: string, patience: number): Promise<void> {
  const killAt = Date.now() + patience
  const giveUpAt = killAt + 5_000
  let signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'
  let signalled = new Set<number>()
  for (;;) {
    const alive = (await componentProcesses(workdir)).filter(found => found.name === name)
    if (alive.length === 0) return
    if (Date.now() > giveUpAt) throw new Error(`${name} (process ${alive[0]?.pid}) does not end.`)
    if (signal === 'SIGTERM' && Date.now() > killAt) {
      signal = 'SIGKILL'
      signalled = new Set()
    }
    for (const { pid } of alive) {
      if (!signalled.has(pid)) end(pid, signal)
      signalled.add(pid)
    }
    await delay(50)
  }
}

function end(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself between the look and the signal.
  }
}

/** Removes the pid files that do not name a living component of this cluster: kwokctl believes any living number. */
export async function dropStalePidFiles(workdir: string): Promise<void> {
  const alive = await componentProcesses(workdir)
  for (const name of COMPONENTS) {
    const file = path.join(workdir, 'pids', `${name}.pid`)
    const pid = Number(await readFile(file, 'utf8').catch(() => ''))
    if (!alive.some(found => found.pid === pid && found.name === name))
      await rm(file, { force: true })
  }
}
