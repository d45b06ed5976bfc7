import { natsDriver } from '#platform/adapters/bus/nats.ts'
import type { PlatformContext } from '#platform/context.ts'
import { openBus } from '#platform/events/bus.ts'
import { notifyApprovers } from '#platform/events/handlers/notify-approvers.ts'
import { notifyTeam } from '#platform/events/handlers/notify-team.ts'
import { rollBackFailedUpdate } from '#platform/events/handlers/roll-back-failed-update.ts'
import { spreadNamespaces } from '#platform/events/handlers/spread-namespaces.ts'
import { tellFullNamespaces } from '#platform/events/handlers/tell-full-namespaces.ts'
import { installationSource } from '#platform/events/source.ts'
import { startSequencer } from '#platform/governance/audit/sequencer.ts'
import { startDeliveries } from '#platform/webhooks/deliver.ts'
import { webhookCategories, webhooksDriver } from '#platform/webhooks/queue-deliveries.ts'
import { startClusterEvents } from './cluster-events.ts'
import type { EventSettings } from './event-settings.ts'
import type { Ground } from './ground.ts'
import type { Stop } from './stack.ts'

/** Starts every reaction to events, and every destination; all processes beside the database may, and share the work. */
export async function startHandlers(
  context: PlatformContext,
  { database, queue }: Ground,
  { source, nats, kubernetes }: EventSettings,
  onError: (error: unknown) => void,
): Promise<Stop> {
  const from = source ?? (await installationSource(database))
  const bus = openBus({ database, queue, source: from, onError })
  const stops: Stop[] = [() => bus.stop()]
  const stop = async () => {
    for (const one of stops.toReversed()) await one()
  }
  try {
    await bus.subscribe([
      rollBackFailedUpdate(context),
      spreadNamespaces(context),
      tellFullNamespaces(database),
      ...notifyTeam(database),
      notifyApprovers(database),
    ])
    stops.push(await startSequencer(database, onError))
    stops.push(await startDeliveries(context, { source: from, onError }))
    const webhooks = webhooksDriver(database, queue.jobs)
    await bus.connect(webhooks, { categories: webhookCategories })
    if (nats) await bus.connect(natsDriver(nats))
    if (kubernetes) stops.push(startClusterEvents(context, { source: from, onError }))
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}
