import type { ClusterState } from '#api/clusters.ts'
import type { Text } from '#api/names.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { ServerEndpoint } from './health-watch.ts'
import { setClusterState, setEndpoint, setSimulated } from './registry.ts'

/** To whom a process says how far a cluster has come that it brings up: the registry, or the gateway before it. */
export type Registrar = {
  state(cluster: string, state: ClusterState, message: Text): Promise<void>
  /** Whether pods only pretend to run there. */
  simulated(cluster: string, simulated: boolean): Promise<void>
  /** Where its API server is, for whoever asks from beside its worker whether it lives. */
  endpoint(cluster: string, endpoint: ServerEndpoint): Promise<void>
}

/** The registry beside the database. */
export function registrarOf(context: Pick<PlatformContext, 'database' | 'clock'>): Registrar {
  return {
    state: (cluster, state, message) => setClusterState(context, cluster, state, message),
    simulated: (cluster, simulated) => setSimulated(context.database, cluster, simulated),
    endpoint: (cluster, endpoint) => setEndpoint(context.database, cluster, endpoint),
  }
}
