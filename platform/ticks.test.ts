import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startTicks } from './ticks.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('lets ticks go while a round runs, and goes on after one that failed', async () => {
  let rounds = 0
  const held = Promise.withResolvers<void>()
  const told: unknown[] = []
  const round = async () => {
    rounds += 1
    if (rounds === 1) await held.promise
  }
  const stop = startTicks(100, round, error => told.push(error))
  await vi.advanceTimersByTimeAsync(1_000)
  expect(rounds).toBe(1)
  const broken = new Error('broken')
  held.reject(broken)
  await vi.advanceTimersByTimeAsync(200)
  expect(told).toEqual([broken])
  expect(rounds).toBeGreaterThan(1)
  await stop()
})

it('tells the round in hand of a stop, waits for it, and begins no other', async () => {
  let rounds = 0
  let isOver = false
  const round = async (signal: AbortSignal) => {
    rounds += 1
    await new Promise<void>(resolve => {
      signal.addEventListener('abort', () => resolve())
    })
    isOver = true
  }
  const stop = startTicks(100, round, error => expect.fail(String(error)))
  await vi.advanceTimersByTimeAsync(100)
  await stop()
  expect(isOver).toBe(true)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(rounds).toBe(1)
})
