/**
 * Clusters on which an operation leaves something behind at its end, so that they are to be emptied, and those on which a delete has
 * to erase what was kept before.
 */
import type { EventData } from '#platform/events/types.ts'
import type { DeploymentState, OpenOperation } from './deployment.ts'

export type Leaving = {
  readonly cluster: string
  /** What left it there, or is to erase it. */
  readonly operation: string
  /** Its data goes too, with what was kept of these earlier deployments of its name; absent where it stays. */
  readonly erases?: readonly string[]
}

/** Where a delete with its data erases what was kept: also where it left something that was not removed yet. */
export function toErase(
  { leaving }: DeploymentState,
  data: EventData<'DeploymentRequested'>,
): OpenOperation['erases'] {
  if (data.data !== 'delete') return []
  const { erases = [] } = data
  const others = leaving.filter(one => !erases.some(({ cluster }) => cluster === one.cluster))
  return [...erases, ...others.map(({ cluster, erases: of = [] }) => ({ cluster, of }))]
}

/** Clusters that are to be emptied of what is deleted: of what was forgotten also those that are not gone. */
export function outlived(
  { identity, leaving, operation: open }: DeploymentState,
  { operation, forgotten, data }: EventData<'DeploymentDeleted'>,
): DeploymentState['leaving'] {
  if (!forgotten) return leaving
  const isErased = data === 'delete'
  const kept = open?.erases ?? []
  const clusters = new Set([
    ...(identity?.clusters ?? []),
    ...leaving.map(one => one.cluster),
    ...(isErased ? kept.map(one => one.cluster) : []),
  ])
  return [...clusters]
    .filter(cluster => !forgotten.includes(cluster))
    .map(cluster => ({
      ...(leaving.find(one => one.cluster === cluster) ?? { cluster, operation }),
      ...(isErased && { operation, erases: ofEarlier(open, cluster) }),
    }))
}

/** Where a move that came to nothing has begun: it is not to stand there. */
export function begunInVain({ identity, operation }: DeploymentState): DeploymentState['leaving'] {
  if (operation?.kind !== 'move' || operation.moved) return []
  return operation.clusters
    .filter(one => operation.claims[one] !== undefined || operation.returning.includes(one))
    .filter(cluster => !identity?.clusters.includes(cluster))
    .map(cluster => ({ cluster, operation: operation.id }))
}

/**
 * A delete with its data that begins takes over what is left to empty elsewhere, and erases what was kept where it has been emptied: from
 * then on that outlives the operation, so that a cluster that is silent is erased when it is back.
 */
export function erasingFrom(
  state: DeploymentState,
  { operation }: EventData<'DeploymentStarted'>,
): DeploymentState {
  const { operation: open } = state
  if (open?.id !== operation || open.data !== 'delete' || open.attempt > 0) return state
  const leaving = open.erases
    .filter(({ cluster }) => !open.clusters.includes(cluster))
    .map(({ cluster, of }) => ({ cluster, operation, erases: of }))
  return { ...state, leaving }
}

/** The earlier deployments of its name of which something was kept there. */
export function ofEarlier(open: OpenOperation | null, cluster: string): readonly string[] {
  return open?.erases.find(one => one.cluster === cluster)?.of ?? []
}

/** A delete that is done where it stood, and maybe not yet where it left something before. */
export function standsNowhere({ kind, clusters, emptied }: OpenOperation): boolean {
  return kind === 'delete' && clusters.every(one => emptied.includes(one))
}
