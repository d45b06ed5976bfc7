/**
 * What a deployment left behind for the next of its name: claims stay in the cluster, secrets in Kade's own database, and what is
 * encrypted in the first opens with the second only. So they are taken over together, where the next stands where the last stood.
 */
import type { Namespace } from '#api/clusters.ts'
import { DataClass } from '#api/data-classes.ts'
import type { CreateDeployment } from '#api/deployments.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { silentTime } from '#platform/federation/registry.ts'
import { type FindClaims, madeClaims, noClaims, standingClaims } from './standing-claims.ts'

export type InheritedSecrets = {
  /** The earlier deployment, whose versions they are. */
  readonly deployment: string
  readonly values: Readonly<Record<string, string>>
}

export type KeptData = {
  /** Where it stands, for a new deployment that was not sent elsewhere by name; absent where nothing was kept. */
  readonly clusters?: readonly string[]
  /** Of the last deployment. */
  readonly dataClass?: DataClass
  readonly claims: FindClaims
  readonly inherited: InheritedSecrets | null
}

export const nothingKept: KeptData = { claims: noClaims, inherited: null }

/**
 * What the last deployment of this app, team, namespace and name left. Nothing is taken over by one that a person sends to another
 * cluster (`cluster`): its data stays where it is, and so do its secrets. One that was forgotten left its claims whatever was asked of
 * its data, but holds no other to its cluster where that is still silent, or where its data was to be deleted.
 */
export async function keptData(
  context: Pick<PlatformContext, 'secrets'>,
  sql: Sql,
  namespace: Pick<Namespace, 'name' | 'team'> | null,
  { name, app, cluster }: Pick<CreateDeployment, 'name' | 'app' | 'cluster'>,
): Promise<KeptData> {
  const last = namespace && (await lastLife(sql, namespace, { name, app }))
  if (!last || !(cluster === undefined ? last.isThere : last.clusters.includes(cluster)))
    return nothingKept
  const { deployment, clusters, version, isKept, isForgotten } = last
  const left = isKept || isForgotten ? standingClaims(sql, deployment) : noClaims
  const inherited =
    version === null
      ? null
      : { deployment, values: await context.secrets.read(sql, deployment, version) }
  const stands = isKept && (inherited !== null || (await madeClaims(sql, deployment)))
  const { data: dataClass } = DataClass.safeParse(last.dataClass)
  return {
    claims: async (objects, on) =>
      on.some(one => clusters.includes(one)) ? left(objects, on) : new Map(),
    inherited,
    ...(stands && { clusters, ...(dataClass && { dataClass }) }),
  }
}

type LastLife = {
  readonly deployment: string
  readonly clusters: readonly string[]
  readonly dataClass: string | null
  /** Newest version of its secrets; null where none are left. */
  readonly version: number | null
  readonly isKept: boolean
  readonly isForgotten: boolean
  /** Not on clusters that were given up, and of which nothing has been heard since. */
  readonly isThere: boolean
}

async function lastLife(
  sql: Sql,
  { name: namespace, team }: Pick<Namespace, 'name' | 'team'>,
  { name, app }: Pick<CreateDeployment, 'name' | 'app'>,
): Promise<LastLife | undefined> {
  const [row] = await sql.query<LastLife>(
    `with last as (
       select o.id, o.deployment, 'deployment-' || o.deployment as stream from kade.operation o
        where o.namespace = $1 and o.name = $2 and o.team = $3 and o.app = $4
          and o.kind = 'delete' and o.state = 'succeeded'
        order by o.ended_at desc limit 1)
     select l.deployment, array(select jsonb_array_elements_text(asked.data->'clusters')) as clusters,
        coalesce(ended.data->>'data' = 'keep', false) as "isKept",
        coalesce(ended.data ? 'forgotten', false) as "isForgotten",
        (not coalesce(ended.data ? 'forgotten', false) or exists (select from kade.cluster c
          where asked.data->'clusters' ? c.name and c.heartbeat_at >= now() - ${silentTime})) as "isThere",
        (select m.data::jsonb->'placement'->>'dataClass' from message_store.messages m
          where m.stream_name = l.stream and m.type = 'DeploymentRequested' and m.data::jsonb ? 'placement'
          order by m.position desc limit 1) as "dataClass",
        (select max(s.version) from kade.secret_version s where s.deployment = l.deployment) as version
       from last l
       left join lateral (select m.data::jsonb as data from message_store.messages m
          where m.stream_name = l.stream and m.type = 'DeploymentRequested'
            and m.data::jsonb->>'operation' = l.id::text limit 1) asked on true
       left join lateral (select m.data::jsonb as data from message_store.messages m
          where m.stream_name = l.stream and m.type = 'DeploymentDeleted'
          order by m.position desc limit 1) ended on true`,
    [namespace, name, team, app],
  )
  return row
}
