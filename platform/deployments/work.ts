import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { ConsentData } from '#platform/events/types.ts'

/** The whole of one revision for one cluster: what a worker applies, and repairs from without the hub. */
export type Work = {
  readonly deployment: string
  readonly namespace: string
  readonly name: string
  readonly operation: string
  readonly revision: number
  /** Digest of `objects`; a worker refuses bytes that do not match. */
  readonly digest: string
  /** Labelled and owned; the Secret among them has no `data`. */
  readonly objects: readonly KubernetesObject[]
  /** Name of the Kubernetes Secret that holds this revision's values, null where it has none. */
  readonly secretName: string | null
  /** Hash of the preview it was asked for with: applied only while the cluster is as that preview found it. */
  readonly preview?: string
  /** What somebody consented to: these objects, by kind, name and uid, may be taken over or pruned, and no others. */
  readonly consents?: readonly ConsentData[]
}

/** Values for the Secret of a work, by key. Never stored in the cluster other than in that Secret, never logged. */
export type SecretValues = Readonly<Record<string, string>>
