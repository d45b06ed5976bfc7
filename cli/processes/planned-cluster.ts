import type { Text } from '#api/names.ts'
import type { ClusterSpec } from '#platform/federation/registry.ts'

/** A cluster to bring up and join: `connect` yields a kubeconfig with an admin credential, used once. */
export type PlannedCluster = {
  readonly spec: ClusterSpec
  connect(tell: (message: Text) => void): Promise<{ kubeconfig: string; context?: string }>
  stop(): Promise<void>
}
