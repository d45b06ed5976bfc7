/**
 * A deployment as a list or a page shows it. What was last seen stands in its rows; whether that still holds follows from when each of
 * its clusters was last heard of.
 */

import type { Deployment, Desired, KeptData } from '#api/deployments.ts'
import type { Health, HealthState } from '#api/health.ts'
import type { Environment, Text } from '#api/names.ts'
import type { PlaceOfDeployment } from '#api/placement.ts'
import { silentTime } from '#platform/federation/registry.ts'
import { etagOf } from './etag.ts'
import { keptColumn, keptView } from './kept-rows.ts'
import { type OperationRow, operationView } from './operations.ts'
import { healthOver, nothingYet, worseThanUnknown } from './place-health.ts'

export type DeploymentRow = {
  id: string
  namespace: string
  name: string
  team: string
  environment: Environment
  app: string
  version: string
  clusters: string[]
  placement: Deployment['placement']
  composition: string | null
  simulated: boolean
  revision: number
  desired: Desired
  applied: Deployment['applied']
  places: Readonly<Record<string, Deployment['applied']>>
  replicas: Readonly<Record<string, number>> | null
  health: Health
  drift: string[] | null
  url: string | null
  created_at: Date
  seen: SeenPlace[]
  kept: KeptData[] | null
  operation: OperationRow
}

type SeenPlace = {
  readonly cluster: string
  readonly part: PlaceOfDeployment['part']
  readonly leaving: string | null
  readonly revision: number | null
  readonly state: HealthState | null
  readonly reason: Text | null
  readonly since: string
  /** Why nothing is known of what runs there; null where something is. */
  readonly unheard: Unheard | null
  readonly heartbeat: string | null
}

/** Why nothing is known of what runs on a cluster: it fell silent, never spoke, or is not in the registry. */
type Unheard = 'silent' | 'never' | 'gone'

/** A deployment with its last operation, and what was last seen of it on each cluster. */
export const select = `
  select d.*, to_jsonb(o) as operation, ${keptColumn},
     (select jsonb_agg(jsonb_build_object('cluster', p.name, 'part', p.part, 'leaving', p.leaving, 'revision', v.revision,
          'state', v.state, 'reason', v.reason, 'since', coalesce(v.since, v.at, d.created_at), 'heartbeat', c.heartbeat_at,
          'unheard', case when c.name is null then 'gone' when c.heartbeat_at is null then 'never'
            when c.heartbeat_at < now() - ${silentTime} then 'silent' end) order by p.name)
       from (select name, 'here' as part, null::timestamptz as leaving from unnest(d.clusters) as here(name)
         union all select name, 'coming', null from unnest(o.clusters) as coming(name)
          where o.ended_at is null and o.kind = 'move' and not name = any(d.clusters)
         union all select l.cluster, 'leaving', l.since from kade.leaving l where l.deployment = d.id) p
       left join kade.cluster c on c.name = p.name
       left join kade.observation v on v.deployment = d.id and v.cluster = p.name) as seen
    from kade.deployment d join kade.operation o on o.id = d.operation_id`

const heard = `array(
  select c.name from kade.cluster c where c.heartbeat_at >= now() - ${silentTime})`

/** True for a deployment on a cluster of which nothing is heard: whatever was last seen there, it is not known. */
const onUnheard = `(not d.clusters <@ ${heard})`

/** The worst that is seen on a cluster of which something is heard, where that is worse than not knowing. */
const worstHeard = `(select coalesce(v.state, 'missing') from unnest(d.clusters) as p(name)
    left join kade.observation v on v.deployment = d.id and v.cluster = p.name
   where p.name = any(${heard}) and coalesce(v.state, 'missing') = any(array[${worseThanUnknown.map(one => `'${one}'`)}])
   order by array_position(array[${worseThanUnknown.map(one => `'${one}'`)}], coalesce(v.state, 'missing')) limit 1)`

/** A pattern for what holds this text; its own `%`, `_` and `\` mean themselves. Names are in small letters. */
export function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
}

