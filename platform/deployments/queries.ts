import type { Deployment, Revision } from '#api/deployments.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { RevisionData } from '#platform/events/types.ts'
import type { Actor } from '#platform/platform.ts'
import { containing, type DeploymentRow, select, shownAs, view } from './deployment-view.ts'
import { type DeploymentKey, findDeployment } from './find.ts'
import { noSuchDeployment } from './no-such-deployment.ts'
import { decodeCursor, toPage } from './pages.ts'

type Page<T> = { items: T[]; next: string | null }

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
