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
