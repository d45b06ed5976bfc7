import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { append } from '#platform/events/store.ts'
import type { Actor } from '#platform/platform.ts'

/**
 * Says that nothing new is placed on a cluster (`cordoned`), or that it is again. What runs there is left alone and can still be
 * changed; with `drain` what can be moved leaves it. Said once more it changes nothing and tells nothing, but for another reason. Throws `not-found`.
 */
export async function setCordon(
  context: PlatformContext,
  actor: Actor,
  cluster: string,
  cordoned: boolean,
  {
    reason,
    drain = false,
  }: { readonly reason?: string | undefined; readonly drain?: boolean } = {},
): Promise<void> {
  await context.database.transaction(async tx => {
    const before = await cordonOf(tx, cluster)
    const isSame =
      cordoned === (before !== null) &&
      (!cordoned || (before?.reason === reason && (before?.drain ?? false) === drain))
    if (isSame) return
    const at = context.clock()
    const how = { ...(reason ? { reason } : {}), ...(drain ? { drain } : {}) }
    const cordon = { at: at.toISOString(), by: actor.id, ...how }
    await tx.query('update kade.cluster set cordon = $2 where name = $1', [
      cluster,
      cordoned ? cordon : null,
    ])
    const told = { cluster, actor: actor.id, via: actor.via }
    await append(
      tx,
      `cluster-${cluster}`,
      null,
      [
        cordoned
          ? { type: 'ClusterCordoned', data: { ...told, ...how } }
          : { type: 'ClusterUncordoned', data: told },
      ],
      { meta: { at } },
    )
  })
}

type Kept = { reason?: string; drain?: boolean }

/** Held until the end of the transaction. */
async function cordonOf(tx: Sql, cluster: string): Promise<Kept | null> {
  const [row] = await tx.query<{ cordon: Kept | null }>(
    'select cordon from kade.cluster where name = $1 for update',
    [cluster],
  )
  if (row) return row.cordon
  throw clusterMissing(cluster)
}

export function clusterMissing(cluster: string): PlatformError {
  return new PlatformError(
    'not-found',
    { en: `There is no cluster ${cluster}.`, nl: `Er is geen cluster ${cluster}.` },
    {
      next: {
        en: 'See the clusters there are (kade clusters).',
        nl: 'Bekijk welke clusters er zijn (kade clusters).',
      },
    },
  )
}
