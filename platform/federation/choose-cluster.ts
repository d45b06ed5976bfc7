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
    throw new PlatformError(
      'cluster-unknown',
      {
        en: `There is no cluster ${asked}.`,
        nl: `Er is geen cluster ${asked}.`,
      },
      {
        violations: [{ pointer: '/cluster', detail: isUnknown }],
        next:
          clusters.length > 0
            ? { en: `Choose from ${clusters.join(', ')}.`, nl: `Kies uit ${clusters.join(', ')}.` }
            : { en: 'Join a cluster first.', nl: 'Sluit eerst een cluster aan.' },
      },
    )
  const prepared = namespace ? namespace.clusters.map(one => one.name) : clusters
  const chosen = asked ?? clusters.find(name => prepared.includes(name))
  if (chosen === undefined)
    throw new PlatformError(
      'no-placement',
      {
        en: 'There is no cluster to deploy to.',
        nl: 'Er is geen cluster om naar uit te rollen.',
      },
      {
        next: {
          en: 'Wait until a cluster has joined (kade clusters), or join one.',
          nl: 'Wacht tot er een cluster is aangesloten (kade clusters), of sluit er een aan.',
        },
      },
    )
  if (!prepared.includes(chosen))
    throw new PlatformError(
      'no-placement',
      {
        en: `Namespace ${namespace?.name} does not stand on ${chosen}.`,
        nl: `Namespace ${namespace?.name} staat niet op ${chosen}.`,
      },
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
        next: {
          en: `Choose ${prepared.join(' or ')}.`,
          nl: `Kies ${prepared.join(' of ')}.`,
        },
      },
    )
  return chosen
}
