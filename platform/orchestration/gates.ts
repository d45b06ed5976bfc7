import type { DeploymentState } from '#platform/deployments/deployment.ts'
import type { Gate } from '#platform/federation/observation.ts'
import type { Sighting } from './observations.ts'

/**
 * What was seen of the phase that the operation waits for on this cluster; null where nothing is known of it yet. A sighting
 * of another revision, or from before the phase began, says nothing of it.
 */
export function gateAt(
  state: DeploymentState,
  cluster: string,
  sightings: readonly Sighting[],
): Gate | null {
  const { operation } = state
  const phase = operation?.phases[cluster]
  if (!operation || phase === undefined) return null
  const gate = sightings.find(one => one.cluster === cluster)?.gate
  return gate?.revision === operation.revision && gate.phase === phase ? gate : null
}

/** Whether a worker has nothing to do there until the phase is over. */
export function isShut(
  state: DeploymentState,
  cluster: string,
  sightings: readonly Sighting[],
): boolean {
  const waits = state.operation?.phases[cluster] !== undefined
  return waits && gateAt(state, cluster, sightings)?.open !== true
}

/** Seconds of its time that an operation keeps for its end: jobs that follow the app are waited for until then. */
export const settleSeconds = 60

/**
 * Whether the app serves on a cluster and only jobs that follow it have not ended, with no time left to wait for them. Such a job is
 * as one that failed: the app serves all the same, and its status tells of the job.
 */
export function isOutOfTime(
  { operation }: DeploymentState,
  { cluster, state, drift }: Sighting,
  now: Date,
): boolean {
  if (operation?.phases[cluster] !== 'post') return false
  const left = Date.parse(operation.deadline) - now.getTime()
  return left <= settleSeconds * 1000 && serves(state, drift)
}

/** Scaled to nothing by the revision is as it should be; by hand it is drift. */
function serves(state: Sighting['state'], drift: Sighting['drift']): boolean {
  return state === 'healthy' || (state === 'suspended' && drift.length === 0)
}
