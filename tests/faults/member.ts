import { expect } from 'vitest'
import type { Client } from '#api/client.ts'
import { until } from '#tests/support/deployments.ts'
import { doorOf, type LaunchedKade, launchKade } from '#tests/support/kade.ts'

/** A gateway or worker as a supervisor keeps it: it is started again whenever it ends. */
export type Member = {
  readonly name: string
  /** SIGKILL. */
  kill(): void
  /** SIGSTOP, and SIGCONT so many milliseconds later. */
  pause(ms: number): Promise<void>
  /** Resolves when it serves. */
  up(): Promise<void>
  /** Of a gateway: its door as last written down, which may be shut by now. */
  client(): Promise<Client>
  /** The end of what it printed, over all its starts. */
  said(): string
  stop(): Promise<void>
}

const restartMs = 300
/** Four processes start beside a control plane, on a machine that others may use. */
const startMs = 240_000
const serves = { gateway: 'Kade portal: ', worker: ' Joined.' }

export function startMember(
  kind: 'gateway' | 'worker',
  name: string,
  env: Readonly<Record<string, string>> & { readonly KADE_HOME: string },
): Member {
  let stopping = false
  let now: LaunchedKade | undefined
  let said = ''
  const keep = async () => {
    while (!stopping) {
      const launched = launchKade([kind], env)
      now = launched
      await new Promise(resolve => launched.process.once('exit', resolve))
      said += launched.output()
      if (!stopping) await new Promise(resolve => setTimeout(resolve, restartMs))
    }
  }
  const kept = keep()
  const tail = () => (said + (now?.output() ?? '')).slice(-4_000)
  const isUp = () =>
    now?.process.exitCode === null &&
    now.process.signalCode === null &&
    now.output().includes(serves[kind])
  return {
    name,
    kill: () => now?.process.kill('SIGKILL'),
    async pause(ms) {
      const paused = now?.process
      paused?.kill('SIGSTOP')
      await new Promise(resolve => setTimeout(resolve, ms))
      paused?.kill('SIGCONT')
    },
    up: () =>
      until(() => {
        expect(isUp(), `${name} serves; it said:\n${tail()}`).toBe(true)
      }, startMs),
    client: async () => (await doorOf(env.KADE_HOME)).client,
    said: tail,
    async stop() {
      stopping = true
      await now?.stop()
      await kept
    },
  }
}
