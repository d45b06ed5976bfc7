import type { KubeApi, ListOptions, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import type { NamespaceSpec } from './engine.ts'

/** News of a local copy that is kept true: see the informer of the Kubernetes adapter. */
export type CopyEvent<T> =
  | { readonly type: 'upsert'; readonly key: string; readonly value: T; readonly previous?: T }
  | { readonly type: 'delete'; readonly key: string; readonly value: T }
  | { readonly type: 'synced' }
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly error: unknown }

/** Follows one kind and keeps what `project` returns of each object; null for one that does not matter. */
export type Follow = <T>(options: {
  readonly api: KubeApi
  readonly apiVersion: string
  readonly kind: string
  readonly select?: Omit<ListOptions, 'signal'>
  readonly project: (object: LiveObject) => T | null
  readonly onEvent: (event: CopyEvent<T>) => void
}) => { stop(): Promise<void> }

/** What the engine may do in one cluster: narrow hands, none of which can do another's work. */
export type ClusterAccess = {
  readonly cluster: string
  /** Pods only pretend to run here; every status says so. */
  readonly simulated: boolean
  /** Writes the objects of deployments, as the namespace's own account. */
  deployer(namespace: string): KubeApi
  /** Writes NetworkPolicies and monitors: nobody who reaches the deployer may open anything to others. */
  readonly preparer: KubeApi
  /** Reads everything but Secrets, in all namespaces. */
  readonly observer: KubeApi
  readonly follow: Follow
  prepareNamespace(spec: NamespaceSpec): Promise<void>
  close(): Promise<void>
}
