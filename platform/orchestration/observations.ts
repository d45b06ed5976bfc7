import { createHash } from 'node:crypto'
import type { Health } from '#api/health.ts'
import type { Text } from '#api/names.ts'
import type { Cause } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { refreshHealth } from '#platform/deployments/place-health.ts'
import { append } from '#platform/events/store.ts'
import type { NewEvent } from '#platform/events/types.ts'
import type { Gate, Observation } from '#platform/federation/observation.ts'
import { silentTime } from '#platform/federation/registry.ts'
import type { RepairReport } from './worker-hub.ts'

/** The last thing seen of a deployment on one cluster: a cache that a relist fills again. */
export type Sighting = {
  readonly cluster: string
  readonly revision: number | null
  readonly state: Health['state']
  readonly ready: boolean
  readonly failure: Cause | null
  readonly reason: Text | null
  readonly gate: Gate | null
  readonly drift: readonly string[]
  /** Since when the revision has been ready without a break. */
  readonly readySince: Date | null
}

export async function sightingsOf(sql: Sql, deployment: string): Promise<Sighting[]> {
  return sql.query<Sighting>(
    `select cluster, revision, state, ready, failure, reason, gate, drift, ready_since as "readySince"
       from kade.observation where deployment = $1`,
    [deployment],
  )
}

/** Of a cluster on which nothing is left. */
export async function forgetSighting(tx: Sql, deployment: string, cluster: string): Promise<void> {
  await tx.query('delete from kade.observation where deployment = $1 and cluster = $2', [
    deployment,
    cluster,
  ])
}

type Before = {
  state: Health['state'] | null
  drift: string[] | null
  operating: boolean
  same: boolean
  /** Something newer is kept, or another worker sees the cluster on which this one sees nothing. */
  overtaken: boolean
  /** It runs there, so that what is seen there says how it is. */
  here: boolean
  /** It runs nowhere else. */
  alone: boolean
}

/**
 * Keeps what was seen, and appends to `observed-<uuid>` what changed by it. `changed` is false for a sighting that says
 * nothing new; `operating` is true while an operation of the deployment is open. Of an unknown deployment nothing is kept, nor of one
 * on a cluster where it neither runs nor goes to, such as one that it left, nor what is older than what is kept: several workers look, and
 * a call that timed out may come after the next one. A clock that is ahead counts as of now, or it would keep all later ones out.
 */
export async function recordObservation(
  context: Pick<PlatformContext, 'clock'>,
  tx: Sql,
  seen: Observation,
  worker?: string,
): Promise<{ changed: boolean; operating: boolean }> {
  const now = context.clock()
  const at = new Date(Math.min(seen.at.getTime(), now.getTime()))
  const [before] = await tx.query<Before>(
    `select v.state, v.drift, o.ended_at is null as operating, $2 = any(d.clusters) as here,
        d.clusters = array[$2::text] as alone,
        coalesce(v.revision is not distinct from $3 and v.state = $4 and v.ready = $5 and v.failure is not distinct from $6
          and v.reason is not distinct from $7 and v.drift = $8 and v.gate is not distinct from $9, false) as same,
        coalesce(v.at > $10, false) or $4 = 'unknown' and exists (
          select from kade.worker_report w where w.cluster = $2 and w.worker <> $11 and w.reachable
             and w.at > now() - ${silentTime}) as overtaken
       from kade.deployment d join kade.operation o on o.id = d.operation_id
       left join kade.observation v on v.deployment = d.id and v.cluster = $2
      where d.id = $1 and ($2 = any(d.clusters) or $2 = any(o.clusters) and o.ended_at is null)`,
    [
      seen.deployment,
      seen.cluster,
      seen.revision,
      seen.state,
      seen.ready,
      seen.failure ?? null,
      seen.reason ?? null,
      JSON.stringify(seen.drift),
      seen.gate ?? null,
      at,
      worker ?? null,
    ],
  )
  if (!before) return { changed: false, operating: false }
  const { operating } = before
  if (before.overtaken) return { changed: false, operating }
  if (before.same) {
    await tx.query(
      'update kade.observation set at = $3 where deployment = $1 and cluster = $2 and at < $3',
      [seen.deployment, seen.cluster, at],
    )
    return { changed: false, operating }
  }
  const [written] = await tx.query<{ since: Date }>(
    `insert into kade.observation as v (deployment, cluster, revision, state, reason, ready, failure, drift, at, gate,
       since, ready_since)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $6 then $11::timestamptz end)
     on conflict (deployment, cluster) do update set revision = $3, state = $4, reason = $5, ready = $6, failure = $7,
       drift = $8, at = $9, gate = $10, since = case when v.state = $4 then v.since else $11 end,
       ready_since = case when not $6 then null when v.ready and v.revision = $3 then v.ready_since else $11 end
     returning since`,
    [
      seen.deployment,
      seen.cluster,
      seen.revision,
      seen.state,
      seen.reason ?? null,
      seen.ready,
      seen.failure ?? null,
      JSON.stringify(seen.drift),
      at,
      seen.gate ?? null,
      now,
    ],
  )
  const { cluster, state, reason = null, drift } = seen
  const only = before.alone && written && [{ cluster, state, reason, drift, ...written }]
  if (before.here) await refreshHealth(tx, seen.deployment, only || undefined)
  await append(tx, `observed-${seen.deployment}`, null, transitions(before, seen), {
    meta: { at: now },
  })
  return { changed: true, operating }
}

function transitions(before: Before, seen: Observation): NewEvent[] {
  const { deployment, cluster } = seen
  const events: NewEvent[] = []
  const from = before.state ?? 'missing'
  if (from !== seen.state)
    events.push({
      type: 'HealthChanged',
      data: {
        deployment,
        cluster,
        from,
        to: seen.state,
        ...(seen.reason ? { reason: seen.reason } : {}),
      },
    })
  const drifted = seen.drift.length > 0
  if (drifted !== (before.drift ?? []).length > 0)
    events.push({
      type: 'DriftChanged',
      data: { deployment, cluster, drifted, objects: [...seen.drift] },
    })
  return events
}

/** Tells what a worker made again while the hub was away, once: the worker says it until it hears that it was taken. */
export async function recordRepair(
  { database }: Pick<PlatformContext, 'database'>,
  { deployment, cluster, objects, at }: RepairReport,
): Promise<void> {
  await database.transaction(async tx => {
    const [known] = await tx.query('select 1 from kade.deployment where id = $1', [deployment])
    if (!known) return
    const data = { deployment, cluster, objects: [...objects], at: at.toISOString() }
    // Where the report is the same, so is the event.
    const ids = [idOf('ObjectsRepaired', JSON.stringify(data))]
    await append(tx, `observed-${deployment}`, null, [{ type: 'ObjectsRepaired', data }], { ids })
  })
}

/** An id that is always the same for the same words (a UUID of version 8, RFC 9562). */
function idOf(...words: readonly string[]): string {
  const digits = createHash('sha256').update(words.join(' ')).digest('hex')
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-')
}
