/**
 * What is decided of an operation cluster by cluster: it has one end, however many clusters it works on.
 */
import type { CauseData, NewEvent, Phase } from '#platform/events/types.ts'
import type { DeploymentState, OpenOperation } from './deployment.ts'
import { ofEarlier } from './leaving.ts'

/** Whether this operation left the cluster, so that it is to be emptied. */
export function hasLeft({ leaving }: DeploymentState, at: { operation: string; cluster: string }) {
  return leaving.some(one => one.cluster === at.cluster && one.operation === at.operation)
}

/** How often it was begun on a cluster with one more claim there; going on after a phase is no try. */
export function triesAfter(
  { tries }: Pick<OpenOperation, 'tries'>,
  cluster: string,
  after: Phase | undefined,
): number {
  return (tries[cluster] ?? 0) + (after ? 0 : 1)
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

/** The last of its clusters ends a delete, unless it left data on others that is being erased. */
export function emptied(
  { leaving }: DeploymentState,
  open: OpenOperation,
  cluster: string,
  kept: readonly string[] = [],
): NewEvent[] {
  if (open.kind !== 'delete' || open.emptied.includes(cluster)) return []
  const others = open.clusters.filter(one => one !== cluster && !open.emptied.includes(one))
  const erases = open.erases.some(one => one.cluster === cluster)
    ? ofEarlier(open, cluster)
    : undefined
  const isLast = others.length === 0 && !leaving.some(one => one.operation === open.id)
  if (isLast && kept.length === 0 && !erases) return [deleted(open)]
  const told = placeEmptied(open.id, cluster, kept, erases)
  return isLast ? [told, deleted(open)] : [told]
}

/** What is told of a cluster on which nothing of it stands any more but what was kept. */
export function placeEmptied(
  operation: string,
  cluster: string,
  kept: readonly string[] = [],
  erases?: readonly string[],
): NewEvent {
  return {
    type: 'PlaceEmptied',
    data: {
      ...{ operation, cluster },
      ...(kept.length > 0 && { kept: [...kept] }),
      ...(erases && { erased: [...erases] }),
    },
  }
}

export function deleted({ id, data = 'keep' }: OpenOperation): NewEvent {
  return { type: 'DeploymentDeleted', data: { operation: id, data } }
}

/** The gate is open but for a person. */
export function hold({ id, waves, wave, held }: OpenOperation): NewEvent[] {
  if (!waves || held || wave >= waves.clusters.length) return []
  return [{ type: 'WaveHeld', data: { operation: id, wave } }]
}

/** Nothing where there is no further one. */
export function nextWave(
  { id, waves, wave }: OpenOperation,
  { actor, passed }: { readonly actor?: string; readonly passed?: readonly string[] },
): NewEvent[] {
  if (!waves || wave >= waves.clusters.length) return []
  const by = { ...(actor && { actor }), ...(passed && { passed: [...passed] }) }
  const data = { operation: id, wave: wave + 1, ...by }
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
