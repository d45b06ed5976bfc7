import { expect, it, vi } from 'vitest'
import { startRounds } from './rounds.ts'

const soon = { first: 1, every: 1 }

it('runs one round at a time, and the next after one that failed', async () => {
  let open = 0
  let most = 0
  let begun = 0
  const errors: unknown[] = []
  const round = async () => {
    begun += 1
    open += 1
    most = Math.max(most, open)
    await new Promise(resolve => setImmediate(resolve))
    open -= 1
    if (begun === 1) throw new Error('away')
  }
  const stop = startRounds(soon, round, error => errors.push(error))
  await vi.waitFor(() => expect(begun).toBeGreaterThan(4))
  await stop()
  expect(most).toBe(1)
  expect(errors).toEqual([new Error('away')])
})

it('ends the round in hand when it is stopped, and complains of nothing', async () => {
  const errors: unknown[] = []
  const begun = Promise.withResolvers<void>()
  const round = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      begun.resolve()
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  const stop = startRounds(soon, round, error => errors.push(error))
  await begun.promise
  await stop()
  expect(errors).toEqual([])
})

it('stops at once while it waits for its first round', async () => {
  const round = vi.fn(async () => {})
  await startRounds({ first: 60_000, every: 60_000 }, round, () => {})()
  expect(round).not.toHaveBeenCalled()
})
