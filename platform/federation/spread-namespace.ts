import type { Namespace, SpreadNamespace } from '#api/clusters.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { append } from '#platform/events/store.ts'
import type { Actor } from '#platform/platform.ts'
import { chosenClusters, findNamespace, noSuchNamespace } from './namespaces.ts'

/**
 * Has a namespace prepared on more clusters, with the same labels, quota, limits, rules and roles; without a list on all, also on
 * those that join later. Where it stands already nothing changes. Throws `not-found`, and `cluster-unknown` for one that is not there.
 */
export async function spreadNamespace(
  context: PlatformContext,
  actor: Actor,
  name: string,
  { clusters: asked }: SpreadNamespace,
): Promise<Namespace> {
  return context.database.transaction(async tx => {
    const clusters = await chosenClusters(tx, asked)
    await tx.query('select 1 from kade.namespace where name = $1 for update', [name])
    const namespace = await findNamespace(tx, actor, name)
    if (!namespace) throw noSuchNamespace(name)
    const everywhere = namespace.everywhere || asked === undefined
    return spread(context, tx, namespace, { clusters, everywhere }, actor.id)
  })
}

/** Has the namespaces that are to stand everywhere prepared on a cluster that joined. */
export async function spreadToCluster(context: PlatformContext, cluster: string): Promise<void> {
  const found = await context.database.query<{ name: string; team: string }>(
    `select name, team from kade.namespace where everywhere
       and not exists (select from jsonb_array_elements(clusters) as one where one->>'name' = $1) order by name`,
    [cluster],
  )
  // One transaction each: one that fails holds up no other, and the handler that calls this comes again.
  for (const { name, team } of found)
    await context.database.transaction(async tx => {
      await tx.query('select 1 from kade.namespace where name = $1 for update', [name])
      const namespace = await findNamespace(tx, { teams: [team] }, name)
      if (namespace)
        await await spread(
          context,
          tx,
          namespace,
          { clusters: [cluster], everywhere: true },
          'platform',
        )
    })
}

async function spread(
  context: PlatformContext,
  tx: Sql,
  namespace: Namespace,
  { clusters, everywhere }: Pick<Namespace, 'everywhere'> & { clusters: readonly string[] },
  actor: string,
): Promise<Namespace> {
  const { name } = namespace
  const there = new Set(namespace.clusters.map(one => one.name))
  const added = clusters.filter(cluster => !there.has(cluster))
  const all = [
    ...namespace.clusters,
    ...added.map(cluster => ({ name: cluster, state: 'preparing' as const })),
  ].sort((a, b) => a.name.localeCompare(b.name))
  if (added.length === 0 && everywhere === namespace.everywhere) return namespace
  await tx.query('update kade.namespace set clusters = $2, everywhere = $3 where name = $1', [
    name,
    JSON.stringify(all),
    everywhere,
  ])
  for (const cluster of added)
    await context.queue.enqueue(tx, { kind: 'prepare-namespace', cluster, subject: name })
  await append(tx, `namespace-${name}`, null, [
    { type: 'NamespaceSpread', data: { namespace: name, clusters: added, everywhere, actor } },
  ])
  return { ...namespace, clusters: all, everywhere }
}
