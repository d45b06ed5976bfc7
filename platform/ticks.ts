/**
 * Runs `round` every so many milliseconds, never two at once: a tick while one still runs is let go, so that slow rounds do not pile up.
 * One that fails is told and comes again. The function given back aborts the signal and resolves when the round in hand is over.
 */
export function startTicks(
  every: number,
  round: (signal: AbortSignal) => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController()
  let running: Promise<void> | null = null
  const run = async (): Promise<void> => {
    try {
      await round(stopping.signal)
    } catch (error) {
      onError(error)
    }
  }
  const timer = setInterval(() => {
    running ??= run().finally(() => {
      running = null
    })
  }, every)
  return async () => {
    stopping.abort()
    clearInterval(timer)
    await running
  }
}
