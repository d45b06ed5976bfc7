import type { Sql } from '#platform/adapters/database/database.ts'
import type { EventData, NewEvent } from '#platform/events/types.ts'
import type { DeploymentState } from './deployment.ts'
import { recordKept } from './kept-rows.ts'
import { standsNowhere } from './leaving.ts'

/** It runs elsewhere from now on, by what was decided when that was asked. */
export async function moved(
  tx: Sql,
  id: string,
  data: EventData<'DeploymentMoved'>,
  at: Date,
  { identity }: DeploymentState,
): Promise<void> {
  const placement = identity?.placement
  await tx.query(
    `update kade.deployment set clusters = $2, updated_at = $3, applied = $5, replicas = $6, placement = coalesce($4, placement),
       places = (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(places) where key = any($2)),
       simulated = (select coalesce(bool_or(simulated), false) from kade.cluster where name = any($2))
     where id = $1`,
    [
      id,
      data.to,
      at,
      placement ? { ...placement, at: at.toISOString() } : null,
      { revision: data.revision, at: at.toISOString() },
      identity?.replicas ?? null,
    ],
  )
  await tx.query(`update kade.operation set step = 'emptying' where id = $1 and ended_at is null`, [
    data.operation,
  ])
}

/** Nothing is applied there any more. */
export async function emptied(
  tx: Sql,
  id: string,
  data: EventData<'PlaceEmptied'>,
  at: Date,
  state: DeploymentState,
): Promise<void> {
  const { cluster, operation } = data
  await recordKept(tx, id, data, at, state)
  await tx.query(
    `update kade.operation set erasures = erasures || jsonb_build_object($2::text, $3::text)
      where id = $1 and erasures ? $2`,
    [operation, cluster, at.toISOString()],
  )
  if (state.operation && standsNowhere(state.operation))
    await tx.query(
      `update kade.operation set step = 'emptying' where id = $1 and ended_at is null`,
      [operation],
    )
  await tx.query('update kade.deployment set places = places - $2::text where id = $1', [
    id,
    cluster,
  ])
}

export async function waved(
  tx: Sql,
  { operation, wave }: EventData<'WaveHeld'>,
  held: boolean,
): Promise<void> {
  await tx.query(
    `update kade.operation set waves = waves || jsonb_build_object('current', $2::int, 'held', $3::boolean),
       step = case when $3 then 'held' else 'applying' end where id = $1 and ended_at is null`,
    [operation, wave, held],
  )
}

/** Whether an event may have changed which clusters are to be emptied. Of most deployments there are none. */
export function mayLeave(event: NewEvent, { leaving }: DeploymentState): boolean {
  if (leaving.length > 0 || event.type === 'PlaceEmptied') return true
  return event.type === 'DeploymentRequested' && event.data.kind === 'move'
}

/** The rows of the clusters that are to be emptied, as the state after the event has them. */
export async function keepLeaving(
  tx: Sql,
  id: string,
  { leaving }: DeploymentState,
  at: Date,
): Promise<void> {
  const clusters = leaving.map(one => one.cluster)
  await tx.query('delete from kade.leaving where deployment = $1 and not cluster = any($2)', [
    id,
    clusters,
  ])
  for (const { cluster, operation } of leaving)
    await tx.query(
      `insert into kade.leaving (deployment, cluster, operation, since) values ($1, $2, $3, $4)
       on conflict (deployment, cluster) do update set operation = excluded.operation`,
      [id, cluster, operation, at],
    )
}
