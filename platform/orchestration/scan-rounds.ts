import { setTimeout as pause } from 'node:timers/promises'

/** Milliseconds. Both are stretched or shortened by up to a fifth, so that clusters do not all scan at one moment. */
export type ScanPace = {
  /** From joining to the first scan. */
  readonly first: number
  /** From the end of one scan to the next. */
  readonly every: number
}

export const usualPace: ScanPace = { first: 60_000, every: 600_000 }

/**
 * Runs `scan` again and again, never two at once. One that fails is told and tried with the next round. The function given
 * back ends the waiting and the scan in hand.
 */
export function startScanRounds(
  pace: ScanPace,
  scan: (signal: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const wait = (ms: number) =>
    pause(ms * (0.8 + Math.random() * 0.4), undefined, { signal, ref: false }).catch(
      () => undefined,
    )
  const rounds = async () => {
    await wait(pace.first)
    while (!signal.aborted) {
      await scan(signal).catch((error: unknown) => {
        if (!signal.aborted) onError(error)
      })
      await wait(pace.every)
    }
  }
  const done = rounds()
  return async () => {
    stopping.abort()
    await done
  }
}
