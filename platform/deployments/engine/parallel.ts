import pLimit from 'p-limit'

/** More in flight only queue up in the API server: measured on two cores. */
const inFlight = 6

/**
 * Runs `work` for all items, a few at a time. After the first failure nothing new is started; what has begun is waited for,
 * so that nothing still runs when the error is thrown.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const limit = pLimit(inFlight)
  let stopped = false
  const results = await Promise.allSettled(
    items.map(item =>
      limit(async () => {
        if (stopped) return null
        try {
          signal?.throwIfAborted()
          return { value: await work(item) }
        } catch (error) {
          stopped = true
          throw error
        }
      }),
    ),
  )
  return results.flatMap(result => {
    if (result.status === 'rejected') throw result.reason
    return result.value === null ? [] : [result.value.value]
  })
}
