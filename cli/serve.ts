import { setTimeout as delay } from 'node:timers/promises'
import type { Terminal } from './terminal.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** How long what is left open may hold the process after a clean stop. */
const LINGER_MS = 5_000

/**
 * Runs a process of Kade until it is asked to stop: the first signal stops it cleanly, also while it is still starting; a
 * second one ends it as usual.
 */
export async function serve(
  terminal: Terminal,
  start: () => Promise<{ stop(): Promise<void> }>,
): Promise<void> {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  for (const signal of signals) process.once(signal, () => resolve())
  const running = await start()
  await asked
  terminal.err('Stopping; a second Ctrl-C does not wait.')
  await running.stop()
  void delay(LINGER_MS, undefined, { ref: false }).then(() => process.exit())
}
