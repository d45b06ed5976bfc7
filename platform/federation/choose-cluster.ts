import type { Namespace } from '#api/clusters.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import { isUnknown } from '#platform/is-unknown.ts'
import { readClusters } from './registry.ts'

/**
 * The cluster a deployment goes to: the one asked for, else the primary, among those its namespace stands on. A cluster
 * that is down may be chosen: the operation waits for it until its deadline.
 */
export async function chooseCluster(
  sql: Sql,
  namespace: Namespace | null,
  asked: string | undefined,
): Promise<string> {
  const clusters = (await readClusters(sql)).map(cluster => cluster.name)
  if (asked !== undefined && !clusters.includes(asked))
    throw new PlatformError('cluster-unknown', `There is no cluster ${asked}.`, {
      violations: [{ pointer: '/cluster', detail: isUnknown }],
      next: clusters.length > 0 ? `Choose from ${clusters.join(', ')}.` : 'Join a cluster first.',
    })
  const prepared = namespace ? namespace.clusters.map(one => one.name) : clusters
  const chosen = asked ?? clusters.find(name => prepared.includes(name))
  if (chosen === undefined)
    throw new PlatformError('no-placement', 'There is no cluster to deploy to.', {
      next: 'Wait until a cluster has joined (kade clusters), or join one.',
    })
  if (!prepared.includes(chosen))
    throw new PlatformError(
      'no-placement',
      `Namespace ${namespace?.name} does not stand on ${chosen}.`,
      {
        violations: [
          {
            pointer: '/cluster',
            detail: {
              en: `the namespace stands on ${prepared.join(', ')}`,
              nl: `de namespace staat op ${prepared.join(', ')}`,
            },
          },
        ],
        next: `Choose ${prepared.join(' or ')}.`,
      },
    )
  return chosen
}
