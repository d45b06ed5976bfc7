/**
 * What is decided of an operation cluster by cluster: it has one end, however many clusters it works on.
 */
import type { CauseData, NewEvent } from '#platform/events/types.ts'
import type { DeploymentState, OpenOperation } from './deployment.ts'

/** Whether this operation left the cluster, so that it is to be emptied. */
export function hasLeft({ leaving }: DeploymentState, at: { operation: string; cluster: string }) {
  return leaving.some(one => one.cluster === at.cluster && one.operation === at.operation)
}

/** `end`: what ends it. The last of its clusters does; a move then has moved, and ends once those it left are empty. */
export function settled(
  state: DeploymentState,
  open: OpenOperation,
  cluster: string,
  end: readonly NewEvent[],
): NewEvent[] {
  const { id, kind, revision, clusters } = open
  if (open.moved || open.settled.includes(cluster)) return []
  const others = clusters.filter(one => one !== cluster && !open.settled.includes(one))
  const data = { operation: id, revision }
  if (others.length > 0) return [{ type: 'PlaceSettled', data: { ...data, cluster } }]
  if (kind !== 'move') return [...end]
  const from = [...(state.identity?.clusters ?? [])]
  const isLeft = from.some(one => !clusters.includes(one))
  return [
    { type: 'DeploymentMoved', data: { ...data, from, to: [...clusters] } },
    ...(isLeft ? [] : end),
  ]
}

/** The last of its clusters ends a delete. */
export function emptied(open: OpenOperation, cluster: string): NewEvent[] {
  if (open.kind !== 'delete' || open.emptied.includes(cluster)) return []
  const operation = { operation: open.id }
  const others = open.clusters.filter(one => one !== cluster && !open.emptied.includes(one))
  if (others.length > 0) return [{ type: 'PlaceEmptied', data: { ...operation, cluster } }]
  return [{ type: 'DeploymentDeleted', data: { ...operation, data: open.data ?? 'keep' } }]
}

/** The gate is open but for a person. */
export function hold({ id, waves, wave, held }: OpenOperation): NewEvent[] {
  if (!waves || held || wave >= waves.clusters.length) return []
  return [{ type: 'WaveHeld', data: { operation: id, wave } }]
}

/** Nothing where there is no further one. */
export function nextWave({ id, waves, wave }: OpenOperation, actor?: string): NewEvent[] {
  if (!waves || wave >= waves.clusters.length) return []
  const data = { operation: id, wave: wave + 1, ...(actor && { actor }) }
  return [{ type: 'WaveStarted', data }]
}

/** Of several clusters a cause says which; of one there is no doubt. */
export function causeAt(
  { clusters }: OpenOperation,
  cause: CauseData,
  cluster: string | undefined,
): CauseData {
  if (cluster === undefined || clusters.length < 2) return cause
  const { en, nl } = cause.message
  return { ...cause, cluster, message: { en: `${cluster}: ${en}`, nl: `${cluster}: ${nl}` } }
}
