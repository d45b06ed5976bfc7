/**
 * Sends deliveries, one try per job:
 *
 *   waiting ─▶ sent ─┬─ 2xx ──────────────────────────────▶ delivered
 *                    ├─ anything else, tries left ─────────▶ waiting, a job for later
 *                    ├─ no tries left ─────────────────────▶ failed
 *                    └─ 410, or three days without success ▶ failed, and the webhook disabled with its reason
 *
 * Signed as Standard Webhooks says: the id of the event, the moment and the body, under the secret of the webhook (and the one before, for a time). The id is
 * the same in every try and replay, so that a receiver can know the event again.
 */
import type { Text } from '#api/names.ts'
import type { Sql } from '../adapters/database/database.ts'
import type { PlatformContext } from '../context.ts'
import { cloudEvent, cloudEventType } from '../events/cloud-event.ts'
import { openPlaces, type PlaceOf } from '../events/places.ts'
import { append, readEvent } from '../events/store.ts'
import { DELIVERIES, type DeliveryJob, hasJob } from './queue-deliveries.ts'
import {
  disabledAfterMs,
  type Outcome,
  outcomeOf,
  outcomeOfError,
  pauseAfter,
  pauses,
} from './schedule.ts'
import { readValues, signaturesOf } from './secrets.ts'
import { endWaiting, MOST_WEBHOOKS, type WebhookRow } from './webhook.ts'

export type DeliverOptions = {
  /** `source` of the CloudEvents. */
  source: string
  /** Milliseconds before each further try; those of `schedule.ts` when absent. */
  pauses?: readonly number[]
  onError?: ((error: unknown) => void) | undefined
}

const QUEUE = { retryLimit: 10, retryDelayMax: 60, expireInSeconds: 120, keyed: true }
/** Jobs fetched together are settled together, with the slowest: so each alone, and more side by side than one team can hold up. */
const WORK = { workers: MOST_WEBHOOKS + 4, batch: 1, graceMs: 5_000 }
const SEND_MS = 10_000
const PRUNE_MS = 600_000
/** The log of one webhook. What still waits is given up only when there is far more of it. */
const KEPT = { days: 30, ended: 1_000, all: 10_000 }

/** Begins to send, and to keep the log within bounds; any number of processes may. The function given back stops. */
export async function startDeliveries(
  context: PlatformContext,
  options: DeliverOptions,
): Promise<() => Promise<void>> {
  const { jobs } = context.queue
  await jobs.define(DELIVERIES, QUEUE)
  const placeOf = openPlaces(context.database)
  const stop = await jobs.work(DELIVERIES, WORK, ({ data, signal }) =>
    // Only `queueTries` and this file fill the queue.
    attempt(context, options, placeOf, data as DeliveryJob, signal),
  )
  const prune = () => void pruneDeliveries(context.database).catch(options.onError ?? (() => {}))
  prune()
  const pruning = setInterval(prune, PRUNE_MS).unref()
  return async () => {
    clearInterval(pruning)
    await stop()
  }
}

type Task = WebhookRow & { delivery: string; event: string; attempts: number }

async function attempt(
  context: PlatformContext,
  options: DeliverOptions,
  placeOf: PlaceOf,
  job: DeliveryJob,
  signal: AbortSignal,
): Promise<void> {
  const [task] = await context.database.query<Task>(
    `select w.*, d.id as delivery, d.event, d.attempts from kade.webhook_delivery d
       join kade.webhook w on w.id = d.webhook
      where d.id = $1 and d.state = 'waiting' and d.attempts = $2 and w.state = 'enabled'`,
    [job.delivery, job.attempt - 1],
  )
  // Removed, replayed, or made by a worker that was taken for dead: its own job goes on.
  if (!task) return
  const outcome = await send(context, options, placeOf, task, signal)
  await context.database.transaction(tx => record(context, options, tx, task, outcome))
}

async function send(
  context: PlatformContext,
  { source }: DeliverOptions,
  placeOf: PlaceOf,
  task: Task,
  signal: AbortSignal,
): Promise<Outcome> {
  const event = await readEvent(context.database, task.event)
  if (!event) throw new Error(`There is no event ${task.event}, though it was to be delivered.`)
  const values = await readValues(context.secrets, context.database, task)
  const body = JSON.stringify(cloudEvent(event, await placeOf(event), source))
  const now = new Date()
  try {
    const answer = await context.outgoing.send({
      url: values.url,
      method: 'POST',
      headers: {
        'content-type': cloudEventType,
        'webhook-id': event.id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': signaturesOf(values, task.old_secret_until, {
          id: event.id,
          at: now,
          body,
        }),
      },
      body,
      deadlineMs: SEND_MS,
      maxBytes: 1_024,
      excess: 'cut',
      // One team's receiver must not open the circuit of another's at the same host.
      circuit: `webhook:${task.id}`,
      signal,
    })
    return outcomeOf(answer)
  } catch (error) {
    signal.throwIfAborted()
    return outcomeOfError(error)
  }
}

