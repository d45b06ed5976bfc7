import type { PlatformContext } from '#platform/context.ts'
import { startTicks } from '#platform/ticks.ts'
import { change } from './stream.ts'

/** Ends requests that nobody decided in time, and exceptions whose last day is over. */
export async function expireApprovals(
  context: Pick<PlatformContext, 'database' | 'clock'>,
  signal?: AbortSignal,
): Promise<void> {
  const now = context.clock()
  const rows = await context.database.query<{ id: string }>(
    `select id from kade.approval where (state = 'requested' and expires_at <= $1) or (state = 'given' and until <= $1)
      order by id limit 200`,
    [now],
  )
  for (const { id } of rows) {
    if (signal?.aborted) return
    await context.database.transaction(tx => change(context, tx, id, { type: 'expire', now }))
  }
}

/** Looks every minute for what has ended; the function given back stops it. */
export function startExpiring(
  context: Pick<PlatformContext, 'database' | 'clock'>,
  onError: (error: unknown) => void,
  every = 60_000,
): () => Promise<void> {
  return startTicks(every, signal => expireApprovals(context, signal), onError)
}
