import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

let holder: ChildProcess | undefined

/**
 * Vitest's global setup of the project `database`: one PostgreSQL, on which each of its files makes a database of its own.
 * A server per file took longer than most of the tests.
 */
export async function setup(): Promise<void> {
  if (process.env.KADE_TEST_POSTGRES) return
  // What Vitest loads here itself cannot look packages up as Node does, and that is how the programs are found.
  holder = fork(new URL('./server-process.ts', import.meta.url))
  const [first] = await Promise.race([once(holder, 'message'), once(holder, 'exit')])
  if (typeof first !== 'string')
    throw new Error(`The PostgreSQL of the tests did not start (exit code ${first}).`)
  process.env.KADE_TEST_POSTGRES = first
}

/** Ends the server that `setup` started, and waits until it is gone. */
export async function teardown(): Promise<void> {
  if (!holder?.connected) return
  const gone = once(holder, 'exit')
  delete process.env.KADE_TEST_POSTGRES
  holder.disconnect()
  await gone
}
