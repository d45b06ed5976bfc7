import type { PlatformContext } from '#platform/context.ts'
import { rollBackFailedUpdate } from '#platform/events/handlers/roll-back-failed-update.ts'
import { startSubscriptions } from '#platform/events/subscriptions.ts'
import type { Ground } from './ground.ts'
import type { Stop } from './stack.ts'

/** Starts every reaction to events; all processes beside the database may, and share the work. */
export async function startHandlers(
  context: PlatformContext,
  { database, queue }: Ground,
  onError: (error: unknown) => void,
): Promise<Stop> {
  const handlers = [rollBackFailedUpdate(context)]
  const subscriptions = await startSubscriptions({ database, queue, handlers, onError })
  return () => subscriptions.stop()
}
