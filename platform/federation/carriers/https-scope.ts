/**
 * Whether what a worker asks or says is of its clusters. That it names one of them is checked before; these look at whose the
 * thing is that it names: a worker of paris gets no order of a deployment in amsterdam by saying that it is for paris.
 */
import type { Sql } from '../../adapters/database/database.ts'

/** Where a deployment stands, goes to, or has to be removed from. */
const standsOn = (deployment: string, cluster: string) => `(
  exists (select from kade.deployment d where d.id = ${deployment} and ${cluster} = any(d.clusters))
  or exists (select from kade.operation p
    where p.deployment = ${deployment} and p.ended_at is null and ${cluster} = any(p.clusters))
  or exists (select from kade.leaving l where l.deployment = ${deployment} and l.cluster = ${cluster}))`

/** Whether an operation is of a deployment on this cluster; `gone` when neither is there any more. */
export async function whereIs(
  sql: Sql,
  operation: string,
  cluster: string,
): Promise<'here' | 'elsewhere' | 'gone'> {
  const [row] = await sql.query<{ here: boolean; gone: boolean }>(
    `select ${standsOn('o.deployment', '$2')} as here,
        not exists (select from kade.deployment d where d.id = o.deployment) as gone
       from kade.operation o where o.id = $1`,
    [operation, cluster],
  )
  if (row?.here) return 'here'
  return !row || row.gone ? 'gone' : 'elsewhere'
}

/** Of these sightings those of deployments that stand where they were seen. */
export async function seenWhereTheyStand<
  T extends { readonly deployment: string; readonly cluster: string },
>(sql: Sql, seen: readonly T[]): Promise<T[]> {
  const rows = await sql.query<{ id: string; cluster: string }>(
    `select said.deployment::text as id, said.cluster
       from unnest($1::uuid[], $2::text[]) as said (deployment, cluster)
      where ${standsOn('said.deployment', 'said.cluster')}`,
    [seen.map(one => one.deployment), seen.map(one => one.cluster)],
  )
  const known = new Set(rows.map(row => `${row.id} ${row.cluster}`))
  return seen.filter(one => known.has(`${one.deployment} ${one.cluster}`))
}

/** Whether a namespace is to stand on this cluster, by itself or for a deployment in it. */
export async function isNamespaceOn(
  sql: Sql,
  namespace: string,
  cluster: string,
): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from kade.namespace n
      where n.name = $1 and (
        n.clusters @> jsonb_build_array(jsonb_build_object('name', $2::text))
        or exists (select from kade.deployment here where here.namespace = $1 and ${standsOn('here.id', '$2')}))`,
    [namespace, cluster],
  )
  return rows.length > 0
}
