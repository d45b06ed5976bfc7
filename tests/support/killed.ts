import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { componentProcesses } from '#platform/adapters/kubernetes/embedded/component-processes.ts'
import type { RunningKade } from './kade.ts'

/** SIGKILL of one process, waited for. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  await gone
}

/** SIGKILL of Kade, its PostgreSQL and every process of its control planes, as nearly at once as one can. */
export async function killEverything(
  { home, process: kade }: Pick<RunningKade, 'home' | 'process'>,
  clusters: readonly string[] = ['amsterdam'],
): Promise<void> {
  const found = await Promise.all(
    clusters.map(name => componentProcesses(path.join(home, 'clusters', name))),
  )
  const pids = [...found.flat().map(one => one.pid), await postmasterOf(home)]
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await kill(kade)
}

/** SIGKILL of the API server of a control plane; the function given back starts it again as it was. */
export async function killApiServer(kubeconfigPath: string): Promise<() => Promise<void>> {
  const processes = await componentProcesses(path.dirname(kubeconfigPath))
  const server = processes.find(one => one.name === 'kube-apiserver')
  if (!server) throw new Error('There is no API server to kill.')
  const [program = '', ...args] = (await readFile(`/proc/${server.pid}/cmdline`, 'utf8'))
    .split('\0')
    .slice(0, -1)
  const cwd = await readlink(`/proc/${server.pid}/cwd`)
  process.kill(server.pid, 'SIGKILL')
  return async () => {
    spawn(program, args, { cwd, detached: true, stdio: 'ignore' }).unref()
  }
}

/** Stops the API server of a control plane in its tracks, or lets it go on: who is connected is told nothing. */
export async function signalApiServer(
  kubeconfigPath: string,
  signal: 'SIGSTOP' | 'SIGCONT',
): Promise<void> {
  const processes = await componentProcesses(path.dirname(kubeconfigPath))
  for (const { name, pid } of processes) if (name === 'kube-apiserver') process.kill(pid, signal)
}

/** The first line of `postmaster.pid` is its process. */
export async function postmasterOf(home: string): Promise<number> {
  const text = await readFile(path.join(home, 'postgres', 'data', 'postmaster.pid'), 'utf8')
  return Number(text.split('\n')[0])
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
