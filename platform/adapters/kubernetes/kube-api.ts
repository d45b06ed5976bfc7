import type { KubernetesObject } from '#kit/kubernetes-object.ts'

/** A kind as it stands in a URL. */
export type Resource = {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

export type ObjectRef = {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** A live object: what Kade reads back from a cluster. */
export type LiveObject = KubernetesObject & {
  readonly metadata: KubernetesObject['metadata'] & {
    readonly uid: string
    readonly resourceVersion: string
    readonly generation?: number
    readonly creationTimestamp: string
    readonly deletionTimestamp?: string
    readonly managedFields?: readonly ManagedFieldsEntry[]
    readonly ownerReferences?: readonly {
      readonly kind: string
      readonly name: string
      readonly uid: string
    }[]
  }
}

export type ManagedFieldsEntry = {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly subresource?: string
  readonly fieldsV1?: Record<string, unknown>
}

export type ApplyOptions = {
  readonly dryRun?: boolean
  /** Take fields over from another manager. Only for objects that are ours. */
  readonly force?: boolean
  readonly manager?: string
  /** Answer with metadata alone: what was applied is known already. */
  readonly metadataOnly?: boolean
  readonly signal?: AbortSignal
}

export type ListOptions = {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** PartialObjectMetadata only: small, for pruning and planning. */
  readonly metadataOnly?: boolean
  /**
   * Takes each item as its page comes in; the answer then holds no items, so that a long list is never whole in memory.
   * A list that expires on the way (410) is the caller's to begin again.
   */
  readonly onItem?: (item: LiveObject) => void
  readonly signal?: AbortSignal
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: LiveObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

/** One identity's hands on one cluster. `as(user)` is the same cluster, impersonating. */
export type KubeApi = {
  readonly cluster: string
  /** Server-side apply with `fieldValidation=Strict`. Throws `KubeError`. */
  apply(object: KubernetesObject, options?: ApplyOptions): Promise<LiveObject>
  get(ref: ObjectRef, signal?: AbortSignal): Promise<LiveObject | null>
  /** Whether there is such an object, as the API server's own cache has it: cheaper than `get`, and up to moments old. */
  exists(ref: ObjectRef, signal?: AbortSignal): Promise<boolean>
  list(
    apiVersion: string,
    kind: string,
    options?: ListOptions,
  ): Promise<{ items: readonly LiveObject[]; resourceVersion: string }>
  /** Deletes exactly the object that was seen: uid and resourceVersion are preconditions. A missing object is success. */
  remove(
    ref: ObjectRef,
    seen: { uid: string; resourceVersion?: string },
    propagation: 'Background' | 'Foreground' | 'Orphan',
    signal?: AbortSignal,
  ): Promise<void>
  /** JSON Patch, guarded by the caller with a test of resourceVersion. */
  patch(ref: ObjectRef, operations: readonly object[], signal?: AbortSignal): Promise<LiveObject>
  /** One watch request from `resourceVersion`; ends when the server closes it, throws `KubeError` 410 when the version is too old. */
  watch(
    apiVersion: string,
    kind: string,
    options: ListOptions & {
      readonly resourceVersion: string
      /** Called when the server has accepted the watch: before the first event there is no other sign of it. */
      readonly onOpen?: () => void
    },
  ): AsyncIterable<WatchEvent>
  /** Any other call, e.g. a SubjectAccessReview, a TokenRequest, `/version`, pod logs. */
  request<T>(
    method: string,
    path: string,
    options?: {
      body?: unknown
      contentType?: string
      accept?: string
      signal?: AbortSignal
      text?: boolean
    },
  ): Promise<T>
  as(user: string, groups?: readonly string[]): KubeApi
  close(): Promise<void>
}

/** The API server's own word: a Status object with HTTP code, reason and causes. Secret values are cut out of its message. */
export class KubeError extends Error {
  override name = 'KubeError'
  readonly code: number
  readonly reason: string
  readonly causes: readonly {
    readonly reason?: string
    readonly message?: string
    readonly field?: string
  }[]
  readonly kind: string | undefined
  readonly retryAfter: number | undefined
  constructor(
    status: {
      code: number
      reason?: string
      message?: string
      causes?: KubeError['causes']
      kind?: string
      retryAfter?: number
    },
    options?: ErrorOptions,
  ) {
    super(status.message ?? `HTTP ${status.code}`, options)
    this.code = status.code
    this.reason = status.reason ?? ''
    this.causes = status.causes ?? []
    this.kind = status.kind
    this.retryAfter = status.retryAfter
  }
}
