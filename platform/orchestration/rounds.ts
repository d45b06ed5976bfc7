import { setTimeout as pause } from 'node:timers/promises'

/** Milliseconds. Both are stretched or shortened by up to a fifth, so that clusters are not all asked at one moment. */
export type Pace = {
  /** From joining to the first round. */
  readonly first: number
  /** From the end of one round to the next; at least thirty times what the round took, so that large clusters are asked less. */
  readonly every: number
}

/** Of the look for leaks, for which nobody waits. */
export const scanPace: Pace = { first: 60_000, every: 600_000 }
/** Of the count of what is free, which decides where deployments go. */
export const surveyPace: Pace = { first: 500, every: 60_000 }

/**
 * Runs `round` again and again, never two at once. One that fails is told and tried with the next. The function given back
 * ends the waiting and the round in hand.
 */
export function startRounds(
  pace: Pace,
  round: (signal: AbortSignal) => Promise<void>,
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
      const begun = performance.now()
      await round(signal).catch((error: unknown) => {
        if (!signal.aborted) onError(error)
      })
      await wait(Math.max(pace.every, 30 * (performance.now() - begun)))
    }
  }
  const done = rounds()
  return async () => {
    stopping.abort()
    await done
  }
}
