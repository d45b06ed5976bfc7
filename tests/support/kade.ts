import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Client, createClient } from '#api/client.ts'

const launcher = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

export type RunningKade = {
  readonly home: string
  readonly url: string
  readonly token: string
  /** A one-time sign-in address, as the terminal showed it. */
  readonly signIn: string
  readonly client: Client
  readonly process: ChildProcess
  /** What it has printed so far. */
  output(): string
  /** Resolves when a line holds the text; rejects with the output after the deadline. */
  said(text: string, deadlineMs?: number): Promise<void>
  /** Ctrl-C, waited for. The home stays: start again with it. */
  stop(): Promise<void>
}

export type KadeOptions = {
  /** Embedded ones; none at all for those of a kubeconfig. */
  clusters?: readonly string[]
  /** Of an earlier run; a new one when absent. */
  home?: string
  env?: Record<string, string>
}

export type LaunchedKade = Pick<RunningKade, 'process' | 'output' | 'said' | 'stop'>

/** One process of Kade, by its command line. */
export function launchKade(args: readonly string[], env: Record<string, string>): LaunchedKade {
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const waiting = new Set<() => void>()
  const hear = (chunk: Buffer) => {
    text += chunk.toString()
    for (const check of waiting) check()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const said = (wanted: string, deadlineMs = 120_000) =>
    new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why} "${wanted}"; it said:\n${text}`))
      const timer = setTimeout(() => fail('Kade did not say in time'), deadlineMs)
      const check = () => {
        if (!text.includes(wanted)) return
        clearTimeout(timer)
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      child.once('exit', () => setImmediate(() => fail('Kade ended before it said')))
      check()
    })
  return { process: child, output: () => text, said, stop: () => end(child) }
}

/** The door of a Kade that runs on this home. */
export async function doorOf(home: string): Promise<Pick<RunningKade, 'url' | 'token' | 'client'>> {
  const { url, token } = JSON.parse(await readFile(join(home, 'connection.json'), 'utf8'))
  const headers = () => ({ authorization: `Bearer ${token}` })
  return { url, token, client: createClient({ url, headers }) }
}

/** Kade itself, as `kade up` starts it, in a home and on a port of its own. Resolves when every cluster has joined. */
export async function startKade(options: KadeOptions = {}): Promise<RunningKade> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'kade-home-')))
  const clusters = options.clusters ?? ['amsterdam']
  // A kubeconfig names its clusters by itself.
  const flags = clusters.length > 0 ? ['--clusters', clusters.join(',')] : []
  const env = { KADE_HOME: home, KADE_PORT: '0', ...options.env }
  const launched = launchKade(['up', ...flags], env)
  await launched.said('Kade is ready: ')
  const signIn = /http\S+\/sign-in#token=\S+/.exec(launched.output())?.[0] ?? ''
  return { home, signIn, ...launched, ...(await doorOf(home)) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill('SIGINT')
  await gone
}

/** Removes the home of a Kade that has stopped. */
export function removeHome(home: string): Promise<void> {
  return rm(home, { recursive: true, force: true })
}
