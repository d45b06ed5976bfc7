import type { BusDriver } from '../adapters/bus/bus-driver.ts'
import type { Database, Sql } from '../adapters/database/database.ts'
import { type Jobs, QUEUE_SCHEMA } from '../adapters/database/jobs.ts'

/** The queue of deliveries: one try each. Those of one webhook go one after the other, so that a slow receiver holds up only itself. */
export const DELIVERIES = 'webhooks'

/** SQL: whether a job is left that will try the delivery `d`. */
export const hasJob = `exists (select 1 from ${QUEUE_SCHEMA}.job j where j.name = '${DELIVERIES}'
  and j.state in ('created', 'retry', 'active') and j.data->>'delivery' = d.id::text)`

/** SQL: whether a first try of the delivery `d` would be no second one. */
export const notQueued = `not (d.state = 'waiting' and d.attempts = 0 and ${hasJob})`

export type DeliveryJob = { readonly delivery: string; readonly attempt: number }

/** An event that may be due to a webhook: its namespace says whose it is. */
export type Due = {
  readonly id: string
  readonly name: string
  readonly namespace: string
  readonly deployment: string | null
}

/**
 * Records a delivery, and queues its first try, for each webhook that wants an event: those of the team of its namespace, and
 * no others. What a webhook has had already is not queued again, unless `only` names that webhook and no first try of it is
 * queued. Answers how many there are.
 */
export async function queueDeliveries(
  tx: Sql,
  jobs: Jobs,
  events: readonly Due[],
  only?: string,
): Promise<number> {
  const again =
    only === undefined
      ? 'do nothing'
      : `do update set state = 'waiting', attempts = 0, next_at = now(), ended_at = null where ${notQueued}`
  const rows = await tx.query<{ id: string; webhook: string }>(
    `insert into kade.webhook_delivery as d (id, webhook, event, name, namespace, deployment, state, created_at)
     select gen_random_uuid(), w.id, e.id, e.name, e.namespace, e.deployment, 'waiting',
        date_trunc('milliseconds', clock_timestamp())
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality as e (id, name, namespace, deployment, n)
       join kade.namespace n on n.name = e.namespace
       join kade.webhook w on w.team = n.team
      where w.state = 'enabled' and ($5::uuid is null or w.id = $5)
        and (w.events = '{}' or e.name = any(w.events))
        and (w.namespaces = '{}' or e.namespace = any(w.namespaces))
      order by e.n
     on conflict (webhook, event) ${again}
     returning d.id, d.webhook`,
    [
      events.map(event => event.id),
      events.map(event => event.name),
      events.map(event => event.namespace),
      events.map(event => event.deployment),
      only ?? null,
    ],
  )
  await queueTries(tx, jobs, rows)
  return rows.length
}

/** Queues a first try for each delivery. */
export async function queueTries(
  tx: Sql,
  jobs: Jobs,
  deliveries: readonly { readonly id: string; readonly webhook: string }[],
): Promise<void> {
  await jobs.insert(
    tx,
    DELIVERIES,
    deliveries.map(({ id, webhook }) => ({
      data: { delivery: id, attempt: 1 } satisfies DeliveryJob,
      key: webhook,
    })),
  )
}

/** Categories whose events happen in namespaces. */
export const webhookCategories = ['deployment', 'namespace', 'observed'] as const

/** The webhooks of all teams as one destination of the bus. */
export function webhooksDriver(database: Database, jobs: Jobs): BusDriver {
  return {
    name: 'webhooks',
    start: async () => {},
    async publish(events, signal) {
      signal.throwIfAborted()
      const due = events.flatMap(({ id, type, subject }) => {
        const [namespace, deployment] = (subject ?? '').split('/')
        const name = type.split('.').at(-2) ?? ''
        return namespace ? [{ id, name, namespace, deployment: deployment ?? null }] : []
      })
      await database.transaction(tx => queueDeliveries(tx, jobs, due))
    },
    stop: async () => {},
  }
}
