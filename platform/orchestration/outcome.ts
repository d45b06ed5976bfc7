import type { Cause } from '#api/operations.ts'
import {
  type DeploymentState,
  type OpenOperation,
  reachedBy,
} from '#platform/deployments/deployment.ts'
import { standsNowhere } from '#platform/deployments/leaving.ts'
import { gateAt, isOutOfTime, isShut } from './gates.ts'
import type { Sighting } from './observations.ts'

/** What is known at the moment of a judgement. */
export type Seen = {
  readonly sightings: readonly Sighting[]
  /** Clusters of which something is heard. */
  readonly heard: ReadonlySet<string>
  readonly now: Date
}

export type Outcome =
  | { readonly type: 'ready' }
  /** A phase is over there. */
  | { readonly type: 'open'; readonly clusters: readonly string[] }
  /** A wave has shown what was asked of it: the next begins, or waits for a person. */
  | { readonly type: 'wave' | 'hold' }
  /** It has moved or is deleted, and nothing is left of it where it could be removed. */
  | { readonly type: 'left' }
  | { readonly type: 'failed'; readonly cause: Cause; readonly cluster: string }
  | null

/** What the sightings say of the open operation's revision; null while nothing is decided. */
export function outcome(state: DeploymentState, seen: Seen): Outcome {
  const operation = state.operation
  if (!operation) return null
  if (operation.kind === 'delete')
    return standsNowhere(operation) && hasLeft(state, operation, seen) ? { type: 'left' } : null
  if (operation.moved) return hasLeft(state, operation, seen) ? { type: 'left' } : null
  const { clusters, applied, revision } = operation
  const { sightings } = seen
  const current = sightings.filter(
    one => one.revision === revision && applied.includes(one.cluster),
  )
  const gates = clusters.map(cluster => ({ cluster, gate: gateAt(state, cluster, sightings) }))
  const failed = current.find(one => one.failure)
  if (failed?.failure) return { type: 'failed', cause: failed.failure, cluster: failed.cluster }
  const shut = gates.find(({ gate }) => gate?.failure)
  if (shut?.gate?.failure)
    return { type: 'failed', cause: shut.gate.failure, cluster: shut.cluster }
  const open = gates.filter(({ cluster, gate }) => gate?.open && !applied.includes(cluster))
  if (open.length > 0) return { type: 'open', clusters: open.map(({ cluster }) => cluster) }
  const ready = current.filter(one => one.ready || isOutOfTime(state, one, seen.now))
  if (clusters.every(name => ready.some(one => one.cluster === name))) return { type: 'ready' }
  return afterWave(operation, ready, seen)
}

/** A cluster that was left and cannot be reached does not hold up the end: it is emptied when it is back. */
function hasLeft({ leaving }: DeploymentState, { id }: OpenOperation, { heard }: Seen): boolean {
  return !leaving.some(one => one.operation === id && heard.has(one.cluster))
}

/**
 * Whether the wave serves, and has for as long as was asked. Clusters of which nothing is heard are not counted: they hold up no
 * other, and have to serve before the operation ends all the same. A wave of which nothing at all is heard has shown nothing.
 */
function afterWave(
  { waves, wave, held }: OpenOperation,
  ready: readonly Sighting[],
  { heard, now }: Seen,
): Outcome {
  if (!waves || held || wave >= waves.clusters.length) return null
  const counted = (waves.clusters[wave - 1] ?? []).filter(name => heard.has(name))
  const serves = (name: string) => {
    const since = ready.find(one => one.cluster === name)?.readySince
    return since ? now.getTime() - since.getTime() >= waves.healthyFor * 1000 : false
  }
  if (counted.length === 0 || !counted.every(serves)) return null
  return { type: waves.approval ? 'hold' : 'wave' }
}

/** What a worker has to do of the open operation on a cluster: of what is applied and not ready yet, nothing; it is only watched. */
export function workFor(
  state: DeploymentState,
  cluster: string,
  seen: Seen,
): 'do' | 'settle' | null {
  const { operation } = state
  if (!operation?.clusters.includes(cluster)) return null
  if (operation.kind === 'delete') return operation.emptied.includes(cluster) ? null : 'do'
  if (operation.moved || !reachedBy(operation).includes(cluster)) return null
  if (!operation.applied.includes(cluster))
    return isShut(state, cluster, seen.sightings) ? null : 'do'
  if (operation.settled.includes(cluster)) return null
  return outcome(state, seen)?.type === 'ready' ? 'settle' : null
}
