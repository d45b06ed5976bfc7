import { expect, it, vi } from 'vitest'
import type { PlatformContext } from '#platform/context.ts'
import { startWatchdog } from './watchdog.ts'

/** A database that finds a full page of operations each time, and takes as long over a query as a test says. */
function databaseOf(answered: () => Promise<void>) {
  const asked = { queries: 0, transactions: 0 }
  const query = async (sql: string) => {
    asked.queries += 1
    await answered()
    if (!sql.includes('waves')) return []
    return Array.from({ length: 200 }, (_, index) => ({ id: String(index), deployment: 'one' }))
  }
  const transaction = async () => {
    asked.transactions += 1
    await answered()
  }
  // Only what the watchdog asks of it.
  const context = {
    database: { query, transaction },
    clock: () => new Date(),
  } as unknown as PlatformContext
  return { asked, context }
}

const fail = (message: string) => expect.fail(message)

it('begins no round while one runs', async () => {
  vi.useFakeTimers()
  const held = Promise.withResolvers<void>()
  const { asked, context } = databaseOf(() => held.promise)
  const stop = startWatchdog(context, fail, 1_000)
  await vi.advanceTimersByTimeAsync(5_000)
  vi.useRealTimers()
  const stopped = stop()
  held.resolve()
  await stopped
  expect(asked.queries).toBe(1)
})

it('ends in the middle of a round when it is stopped', async () => {
  const { asked, context } = databaseOf(() => new Promise(resolve => setTimeout(resolve, 1)))
  const stop = startWatchdog(context, fail, 1)
  await expect.poll(() => asked.transactions).toBeGreaterThan(0)
  const before = asked.transactions
  await stop()
  expect(asked.transactions).toBeLessThanOrEqual(before + 1)
})
