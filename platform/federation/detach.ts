import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { append } from '#platform/events/store.ts'
import type { Actor } from '#platform/platform.ts'
import { clusterMissing } from './cordons.ts'
import { silentTime } from './registry.ts'

type Row = { is_primary: boolean; deployments: number; leaving: number; serving: boolean }

/**
 * Takes a cluster out of the registry. One where something stands only where its name is given once more (`leave`): that runs on, and
 * its deployments can be forgotten. Throws `not-found`, and `conflict` while a worker serves it, or something stands there and nobody
 * agreed.
 */
export async function detachCluster(
  context: PlatformContext,
  actor: Actor,
  cluster: string,
  leave: string | undefined,
): Promise<void> {
  await context.database.transaction(async tx => {
    const [row] = await tx.query<Row>(
      `select is_primary, (select count(*)::int from kade.deployment where clusters @> array[$1]) as deployments,
          (select count(*)::int from kade.leaving where cluster = $1) as leaving,
          exists (select from kade.worker_report w where w.cluster = $1 and w.at > now() - ${silentTime}) as serving
         from kade.cluster where name = $1 for update`,
      [cluster],
    )
    if (!row) throw clusterMissing(cluster)
    if (row.serving) throw isServed(cluster)
    const left = row.deployments + row.leaving
    if (left > 0 && leave !== cluster) throw isInUse(cluster, left)
    await tx.query('delete from kade.cluster where name = $1', [cluster])
    await tx.query('delete from kade.leaving where cluster = $1', [cluster])
    await tx.query(
      `update kade.namespace set clusters = (
          select coalesce(jsonb_agg(one), '[]') from jsonb_array_elements(clusters) as one where one->>'name' <> $1)
        where clusters @> jsonb_build_array(jsonb_build_object('name', $1::text))`,
      [cluster],
    )
    if (row.is_primary)
      await tx.query(
        'update kade.cluster set is_primary = true where name = (select min(name) from kade.cluster)',
      )
    const data = { cluster, left, actor: actor.id, via: actor.via }
    const at = context.clock()
    await append(tx, `cluster-${cluster}`, null, [{ type: 'ClusterDetached', data }], {
      meta: { at },
    })
  })
}

function isServed(cluster: string): PlatformError {
  return new PlatformError(
    'conflict',
    {
      en: `A worker serves ${cluster} still, and would join it again.`,
      nl: `Een worker bedient ${cluster} nog en zou het opnieuw aansluiten.`,
    },
    {
      next: {
        en: 'Take it out of KADE_KUBECONFIG (or of --clusters), start that worker again without it, and detach it then.',
        nl: 'Haal het uit KADE_KUBECONFIG (of uit --clusters), start die worker opnieuw zonder dit cluster, en ontkoppel het dan.',
      },
    },
  )
}

function isInUse(cluster: string, left: number): PlatformError {
  return new PlatformError(
    'conflict',
    {
      en: `${left} deployments stand on ${cluster}, or were not removed there yet.`,
      nl: `Er staan ${left} uitrollen op ${cluster}, of ze zijn er nog niet verwijderd.`,
    },
    {
      violations: [
        {
          pointer: '/leave',
          detail: { en: `must be ${cluster}`, nl: `moet ${cluster} zijn` },
        },
      ],
      next: {
        en: `Drain it first (kade clusters drain ${cluster}); or leave them to run there without Kade: --leave ${cluster}.`,
        nl: `Maak het eerst leeg (kade clusters drain ${cluster}); of laat ze daar zonder Kade draaien: --leave ${cluster}.`,
      },
    },
  )
}
