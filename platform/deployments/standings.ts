import { DataClass } from '#api/data-classes.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import type { PlacementData } from '#platform/events/placement-data.ts'
import type { FailoverPolicy, Standing } from '#platform/federation/failover.ts'
import type { PodDemand } from '#platform/federation/room.ts'
import { claimsOf, namedCluster, usualFailover } from './failover.ts'

/** Deployments that are read at a time; those that are more come with the next page. */
export const standingsPerPage = 500

/** A part of the deployments, by id. */
export type StandingsPage = {
  readonly standings: readonly Standing[]
  /** Those whose objects cannot be read, so that nothing can be decided for them. */
  readonly unreadable: readonly Unreadable[]
  /** Id of the last one here, where more follow. */
  readonly next: string | null
}

export type Unreadable = Pick<Standing, 'deployment' | 'clusters'> & { readonly error: unknown }

type Row = {
  deployment: string
  environment: Standing['environment']
  clusters: string[]
  namespace: string[] | null
  placement: PlacementData | null
  named: string | null
  operating: boolean
  failed_at: Date | null
  leaving: string[]
  demand: PodDemand[] | null
  digest: string
  beside: NonNullable<Standing['request']['beside']> | null
  mode: FailoverPolicy['mode'] | null
  after: number | null
}

/** Objects never change under their digest, so what was read of them is kept. */
const claimsKnown = new Map<string, readonly string[]>()
const kept = 10_000

/**
 * The deployments that stand on these clusters, as failover sees them, a page of them after this id; those that are being deleted are
 * none. Throws only where the database does not answer: one deployment that is broken holds up no other.
 */
export async function readStandings(
  sql: Sql,
  clusters: readonly string[],
  after: string | null = null,
  most: number = standingsPerPage,
): Promise<StandingsPage> {
  const rows = await sql.query<Row>(
    `select d.id as deployment, ${namedCluster} as named, d.environment, d.clusters, d.placement, coalesce(o.ended_at is null, false) as operating,
        (select array_agg(one->>'name') from kade.namespace n, jsonb_array_elements(n.clusters) as one
          where n.name = d.namespace) as namespace,
        greatest(h.refused_at, (select max(f.ended_at) from kade.operation f
          where f.deployment = d.id and f.kind = 'move' and f.via = 'platform' and f.state in ('failed', 'cancelled'))) as failed_at,
        array(select l.cluster from kade.leaving l where l.deployment = d.id) as leaving,
        r.data->'demand' as demand, r.objects_digest as digest,
        (select jsonb_agg(jsonb_build_object('target', bound.value, 'clusters', p.clusters))
           from jsonb_each_text(r.data->'bindings') as bound
           join kade.deployment p on p.namespace || '/' || p.name = bound.value) as beside,
        f.mode, f.after
       from kade.deployment d
       join kade.operation o on o.id = d.operation_id
       join lateral (select data, objects_digest from kade.revision
          where deployment = d.id order by number desc limit 1) r on true
       left join kade.failover f on f.deployment = d.id
       left join kade.failover_held h on h.deployment = d.id
      where d.clusters && $1 and not d.desired ? 'deleted' and ($3::uuid is null or d.id > $3::uuid)
      order by d.id limit $2`,
    [[...clusters], most, after],
  )
  const standings: Standing[] = []
  const unreadable: Unreadable[] = []
  for (const row of rows)
    try {
      standings.push(await standingOf(sql, row))
    } catch (error) {
      if (error instanceof PlatformError) throw error
      const { deployment, clusters: on } = row
      unreadable.push({ deployment, clusters: on, error })
    }
  const next = rows.length < most ? null : (rows.at(-1)?.deployment ?? null)
  return { standings, unreadable, next }
}

/** All of them. */
export async function readAllStandings(
  sql: Sql,
  clusters: readonly string[],
): Promise<Omit<StandingsPage, 'next'>> {
  const standings: Standing[] = []
  const unreadable: Unreadable[] = []
  for (let after: string | null = null; ; ) {
    const page: StandingsPage = await readStandings(sql, clusters, after)
    standings.push(...page.standings)
    unreadable.push(...page.unreadable)
    if (page.next === null) return { standings, unreadable }
    after = page.next
  }
}

async function standingOf(sql: Sql, row: Row): Promise<Standing> {
  const { deployment, environment, clusters, placement, operating, demand, beside } = row
  const { regions, affinity, spread, replicas } = placement?.wish ?? {}
  // Of replicas that are divided about a part has to fit; which part is decided with the move itself.
  const parts = replicas === 'divided' ? clusters.length : 1
  const { data: dataClass } = DataClass.safeParse(placement?.dataClass)
  const claims = await ownClaimsOf(sql, row.digest)
  return {
    deployment,
    environment,
    clusters,
    namespace: row.namespace ?? [],
    policy: policyOf(row, claims),
    claims,
    request: {
      each: (demand ?? []).map(pods => ({ ...pods, count: Math.ceil(pods.count / parts) })),
      ...(dataClass && { dataClass }),
      ...(regions && { regions }),
      ...(affinity && { affinity }),
      ...(spread && { spread }),
      ...(beside && { beside }),
    },
    operating,
    leaving: row.leaving,
    failedAt: row.failed_at,
  }
}

function policyOf({ mode, after, named }: Row, claims: readonly string[]): FailoverPolicy {
  if (mode && after !== null) return { mode, after }
  return usualFailover({ claims, named }).policy
}

async function ownClaimsOf(sql: Sql, digest: string): Promise<readonly string[]> {
  const claims = claimsKnown.get(digest) ?? (await claimsOf(sql, digest))
  if (claimsKnown.size >= kept) claimsKnown.clear()
  claimsKnown.set(digest, claims)
  return claims
}
