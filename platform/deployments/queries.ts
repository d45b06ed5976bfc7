import type { Deployment, Desired, Health, Revision } from '#api/deployments.ts'
import type { Environment, Text } from '#api/names.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { RevisionData } from '#platform/events/types.ts'
import type { Actor } from '#platform/platform.ts'
import { etagOf } from './etag.ts'
import { type DeploymentKey, findDeployment } from './find.ts'
import { noSuchDeployment } from './no-such-deployment.ts'
import { type OperationRow, operationView } from './operations.ts'
import { decodeCursor, toPage } from './pages.ts'

type Page<T> = { items: T[]; next: string | null }

type DeploymentRow = {
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
  health: Health
  drift: string[] | null
  url: string | null
  created_at: Date
  unheard: { why: Unheard; since: string | null } | null
  operation: OperationRow
}

/** Why nothing is known of what runs on a cluster: it fell silent, never spoke, or is not in the registry. */
type Unheard = 'silent' | 'never' | 'gone'

/** A deployment with its last operation; `unheard` where nothing is known of its health: why, and the last heartbeat. */
const select = `
  select d.*, to_jsonb(o) as operation,
     (select jsonb_build_object('since', min(c.heartbeat_at), 'why', case
         when bool_or(c.name is null) then 'gone' when bool_or(c.heartbeat_at is null) then 'never' else 'silent' end)
       from unnest(d.clusters) as placed(name) left join kade.cluster c on c.name = placed.name
      where (c.heartbeat_at < now() - interval '20 seconds') is not false having count(*) > 0) as unheard
    from kade.deployment d join kade.operation o on o.id = d.operation_id`

/** True for a deployment on a cluster of which nothing is heard: whatever was last seen, it is shown as unknown. */
const onUnheard = `(not d.clusters <@ array(
  select c.name from kade.cluster c where c.heartbeat_at >= now() - interval '20 seconds'))`

/** A pattern for what holds this text; its own `%`, `_` and `\` mean themselves. Names are in small letters. */
function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
}

/** Compares the column itself, which an index can find; the state that is shown is `$6`. */
function shownAs(health: string | undefined): string {
  if (health === undefined) return '$6::text is null'
  if (health === 'unknown') return `(d.health_state = $6 or ${onUnheard})`
  return `d.health_state = $6 and not ${onUnheard}`
}

function view(row: DeploymentRow): Deployment {
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
    ...(row.composition ? { composition: row.composition } : {}),
    revision,
    etag: etagOf(revision, operation.id),
    simulated,
    ...(row.url ? { url: row.url } : {}),
    desired: row.desired,
    applied: row.applied,
    health: row.unheard ? unknown(row.unheard, row.health) : row.health,
    drift: (row.drift ?? []).length > 0,
    operation,
    createdAt: row.created_at.toISOString(),
  }
}

