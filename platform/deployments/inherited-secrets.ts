import type { Namespace } from '#api/clusters.ts'
import type { CreateDeployment } from '#api/deployments.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'

export type InheritedSecrets = {
  /** The earlier deployment, whose versions they are. */
  readonly deployment: string
  readonly values: Readonly<Record<string, string>>
}

/**
 * The secrets of the last deployment of this app, team, namespace and name, where its data was kept; null where there are
 * none. Its claims await the next deployment of the name, and what is encrypted in them opens with its secrets only.
 */
export async function inheritedSecrets(
  context: Pick<PlatformContext, 'secrets'>,
  tx: Sql,
  { name: namespace, team }: Pick<Namespace, 'name' | 'team'>,
  { name, app }: Pick<CreateDeployment, 'name' | 'app'>,
): Promise<InheritedSecrets | null> {
  const [row] = await tx.query<{ deployment: string; version: number | null }>(
    `select o.deployment,
        (select max(s.version) from kade.secret_version s where s.deployment = o.deployment) as version
       from kade.operation o
      where o.namespace = $1 and o.name = $2 and o.team = $3 and o.app = $4
        and o.kind = 'delete' and o.state = 'succeeded'
      order by o.ended_at desc limit 1`,
    [namespace, name, team, app],
  )
  if (!row?.version) return null
  return {
    deployment: row.deployment,
    values: await context.secrets.read(tx, row.deployment, row.version),
  }
}
