import type { CreateNamespace, Namespace } from '#api/clusters.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { NamespaceSpec } from '#platform/deployments/engine/engine.ts'
import { PlatformError } from '#platform/errors.ts'
import { append } from '#platform/events/store.ts'
import type { Actor } from '#platform/platform.ts'
import { readClusters } from './registry.ts'

export type Bounds = Namespace['bounds']

/** What a namespace of each environment may use until somebody sets other bounds. */
const defaultBounds: Record<Namespace['environment'], Bounds> = {
  dev: { cpu: '16', memory: '64Gi', storage: '500Gi', deployments: 50 },
  staging: { cpu: '32', memory: '128Gi', storage: '1Ti', deployments: 100 },
  prod: { cpu: '64', memory: '256Gi', storage: '2Ti', deployments: 200 },
}

/** Namespaces that Kubernetes, Kade or a cluster's owner uses; Kade prepares none of these. */
const reserved = /^(default|kube-.*|kade-.*|openshift.*)$/

type NamespaceRow = {
  name: string
  team: string
  environment: Namespace['environment']
  clusters: Namespace['clusters']
  everywhere: boolean
  bounds: Bounds
  created_at: Date
}

function view(row: NamespaceRow): Namespace {
  const { name, team, environment, clusters, everywhere, bounds } = row
  const createdAt = row.created_at.toISOString()
  return { name, team, environment, clusters, everywhere, bounds, createdAt }
}

/** The namespace as far as the actor may see it; null for what is foreign and what is not there alike. */
export async function findNamespace(
  sql: Sql,
  actor: Pick<Actor, 'teams'>,
  name: string,
): Promise<Namespace | null> {
  const [row] = await sql.query<NamespaceRow>('select * from kade.namespace where name = $1', [
    name,
  ])
  return row && actor.teams.includes(row.team) ? view(row) : null
}

/** For what is foreign and what is not there alike. */
export function noSuchNamespace(name: string): PlatformError {
  return new PlatformError('not-found', {
    en: `There is no namespace ${name}.`,
    nl: `Er is geen namespace ${name}.`,
  })
}

export async function listNamespaces(
  sql: Sql,
  actor: Actor,
  query: { limit: number; cursor?: string | undefined; q?: string | undefined },
): Promise<{ items: Namespace[]; next: string | null }> {
  const rows = await sql.query<NamespaceRow>(
    `select * from kade.namespace
      where team = any($1) and name > $2 and position(lower($3) in name) > 0
      order by name limit $4`,
    [[...actor.teams], query.cursor ?? '', query.q ?? '', query.limit + 1],
  )
  const items = rows.slice(0, query.limit).map(view)
  return { items, next: rows.length > query.limit ? (items.at(-1)?.name ?? null) : null }
}

/**
 * Records the namespace and asks each of its clusters to prepare it. A second, equal request asks those again that have not
 * prepared it, and changes nothing else.
 */
export async function createNamespace(
  context: PlatformContext,
  actor: Actor,
  input: CreateNamespace,
): Promise<Namespace> {
  const own = actor.teams.find(one => actor.memberships?.[one] !== undefined)
  const team = input.team ?? own ?? actor.teams[0] ?? ''
  if (reserved.test(input.name))
    throw new PlatformError(
      'request-invalid',
      {
        en: `The name ${input.name} is reserved for the cluster itself.`,
        nl: `De naam ${input.name} is voorbehouden aan het cluster zelf.`,
      },
      {
        violations: [{ pointer: '/name', detail: { en: 'is reserved', nl: 'is gereserveerd' } }],
        next: { en: 'Choose another name.', nl: 'Kies een andere naam.' },
      },
    )
  if (!actor.teams.includes(team))
    throw new PlatformError('forbidden', {
      en: `There is no team ${team} for which you may create namespaces.`,
      nl: `Er is geen team ${team} waarvoor je namespaces mag aanmaken.`,
    })
  return context.database.transaction(async tx => {
    const clusters = await chosenClusters(tx, input.clusters)
    const pending = clusters.map(name => ({ name, state: 'preparing' as const }))
    const [row] = await tx.query<NamespaceRow>(
      `insert into kade.namespace (name, team, environment, clusters, bounds, created_at, everywhere)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (name) do nothing returning *`,
      [
        input.name,
        team,
        input.environment,
        JSON.stringify(pending),
        defaultBounds[input.environment],
        context.clock(),
        input.clusters === undefined,
      ],
    )
    if (!row) return existing(context, tx, actor, { ...input, team })
    for (const cluster of clusters)
      await context.queue.enqueue(tx, { kind: 'prepare-namespace', cluster, subject: input.name })
    const data = {
      namespace: input.name,
      team,
      environment: input.environment,
      clusters,
      actor: actor.id,
    }
    await append(tx, `namespace-${input.name}`, null, [{ type: 'NamespaceRequested', data }])
    return view(row)
  })
}

