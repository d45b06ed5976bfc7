import { natsDriver } from '#platform/adapters/bus/nats.ts'
import type { PlatformContext } from '#platform/context.ts'
import { openBus } from '#platform/events/bus.ts'
import { rollBackFailedUpdate } from '#platform/events/handlers/roll-back-failed-update.ts'
import { installationSource } from '#platform/events/source.ts'
import type { EventSettings } from './event-settings.ts'
import type { Ground } from './ground.ts'
import type { Stop } from './stack.ts'

/** Starts every reaction to events, and every destination; all processes beside the database may, and share the work. */
export async function startHandlers(
  context: PlatformContext,
  { database, queue }: Ground,
  { source, nats }: EventSettings,
  onError: (error: unknown) => void,
): Promise<Stop> {
  const bus = openBus({
    database,
    queue,
    source: source ?? (await installationSource(database)),
    onError,
  })
  try {
    await bus.subscribe([rollBackFailedUpdate(context)])
    if (nats) await bus.connect(natsDriver(nats))
  } catch (error) {
    await bus.stop()
    throw error
  }
  return () => bus.stop()
}
