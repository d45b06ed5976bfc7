import { expect, it, vi } from 'vitest'
import { startScanRounds } from './scan-rounds.ts'

const soon = { first: 1, every: 1 }

it('runs one scan at a time, and the next after one that failed', async () => {
  let open = 0
  let most = 0
  let begun = 0
  const errors: unknown[] = []
  const scan = async () => {
    begun += 1
    open += 1
    most = Math.max(most, open)
    await new Promise(resolve => setImmediate(resolve))
    open -= 1
    if (begun === 1) throw new Error('away')
  }
  const stop = startScanRounds(soon, scan, error => errors.push(error))
  await vi.waitFor(() => expect(begun).toBeGreaterThan(4))
  await stop()
  expect(most).toBe(1)
  expect(errors).toEqual([new Error('away')])
})

it('ends the scan in hand when it is stopped, and complains of nothing', async () => {
  const errors: unknown[] = []
  const begun = Promise.withResolvers<void>()
  const scan = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      begun.resolve()
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  const stop = startScanRounds(soon, scan, error => errors.push(error))
  await begun.promise
  await stop()
  expect(errors).toEqual([])
})

it('stops at once while it waits for its first round', async () => {
  const scan = vi.fn(async () => {})
  await startScanRounds({ first: 60_000, every: 60_000 }, scan, () => {})()
  expect(scan).not.toHaveBeenCalled()
})
