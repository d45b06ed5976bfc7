import type { Namespace } from '#api/clusters.ts'
import type { QuotaLimits } from '#api/quotas.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { findNamespace, noSuchNamespace, prepareAgain } from '#platform/federation/namespaces.ts'
import type { Actor } from '#platform/platform.ts'

/**
 * Sets what a namespace may take, and has it prepared anew on its clusters, whose ResourceQuota follows. A namespace always has limits:
 * what is left out stays as it was. Throws `not-found`.
 */
export async function setBounds(
  context: PlatformContext,
  tx: Sql,
  actor: Actor,
  name: string,
  limits: QuotaLimits,
): Promise<Namespace> {
  await tx.query('select 1 from kade.namespace where name = $1 for update', [name])
  const found = await findNamespace(tx, actor, name)
  if (!found) throw noSuchNamespace(name)
  const devices = limits.devices ?? found.bounds.devices
  const bounds = {
    cpu: limits.cpu ?? found.bounds.cpu,
    memory: limits.memory ?? found.bounds.memory,
    storage: limits.storage ?? found.bounds.storage,
    deployments: limits.deployments ?? found.bounds.deployments,
    ...(devices ? { devices } : {}),
  }
  await tx.query('update kade.namespace set bounds = $2 where name = $1', [name, bounds])
  const unprepared = found.clusters.map(one => ({ name: one.name, state: 'preparing' as const }))
  return prepareAgain(context, tx, { ...found, bounds, clusters: unprepared })
}
