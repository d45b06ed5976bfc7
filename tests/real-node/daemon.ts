import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { runDirectory } from './machine.ts'

export type Daemon = {
  readonly name: string
  /** The last lines of its log. */
  lastWords(): Promise<string>
  hasEnded(): boolean
  stop(): Promise<void>
}

const PATIENCE_MS = 10_000

/** A program that runs until it is stopped; what it says is `logs/<name>.log` in the directory of the run. */
export async function startDaemon(
  name: string,
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Daemon> {
  const file = path.join(runDirectory(), 'logs', `${name}.log`)
  await mkdir(path.dirname(file), { recursive: true })
  const log = openSync(file, 'a')
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const gone = new Promise<void>(resolve => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const hasEnded = () =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  return {
    name,
    hasEnded,
    lastWords: async () => (await readFile(file, 'utf8')).trim().split('\n').slice(-15).join('\n'),
    async stop() {
      if (hasEnded()) return
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
      await gone
      clearTimeout(kill)
    },
  }
}

/** Waits until `check` answers true; what it throws counts as not yet. Rejects after `seconds` with the last reason. */
export async function until(
  what: string,
  seconds: number,
  check: () => Promise<boolean>,
  daemons: readonly Daemon[] = [],
): Promise<void> {
  const giveUpAt = Date.now() + seconds * 1000
  let last = ''
  for (;;) {
    const done = await check().catch((error: unknown) => {
      last = error instanceof Error ? error.message : String(error)
      return false
    })
    if (done) return
    for (const daemon of daemons) {
      if (daemon.hasEnded()) {
        throw new Error(`${daemon.name} ended. Its last words:\n${await daemon.lastWords()}`)
      }
    }
    if (Date.now() > giveUpAt) {
      const words = await Promise.all(daemons.map(one => one.lastWords()))
      throw new Error(`Not within ${seconds} s: ${what}. ${[last, ...words].join('\n')}`)
    }
    await delay(100)
  }
}