/** Of a cluster that never spoke there is no last heartbeat: then since what is recorded was seen. */
function unknown({ why, since }: { why: Unheard; since: string | null }, last: Health): Health {
  const known = why === 'silent' && since ? new Date(since).toISOString() : last.since
  return { state: 'unknown', since: known, reason: reasons[why] }
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

export async function readDeployment(
  sql: Sql,
  actor: Actor,
  key: DeploymentKey,
): Promise<Deployment> {
  const [row] = await sql.query<DeploymentRow>(
    `${select} where d.namespace = $1 and d.name = $2 and d.team = any($3)`,
    [key.namespace, key.name, [...actor.teams]],
  )
  if (row) return view(row)
  throw noSuchDeployment(key)
}

/** The members of a composition, as far as the actor may see them, in the order they were made. */
export async function readMembers(
  sql: Sql,
  actor: Actor,
  key: DeploymentKey,
): Promise<Deployment[]> {
  const rows = await sql.query<DeploymentRow>(
    `${select} where d.namespace = $1 and d.composition = $2 and d.team = any($3)
     order by d.created_at, d.name`,
    [key.namespace, key.name, [...actor.teams]],
  )
  return rows.map(view)
}

export type DeploymentsQuery = {
  limit: number
  cursor?: string | undefined
  q?: string | undefined
  namespace?: string | undefined
  app?: string | undefined
  cluster?: string | undefined
  health?: string | undefined
  sort: 'name' | '-createdAt' | 'health'
}

/** Keyset pages: each sort has an index and a condition that begins after the last row of the page before. */
const sorts = {
  name: {
    order: 'd.namespace, d.name',
    after: '(d.namespace, d.name) > ($7::text, $8::text)',
    key: ['name', 'name'],
  },
  '-createdAt': {
    order: 'd.created_at desc, d.id desc',
    after: '(d.created_at, d.id) < ($7::timestamptz, $8::uuid)',
    key: ['time', 'id'],
  },
  health: {
    order: 'd.health_state, d.id',
    after: '(d.health_state, d.id) > ($7::text, $8::uuid)',
    key: ['name', 'id'],
  },
} as const

/** The deployments the actor may see, filtered, sorted and paged by the database. */
export async function listDeployments(
  sql: Sql,
  actor: Actor,
  query: DeploymentsQuery,
): Promise<Page<Deployment>> {
  const { order, after, key } = sorts[query.sort]
  const cursor = query.cursor ? decodeCursor(query.cursor, key) : null
  const rows = await sql.query<DeploymentRow & { health_state: string }>(
    `${select} where d.team = any($1)
       and ($2::text is null or (d.namespace || '/' || d.name || ' ' || d.app) like $2)
       and ($3::text is null or d.namespace = $3) and ($4::text is null or d.app = $4)
       and ($5::text is null or d.clusters @> array[$5]) and ${shownAs(query.health)}
       ${cursor ? `and ${after}` : ''}
     order by ${order} limit ${query.limit + 1}`,
    [
      [...actor.teams],
      query.q === undefined ? null : containing(query.q),
      query.namespace ?? null,
      query.app ?? null,
      query.cluster ?? null,
      query.health ?? null,
      ...(cursor ?? []),
    ],
  )
  return toPage(rows, query.limit, view, row => {
    if (query.sort === 'name') return [row.namespace, row.name]
    return [query.sort === 'health' ? row.health_state : row.created_at.toISOString(), row.id]
  })
}

type RevisionRow = {
  number: number
  app: string
  data: Omit<RevisionData, 'settings'> & { settings: Record<string, unknown> }
  objects_digest: string
  actor: string
  via: string
  at: Date
  reason: string | null
  result: Revision['result']
}

/** The revisions of a deployment, newest first. */
export async function listRevisions(
  sql: Sql,
  actor: Actor,
  key: DeploymentKey,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<Revision>> {
  const id = await findDeployment(sql, actor, key)
  const before = query.cursor ? Number(decodeCursor(query.cursor, ['number'])[0]) : null
  const rows = await sql.query<RevisionRow>(
    `select r.*, d.app from kade.revision r join kade.deployment d on d.id = r.deployment
      where r.deployment = $1 and ($2::int is null or r.number < $2) order by r.number desc limit $3`,
    [id, before, query.limit + 1],
  )
  return toPage(rows, query.limit, revisionView, row => [String(row.number)])
}

function revisionView(row: RevisionRow): Revision {
  const { number, app, data, actor, via } = row
  return {
    number,
    app,
    version: data.version,
    settings: data.settings,
    bindings: data.bindings,
    env: data.env,
    replicas: data.replicas,
    ...(data.resources ? { resources: data.resources } : {}),
    ingress: data.ingress,
    ...(data.origins ? { origins: data.origins } : {}),
    images: data.images,
    objectsDigest: row.objects_digest,
    secretVersion: data.secretVersion,
    actor,
    via,
    at: row.at.toISOString(),
    ...(row.reason ? { reason: row.reason } : {}),
    result: row.result,
  }
}