async function record(
  context: PlatformContext,
  options: DeliverOptions,
  tx: Sql,
  task: Task,
  outcome: Outcome,
): Promise<void> {
  const now = context.clock()
  const attempts = task.attempts + 1
  const delivered = outcome.kind === 'delivered'
  const pause = pauseAfter(attempts, Math.random(), options.pauses ?? pauses)
  const again = outcome.kind === 'failed' && pause !== null ? new Date(Date.now() + pause) : null
  const rows = await tx.query(
    `update kade.webhook_delivery set attempts = $2, state = $3, status = $4, error = $5, next_at = $6, ended_at = $7
      where id = $1 and state = 'waiting' and attempts = $2 - 1 returning 1`,
    [
      task.delivery,
      attempts,
      delivered ? 'delivered' : again ? 'waiting' : 'failed',
      outcome.status ?? null,
      delivered ? null : outcome.error,
      again,
      again ? null : now,
    ],
  )
  if (rows.length === 0) return
  if (again)
    await context.queue.jobs.insert(tx, DELIVERIES, [
      {
        data: { delivery: task.delivery, attempt: attempts + 1 } satisfies DeliveryJob,
        key: task.id,
        startAfter: again,
      },
    ])
  const [webhook] = await tx.query<WebhookRow>(
    `update kade.webhook set failing_since = case when $2 then null else coalesce(failing_since, $3) end
      where id = $1 and state = 'enabled' returning *`,
    [task.id, delivered, now],
  )
  if (!webhook || delivered) return
  const since = webhook.failing_since?.getTime() ?? now.getTime()
  if (outcome.kind === 'gone') await disable(tx, webhook, outcome.error, now)
  else if (!again && now.getTime() - since >= disabledAfterMs && (await severalFailed(tx, webhook)))
    await disable(tx, webhook, prolonged(outcome.error), now)
}

/** Whether more than one delivery failed since the last success: of a webhook with little to say, one failure says little. */
async function severalFailed(tx: Sql, { id, failing_since }: WebhookRow): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from kade.webhook_delivery where webhook = $1 and attempts > 0 and error is not null
        and (state = 'waiting' or state = 'failed' and ended_at >= $2) limit 2`,
    [id, failing_since],
  )
  return rows.length > 1
}

/** After three days, in the words of the last failure. */
function prolonged(last: Text): Text {
  return {
    en: `Nothing could be delivered for three days. The last time: ${last.en}`,
    nl: `Drie dagen lang kon niets worden afgeleverd. De laatste keer: ${last.nl}`,
  }
}

async function disable(tx: Sql, webhook: WebhookRow, reason: Text, now: Date): Promise<void> {
  const { id, team, name, origin } = webhook
  await tx.query(`update kade.webhook set state = 'disabled', reason = $2 where id = $1`, [
    id,
    reason,
  ])
  await endWaiting(tx, id, reason, now)
  await append(tx, `webhook-${id}`, null, [
    { type: 'WebhookDisabled', data: { team, name, origin, reason } },
  ])
}

const notSent: Text = {
  en: 'Kade could not send this for a day, by a fault of its own. Send it again.',
  nl: 'Kade kon dit een dag lang niet versturen, door een eigen fout. Stuur het opnieuw.',
}

/** Keeps each log within its bounds, in days and in number, and ends what no job will end any more. */
export async function pruneDeliveries(sql: Sql): Promise<void> {
  await sql.query(
    `update kade.webhook_delivery d set state = 'failed', ended_at = now(), next_at = null, error = $1
      where state = 'waiting' and greatest(next_at, created_at) < now() - interval '1 day' and not ${hasJob}`,
    [notSent],
  )
  await sql.query(
    `delete from kade.webhook_delivery d using (
       select id, ended_at, created_at, row_number() over (partition by webhook order by created_at desc, id desc) as n
         from kade.webhook_delivery) r
      where d.id = r.id and (r.n > $3 or r.ended_at is not null and (r.n > $2 or r.created_at < now() - make_interval(days => $1)))`,
    [KEPT.days, KEPT.ended, KEPT.all],
  )
}
