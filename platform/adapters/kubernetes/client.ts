import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { fieldManager } from '../../labels.ts'
import { type Caller, type CallHeaders, createCaller } from './call.ts'
import { type ClusterConnection, openTransport } from './connection.ts'
import {
  type KubeApi,
  KubeError,
  type ListOptions,
  type LiveObject,
  type Resource,
  type WatchEvent,
} from './kube-api.ts'
import { collectionPath, objectPath, type ResourceLookup, resourceLookup } from './resources.ts'

/**
 * `KubeApi` over undici. The official client loads the kubeconfig and authenticates; the calls are made here, because its
 * generic API has no `fieldValidation`, its typed API drops unknown fields before they are sent, its impersonation is a
 * property of the whole configuration, and it opens a new connection pool for every request.
 */
export type KubeApiOptions = {
  /** Kade's name of the cluster, for messages. */
  readonly cluster: string
  readonly connection: ClusterConnection
  /** Calls at a time. An apply mostly waits: with 8, 100 deployments took twice as long as a bare loop, with 32 no longer. */
  readonly connections?: number
  readonly watches?: number
  /** Milliseconds for one call with all its retries. */
  readonly deadlineMs?: number
}

const pageSize = 500
const metadata = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

/** Opens no connection yet. Throws `PlatformError` `cluster-unreachable` for a kubeconfig that cannot be used. */
export async function createKubeApi(options: KubeApiOptions): Promise<KubeApi> {
  const transport = await openTransport(options.connection, {
    connections: options.connections ?? 32,
    watches: options.watches ?? 64,
  })
  const caller = createCaller(options.cluster, transport, options.deadlineMs ?? 30_000)
  const lookup = resourceLookup((path, signal) =>
    caller.call({ method: 'GET', path, repeatable: true, signal }),
  )
  return identityApi(options.cluster, caller, lookup, {}, transport.close)
}

function identityApi(
  cluster: string,
  caller: Caller,
  lookup: ResourceLookup,
  identity: CallHeaders,
  close: () => Promise<void>,
): KubeApi {
  const call = <T>(request: Omit<Parameters<Caller['call']>[0], 'identity'>) =>
    caller.call<T>({ ...request, identity })
  const api: KubeApi = {
    cluster,
    async apply(object, options = {}) {
      const { namespace, name } = object.metadata
      const resource = await lookup(object.apiVersion, object.kind, options.signal)
      const query = new URLSearchParams({
        fieldManager: options.manager ?? fieldManager,
        fieldValidation: 'Strict',
        ...(options.force === true && { force: 'true' }),
        ...(options.dryRun === true && { dryRun: 'All' }),
      })
      const ref = { name, ...(namespace !== undefined && { namespace }) }
      return await call<LiveObject>({
        method: 'PATCH',
        path: `${objectPath(resource, ref)}?${query}`,
        body: object,
        contentType: 'application/apply-patch+yaml',
        ...(options.metadataOnly === true && { accept: metadata }),
        repeatable: true,
        signal: options.signal,
      })
    },
    async exists(ref, signal) {
      const resource = await lookup(ref.apiVersion, ref.kind, signal)
      const path = `${objectPath(resource, ref)}?resourceVersion=0`
      const request = { method: 'GET', path, accept: metadata, repeatable: true, signal }
      return (await call<LiveObject>(request).catch(missing)) !== null
    },
    async get(ref, signal) {
      const resource = await lookup(ref.apiVersion, ref.kind, signal)
      const path = objectPath(resource, ref)
      return await call<LiveObject>({ method: 'GET', path, repeatable: true, signal }).catch(
        missing,
      )
    },
    async list(apiVersion, kind, options = {}) {
      return await listAll(call, await lookup(apiVersion, kind, options.signal), options)
    },
    async remove(ref, seen, propagation, signal) {
      const resource = await lookup(ref.apiVersion, ref.kind, signal)
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: propagation,
        preconditions: seen,
      }
      const path = objectPath(resource, ref)
      await call({ method: 'DELETE', path, body, repeatable: true, signal }).catch(missing)
    },
    async patch(ref, operations, signal) {
      const resource = await lookup(ref.apiVersion, ref.kind, signal)
      return await call<LiveObject>({
        method: 'PATCH',
        path: `${objectPath(resource, ref)}?fieldManager=${fieldManager}&fieldValidation=Strict`,
        body: operations,
        contentType: 'application/json-patch+json',
        repeatable: false,
        signal,
      })
    },
    watch: (apiVersion, kind, options) =>
      watchOnce(caller, lookup, { apiVersion, kind }, options, identity),
    async request(method, path, options = {}) {
      return await call({ method, path, repeatable: method === 'GET', ...options })
    },
    as(user, groups = []) {
      const impersonating = { 'impersonate-user': user, 'impersonate-group': [...groups] }
      // The pools are the parent's, and so is their end.
      return identityApi(cluster, caller, lookup, impersonating, async () => undefined)
    },
    close,
  }
  return api
}

