/**
 * Clusters on which an operation leaves something behind at its end, so that they are to be emptied.
 */
import type { EventData } from '#platform/events/types.ts'
import type { DeploymentState } from './deployment.ts'

/** Clusters that are to be emptied of what is deleted: of what was forgotten also those that are not gone. */
export function outlived(
  { identity, leaving }: DeploymentState,
  { operation, forgotten }: EventData<'DeploymentDeleted'>,
): DeploymentState['leaving'] {
  if (!forgotten) return leaving
  const stand = identity?.clusters.filter(one => !forgotten.includes(one)) ?? []
  return [...leaving, ...stand.map(cluster => ({ cluster, operation }))]
}

/** Where a move that came to nothing has begun: it is not to stand there. */
export function begunInVain({ identity, operation }: DeploymentState): DeploymentState['leaving'] {
  if (operation?.kind !== 'move' || operation.moved) return []
  return operation.clusters
    .filter(one => operation.claims[one] !== undefined || operation.returning.includes(one))
    .filter(cluster => !identity?.clusters.includes(cluster))
    .map(cluster => ({ cluster, operation: operation.id }))
}
