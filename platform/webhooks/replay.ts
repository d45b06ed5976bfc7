import { randomUUID } from 'node:crypto'
import type { ReplayedWebhook, WebhookDelivery } from '#api/webhooks.ts'
import type { PlatformContext } from '../context.ts'
import { PlatformError } from '../errors.ts'
import { openPlaces } from '../events/places.ts'
import { append, positionBefore, readCategory } from '../events/store.ts'
import type { StoredEvent } from '../events/types.ts'
import type { Actor } from '../platform.ts'
import {
  type Due,
  notQueued,
  queueDeliveries,
  queueTries,
  webhookCategories,
} from './queue-deliveries.ts'
import { refuseCrowd, refuseManyTests, takeTurn } from './replay-bounds.ts'
import { type DeliveryRow, deliveryView, findWebhook, type WebhookRow } from './webhook.ts'

/** Events that one replay looks through per category; `next` says where to go on. */
const MOST = 2_000

/**
 * Sends an event of its own to a webhook and to nobody else. Throws `not-found`, `conflict` for one that is disabled or for
 * which much waits, and `too-many-requests`.
 */
export async function testWebhook(
  context: PlatformContext,
  actor: Actor,
  id: string,
): Promise<WebhookDelivery> {
  return context.database.transaction(async tx => {
    // Locked, so that tests which are asked for at the same moment are counted.
    const { team, name, origin } = enabled(await findWebhook(tx, actor, id, 'for update'))
    await refuseCrowd(tx, id)
    await refuseManyTests(tx, id)
    const event = randomUUID()
    const [row] = await tx.query<DeliveryRow>(
      `insert into kade.webhook_delivery (id, webhook, event, name, state, created_at)
       values ($1, $2, $3, 'WebhookTested', 'waiting', date_trunc('milliseconds', clock_timestamp())) returning *`,
      [randomUUID(), id, event],
    )
    if (!row) throw new Error('An insert gives its row back.')
    await queueTries(tx, context.queue.jobs, [row])
    const data = { team, name, origin, actor: actor.id, via: actor.via }
    await append(tx, `webhook-${id}`, null, [{ type: 'WebhookTested', data }], { ids: [event] })
    return deliveryView(row)
  })
}

/**
 * Sends one event again, whatever became of it; one whose first try is queued stays as it is. Throws `not-found`, and `conflict`
 * for a webhook that is disabled or for which much waits.
 */
export async function replayDelivery(
  context: PlatformContext,
  actor: Actor,
  id: string,
  delivery: string,
): Promise<WebhookDelivery> {
  return context.database.transaction(async tx => {
    enabled(await findWebhook(tx, actor, id))
    await refuseCrowd(tx, id)
    const [queued] = await tx.query<DeliveryRow>(
      `select * from kade.webhook_delivery d where id = $1 and webhook = $2 and not (${notQueued}) for update`,
      [delivery, id],
    )
    if (queued) return deliveryView(queued)
    const [row] = await tx.query<DeliveryRow>(
      `update kade.webhook_delivery set state = 'waiting', attempts = 0, next_at = now(), ended_at = null
        where id = $1 and webhook = $2 returning *`,
      [delivery, id],
    )
    if (!row)
      throw new PlatformError('not-found', {
        en: 'There is no such delivery; the log keeps thirty days.',
        nl: 'Deze aflevering is er niet; het logboek bewaart dertig dagen.',
      })
    await queueTries(tx, context.queue.jobs, [row])
    return deliveryView(row)
  })
}

/**
 * Sends what happened from a moment on again, in bounded steps: `next` is where to go on. Throws `not-found`, and `conflict`
 * for a webhook that is disabled, for which much waits, or for which another replay is under way.
 */
export async function replayWebhook(
  context: PlatformContext,
  actor: Actor,
  id: string,
  since: Date,
): Promise<ReplayedWebhook> {
  const { database } = context
  enabled(await findWebhook(database, actor, id))
  await refuseCrowd(database, id)
  const endTurn = await takeTurn(database, id)
  try {
    return await queueSince(context, id, since)
  } finally {
    await endTurn()
  }
}

async function queueSince(
  { database, queue }: PlatformContext,
  id: string,
  since: Date,
): Promise<ReplayedWebhook> {
  const placeOf = openPlaces(database)
  const pages = await Promise.all(
    webhookCategories.map(async category =>
      readCategory(database, category, await positionBefore(database, category, since), MOST),
    ),
  )
  // Where one category has more, the others must not run ahead of it.
  const ends = pages.flatMap(page => (page.length === MOST ? [page.at(-1)?.at.getTime() ?? 0] : []))
  const until = ends.length > 0 ? Math.min(...ends) : undefined
  const events = pages.flat().filter(({ at }) => until === undefined || at.getTime() <= until)
  const due: Due[] = []
  for (const event of events.toSorted(byTime)) {
    const place = await placeOf(event)
    if (place?.namespace === undefined) continue
    const { namespace, deployment = null } = place
    due.push({ id: event.id, name: event.type, namespace, deployment })
  }
  const queued = await database.transaction(tx => queueDeliveries(tx, queue.jobs, due, id))
  return { queued, next: until === undefined ? null : new Date(until).toISOString() }
}

function byTime(one: StoredEvent, other: StoredEvent): number {
  return one.at.getTime() - other.at.getTime()
}

function enabled(row: WebhookRow): WebhookRow {
  if (row.state === 'enabled') return row
  throw new PlatformError(
    'conflict',
    {
      en: 'This webhook is disabled, so that nothing is sent to it.',
      nl: 'Deze webhook staat uit; er wordt niets naartoe gestuurd.',
    },
    { next: { en: 'Enable it first.', nl: 'Zet hem eerst aan.' } },
  )
}
