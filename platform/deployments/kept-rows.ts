/**
 * What was kept in clusters of deployments, by the name under which the next one takes it back. A row outlives its deployment, and goes
 * when its data is erased.
 */
import type { KeptData } from '#api/deployments.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { Erasing } from '#platform/events/operation-data.ts'
import type { EventData } from '#platform/events/types.ts'
import type { DeploymentState } from './deployment.ts'

type Named = Pick<NonNullable<DeploymentState['identity']>, 'namespace' | 'name' | 'team' | 'app'>

/** The rows of a deployment and of earlier ones of its name, team and app. */
const underItsName = `k.namespace = d.namespace and k.name = d.name and k.team = d.team and k.app = d.app`

/** Where a deployment `d` is not, and data is kept that it would take back, for the select list of a query. */
export const keptColumn = `(
  select jsonb_agg(jsonb_build_object('cluster', k.cluster, 'objects', k.objects, 'since', k.since) order by k.cluster, k.since)
    from kade.kept_data k where ${underItsName} and not k.cluster = any(d.clusters)) as kept`

/** What `keptColumn` gives, as it is shown: one for each cluster. */
export function keptView(rows: readonly KeptData[] | null): KeptData[] {
  const byCluster = Map.groupBy(rows ?? [], one => one.cluster)
  return [...byCluster].map(([cluster, kept]) => ({
    cluster,
    objects: [...new Set(kept.flatMap(one => one.objects))].toSorted(),
    since: new Date(kept[0]?.since ?? 0).toISOString(),
  }))
}

/** Where data was kept under the name of a deployment, and of which earlier ones. */
export async function keptElsewhere(
  sql: Sql,
  { id, namespace, name, team, app }: Named & { readonly id: string },
): Promise<Erasing[]> {
  return sql.query<Erasing>(
    `select k.cluster, array_remove(array_agg(k.deployment::text order by k.since), $1) as of
       from kade.kept_data k, (select $2::text as namespace, $3::text as name, $4::text as team, $5::text as app) d
      where ${underItsName} group by k.cluster order by k.cluster`,
    [id, namespace, name, team, app],
  )
}

/** The rows of a cluster on which nothing stands any more but what was kept. */
export async function recordKept(
  tx: Sql,
  id: string,
  { cluster, kept = [], erased = [] }: EventData<'PlaceEmptied'>,
  at: Date,
  { identity }: DeploymentState,
): Promise<void> {
  await tx.query('delete from kade.kept_data where cluster = $1 and deployment = any($2)', [
    cluster,
    [id, ...erased],
  ])
  if (kept.length === 0 || !identity) return
  const { namespace, name, team, app } = identity
  await tx.query(
    `insert into kade.kept_data (deployment, cluster, namespace, name, team, app, objects, since)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, cluster, namespace, name, team, app, kept, at],
  )
}