function missing(error: unknown): null {
  // An unknown kind is 404 too, but no answer to "does this object exist".
  if (error instanceof KubeError && error.code === 404) return null
  throw error
}

type ListPage = {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  /** Null in an empty list of metadata (seen on 1.36). */
  readonly items: readonly LiveObject[] | null
}

/** Page by page, of one version. When that version expires in between (410), once more from the start. */
async function listAll(
  call: <T>(request: Omit<Parameters<Caller['call']>[0], 'identity'>) => Promise<T>,
  resource: Resource,
  options: ListOptions,
): Promise<{ items: readonly LiveObject[]; resourceVersion: string }> {
  const path = collectionPath(resource, options.namespace)
  const from = async () => {
    const items: LiveObject[] = []
    const take = options.onItem ?? ((item: LiveObject) => items.push(item))
    let token: string | undefined
    for (;;) {
      const query = selection(options)
      query.set('limit', String(pageSize))
      if (token !== undefined) query.set('continue', token)
      const page = await call<ListPage>({
        method: 'GET',
        path: `${path}?${query}`,
        ...(options.metadataOnly === true && { accept: metadataList }),
        repeatable: true,
        signal: options.signal,
      })
      for (const item of page.items ?? []) take(named(item, resource))
      token = page.metadata.continue
      if (token === undefined || token === '') {
        return { items, resourceVersion: page.metadata.resourceVersion }
      }
    }
  }
  return await from().catch(async (error: unknown) => {
    const anew = options.onItem === undefined && error instanceof KubeError && error.code === 410
    if (anew) return await from()
    throw error
  })
}

/** Items of a list do not say their kind, and metadata-only items say `PartialObjectMetadata`. */
function named(item: LiveObject, resource: Resource): LiveObject {
  return { ...item, apiVersion: resource.apiVersion, kind: resource.kind }
}

function selection(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams()
  if (options.labelSelector !== undefined) query.set('labelSelector', options.labelSelector)
  if (options.fieldSelector !== undefined) query.set('fieldSelector', options.fieldSelector)
  return query
}

type RawWatchEvent = { readonly type: string; readonly object: LiveObject }

async function* watchOnce(
  caller: Caller,
  lookup: ResourceLookup,
  target: { readonly apiVersion: string; readonly kind: string },
  options: Parameters<KubeApi['watch']>[2],
  identity: CallHeaders,
): AsyncGenerator<WatchEvent> {
  const { signal } = options
  const resource = await lookup(target.apiVersion, target.kind, signal)
  const query = selection(options)
  query.set('watch', '1')
  query.set('allowWatchBookmarks', 'true')
  query.set('resourceVersion', options.resourceVersion)
  // Spread, so that many watches do not end at the same moment.
  query.set('timeoutSeconds', String(240 + Math.floor(Math.random() * 120)))
  const accept =
    options.metadataOnly === true
      ? 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
      : 'application/json'
  const path = `${collectionPath(resource, options.namespace)}?${query}`
  for await (const line of caller.stream({
    path,
    accept,
    identity,
    signal,
    onOpen: options.onOpen,
  })) {
    const event: RawWatchEvent = JSON.parse(line)
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        yield { type: event.type, object: named(event.object, resource) }
        break
      case 'BOOKMARK':
        yield { type: 'BOOKMARK', resourceVersion: event.object.metadata.resourceVersion }
        break
      default:
        throw watchError(event.object)
    }
  }
}

/** An ERROR event carries a Status where an object would stand. */
function watchError(status: KubernetesObject): KubeError {
  const { code, reason, message } = status
  return new KubeError({
    code: typeof code === 'number' ? code : 500,
    reason: typeof reason === 'string' ? reason : '',
    message: typeof message === 'string' ? message : 'The watch ended in an error.',
  })
}