/** As `healthOf` shows it. Compares the column itself, which an index can find; the state that is shown is `$6`. */
export function shownAs(health: string | undefined): string {
  if (health === undefined) return '$6::text is null'
  const known = `d.health_state = $6 and not ${onUnheard}`
  if (health === 'unknown') return `(${known} or ${onUnheard} and ${worstHeard} is null)`
  if (worseThanUnknown.every(one => one !== health)) return known
  return `(${known} or cardinality(d.clusters) > 1 and ${onUnheard} and ${worstHeard} = $6)`
}

export function view(row: DeploymentRow): Deployment {
  const { id, namespace, name, app, version, environment, team, clusters, revision, simulated } =
    row
  const operation = operationView(withDates(row.operation))
  return {
    id,
    namespace,
    name,
    app,
    version,
    environment,
    team,
    clusters,
    placement: row.placement,
    placements: row.seen.map(one => placeView(row, one)),
    kept: keptView(row.kept),
    ...(row.composition ? { composition: row.composition } : {}),
    revision,
    etag: etagOf(revision, operation.id),
    simulated,
    ...(row.url ? { url: row.url } : {}),
    desired: row.desired,
    applied: row.applied,
    health: healthOf(row),
    drift: (row.drift ?? []).length > 0,
    operation,
    createdAt: row.created_at.toISOString(),
  }
}

/** As it was last seen, where every cluster is heard of; else by what is known of each. */
function healthOf(row: DeploymentRow): Health {
  const here = row.seen.filter(one => one.part === 'here')
  if (here.every(one => one.unheard === null)) return row.health
  return healthOver(here.map(one => ({ cluster: one.cluster, ...placeHealth(row, one) })))
}

function placeView(row: DeploymentRow, seen: SeenPlace): PlaceOfDeployment {
  const { cluster, part, leaving, revision } = seen
  return {
    cluster,
    part,
    ...(leaving ? { leavingSince: new Date(leaving).toISOString() } : {}),
    revision,
    ...(row.replicas?.[cluster] === undefined ? {} : { replicas: row.replicas[cluster] }),
    applied: row.places[cluster] ?? null,
    health: placeHealth(row, seen),
  }
}

function placeHealth(row: DeploymentRow, seen: SeenPlace): Health {
  const { state, reason } = seen
  const since = new Date(seen.since).toISOString()
  const last =
    row.clusters.length > 1 || row.clusters[0] !== seen.cluster ? since : row.health.since
  if (seen.unheard) return unknown(seen.unheard, seen.heartbeat, last)
  if (state && seen.part !== 'leaving') return { state, since: last, ...(reason ? { reason } : {}) }
  return seen.part === 'leaving'
    ? { state: 'unknown', since: last, reason: notLookedAt }
    : { state: 'missing', since: last, reason: nothingYet }
}

/** Of a cluster that never spoke there is no last heartbeat: then since what is recorded was seen. */
function unknown(why: Unheard, heartbeat: string | null, last: string): Health {
  const since = why === 'silent' && heartbeat ? new Date(heartbeat).toISOString() : last
  return { state: 'unknown', since, reason: reasons[why] }
}

const notLookedAt: Text = {
  en: 'It is being emptied: what stands there says nothing of the deployment',
  nl: 'Het wordt geleegd: wat daar staat zegt niets over de uitrol',
}

const reasons: Readonly<Record<Unheard, Text>> = {
  silent: { en: 'Its cluster has been silent since then', nl: 'Het cluster is sindsdien stil' },
  never: {
    en: 'Nothing has been heard of its cluster yet',
    nl: 'Van het cluster is nog niets gehoord',
  },
  gone: { en: 'Kade does not have its cluster', nl: 'Kade heeft het cluster niet' },
}

/** `to_jsonb` writes times as text. */
function withDates(row: OperationRow): OperationRow {
  const date = (value: Date | null) => (value === null ? null : new Date(value))
  return {
    ...row,
    requested_at: new Date(row.requested_at),
    deadline: new Date(row.deadline),
    ended_at: date(row.ended_at),
  }
}
