import type { Health } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import type { Cause } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { append } from '#platform/events/store.ts'
import type { NewEvent } from '#platform/events/types.ts'
import type { Gate, Observation } from '#platform/federation/observation.ts'

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
}

export async function sightingsOf(sql: Sql, deployment: string): Promise<Sighting[]> {
  return sql.query<Sighting>(
    'select cluster, revision, state, ready, failure, reason, gate, drift from kade.observation where deployment = $1',
    [deployment],
  )
}

type Before = {
  state: Health['state'] | null
  drift: string[] | null
  operating: boolean
  same: boolean
}

/**
 * Keeps what was seen, and appends to `observed-<uuid>` what changed by it. `changed` is false for a sighting that says
 * nothing new; `operating` is true while an operation of the deployment is open. Of an unknown deployment nothing is kept.
 */
export async function recordObservation(
  context: Pick<PlatformContext, 'clock'>,
  tx: Sql,
  seen: Observation,
): Promise<{ changed: boolean; operating: boolean }> {
  const [before] = await tx.query<Before>(
    `select v.state, v.drift, o.ended_at is null as operating,
        coalesce(v.revision is not distinct from $3 and v.state = $4 and v.ready = $5 and v.failure is not distinct from $6
          and v.reason is not distinct from $7 and v.drift = $8 and v.gate is not distinct from $9, false) as same
       from kade.deployment d join kade.operation o on o.id = d.operation_id
       left join kade.observation v on v.deployment = d.id and v.cluster = $2
      where d.id = $1`,
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
    ],
  )
  if (!before) return { changed: false, operating: false }
  const now = context.clock()
  if (before.same) return { changed: false, operating: before.operating }
  await tx.query(
    `insert into kade.observation (deployment, cluster, revision, state, reason, ready, failure, drift, at, gate)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (deployment, cluster) do update set revision = $3, state = $4, reason = $5, ready = $6, failure = $7,
       drift = $8, at = $9, gate = $10`,
    [
      seen.deployment,
      seen.cluster,
      seen.revision,
      seen.state,
      seen.reason ?? null,
      seen.ready,
      seen.failure ?? null,
      JSON.stringify(seen.drift),
      seen.at,
      seen.gate ?? null,
    ],
  )
  await tx.query(
    `update kade.deployment set drift = $2, health_state = $3,
        health = jsonb_strip_nulls(jsonb_build_object('state', $3::text, 'reason', $4::jsonb, 'since',
          case when health_state = $3 then health->>'since' else to_char($5 at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end))
      where id = $1`,
    [seen.deployment, JSON.stringify(seen.drift), seen.state, seen.reason ?? null, now],
  )
  await append(tx, `observed-${seen.deployment}`, null, transitions(before, seen), {
    meta: { at: now },
  })
  return { changed: true, operating: before.operating }
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