async function existing(
  context: PlatformContext,
  tx: Sql,
  actor: Actor,
  input: CreateNamespace & { team: string },
): Promise<Namespace> {
  await tx.query('select 1 from kade.namespace where name = $1 for update', [input.name])
  const found = await findNamespace(tx, actor, input.name)
  const { team, environment } = input
  if (found && found.team === team && found.environment === environment)
    return prepareAgain(context, tx, found)
  throw new PlatformError(
    'name-taken',
    {
      en: `The namespace name ${input.name} is taken.`,
      nl: `De naam ${input.name} van de namespace is bezet.`,
    },
    {
      violations: [{ pointer: '/name', detail: { en: 'is taken', nl: 'is bezet' } }],
      next: { en: 'Choose another name.', nl: 'Kies een andere naam.' },
    },
  )
}

/** Asks every cluster of a namespace that has not prepared it. */
export async function prepareAgain(
  context: PlatformContext,
  tx: Sql,
  namespace: Namespace,
): Promise<Namespace> {
  const clusters = namespace.clusters.map(one =>
    one.state === 'ready' ? one : { name: one.name, state: 'preparing' as const },
  )
  for (const { name, state } of clusters)
    if (state === 'preparing')
      await context.queue.enqueue(tx, {
        kind: 'prepare-namespace',
        cluster: name,
        subject: namespace.name,
      })
  await tx.query('update kade.namespace set clusters = $2 where name = $1', [
    namespace.name,
    JSON.stringify(clusters),
  ])
  return { ...namespace, clusters }
}

/** The clusters that are asked for, all of them where none is. Throws `cluster-unknown`. */
export async function chosenClusters(
  tx: Sql,
  asked: readonly string[] | undefined,
): Promise<string[]> {
  const known = (await readClusters(tx)).map(cluster => cluster.name)
  const unknown = asked?.find(name => !known.includes(name))
  if (unknown)
    throw new PlatformError(
      'cluster-unknown',
      {
        en: `There is no cluster ${unknown}.`,
        nl: `Er is geen cluster ${unknown}.`,
      },
      {
        violations: [
          {
            pointer: '/clusters',
            detail: { en: `unknown: ${unknown}`, nl: `onbekend: ${unknown}` },
          },
        ],
        next: {
          en: `Choose from ${known.join(', ')}.`,
          nl: `Kies uit ${known.join(', ')}.`,
        },
      },
    )
  return asked ? [...new Set(asked)] : known
}

/** A worker has prepared the namespace, or says why it cannot. */
export async function recordPrepared(
  context: PlatformContext,
  name: string,
  cluster: string,
  failure: string | null,
): Promise<void> {
  await context.database.transaction(async tx => {
    const [row] = await tx.query<NamespaceRow>(
      'select * from kade.namespace where name = $1 for update',
      [name],
    )
    if (!row) return
    const state = failure ? ('failed' as const) : ('ready' as const)
    const clusters = [
      ...row.clusters.filter(one => one.name !== cluster),
      { name: cluster, state, ...(failure ? { message: failure } : {}) },
    ].sort((a, b) => a.name.localeCompare(b.name))
    const before = row.clusters.find(one => one.name === cluster)
    await tx.query('update kade.namespace set clusters = $2 where name = $1', [
      name,
      JSON.stringify(clusters),
    ])
    if (!failure && before?.state !== 'ready')
      await append(tx, `namespace-${name}`, null, [
        { type: 'NamespaceCreated', data: { namespace: name, cluster } },
      ])
  })
}

/** What a worker needs to prepare the namespace, or null where it is no longer wanted. */
export async function namespaceSpec(sql: Sql, name: string): Promise<NamespaceSpec | null> {
  const [row] = await sql.query<NamespaceRow>('select * from kade.namespace where name = $1', [
    name,
  ])
  if (!row) return null
  const { team, environment, bounds } = row
  return { name, team, environment, bounds }
}
