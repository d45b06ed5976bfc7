import { setTimeout as pause } from 'node:timers/promises'
import { ExponentialBackoff } from 'cockatiel'
import { type KubeApi, KubeError, type ListOptions, type LiveObject } from './kube-api.ts'

/**
 * A local copy of one kind, kept true by the API server: list, then watch from the list's version.
 *
 *   list ──▶ watch ──(closed by the server)──▶ watch from the last version seen
 *    ▲         ├──(410: version too old)──▶ list
 *    │         ├──(5–10 minutes passed)──▶ list        a watch alone is never trusted
 *    └─────────┴──(connection lost: `disconnected`, growing pauses)──▶ watch, `connected`
 *
 * Bookmarks move the last version on where nothing happens. Only what `project` returns is kept in memory.
 * The official client's informer stops at the first error, never relists, asks no bookmarks, and keeps whole objects.
 */
export type InformerEvent<T> =
  | { readonly type: 'upsert'; readonly key: string; readonly value: T; readonly previous?: T }
  | { readonly type: 'delete'; readonly key: string; readonly value: T }
  /** A list is in: what `items` holds is complete as of now. Comes again after each relist. */
  | { readonly type: 'synced' }
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly error: unknown }

export type InformerOptions<T> = {
  readonly api: KubeApi
  readonly apiVersion: string
  readonly kind: string
  readonly select?: Omit<ListOptions, 'onItem' | 'signal'>
  /** What to keep of an object; null for an object that does not matter. */
  readonly project: (object: LiveObject) => T | null
  /** Called in order; may not throw. */
  readonly onEvent: (event: InformerEvent<T>) => void
  /** Longest time between two lists, in milliseconds; the shortest is half of it. */
  readonly relistMs?: number
}

export type Informer<T> = {
  /** By `namespace/name`, or by name for a kind without a namespace. */
  readonly items: ReadonlyMap<string, T>
  stop(): Promise<void>
}

export function startInformer<T>(options: InformerOptions<T>): Informer<T> {
  const stopping = new AbortController()
  const copy = localCopy(options)
  const done = follow(options, copy, stopping.signal)
  return {
    items: copy.values,
    async stop() {
      stopping.abort()
      await done
    },
  }
}

async function follow<T>(
  options: InformerOptions<T>,
  copy: LocalCopy,
  stop: AbortSignal,
): Promise<void> {
  const backoff = new ExponentialBackoff({ initialDelay: 500, maxDelay: 30_000 })
  let pauses = backoff.next()
  let connected: boolean | null = null
  const online = (is: boolean, error?: unknown) => {
    if (connected === is || stop.aborted) return
    connected = is
    options.onEvent(is ? { type: 'connected' } : { type: 'disconnected', error })
  }
  let version: string | null = null
  let relistAt = 0
  while (!stop.aborted) {
    const began = Date.now()
    try {
      if (version === null || began >= relistAt) {
        version = await relist(options, copy, stop)
        online(true)
        const longest = options.relistMs ?? 600_000
        relistAt = Date.now() + Math.ceil(longest * (0.5 + Math.random() / 2))
        options.onEvent({ type: 'synced' })
      }
      for await (const event of options.api.watch(options.apiVersion, options.kind, {
        ...options.select,
        resourceVersion: version,
        signal: AbortSignal.any([stop, AbortSignal.timeout(Math.max(1, relistAt - Date.now()))]),
        onOpen: () => online(true),
      })) {
        version =
          event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion
        if (event.type === 'DELETED') copy.remove(keyOf(event.object))
        else if (event.type !== 'BOOKMARK') copy.put(event.object)
      }
      if (Date.now() - began > 1_000) {
        pauses = backoff.next()
        continue
      }
    } catch (error) {
      if (stop.aborted) return
      if (error instanceof KubeError && error.code === 410) version = null
      else online(false, error)
    }
    // Also after a watch that ended at once: a server that closes every watch must not be asked in a tight loop.
    await pause(pauses.duration, undefined, { signal: stop }).catch(() => undefined)
    pauses = pauses.next(undefined)
  }
}

async function relist<T>(
  options: InformerOptions<T>,
  copy: LocalCopy,
  signal: AbortSignal,
): Promise<string> {
  const { apiVersion, kind, select } = options
  const gone = new Set(copy.values.keys())
  const onItem = (object: LiveObject) => {
    gone.delete(keyOf(object))
    copy.put(object)
  }
  const { resourceVersion } = await options.api.list(apiVersion, kind, {
    ...select,
    onItem,
    signal,
  })
  for (const key of gone) copy.remove(key)
  return resourceVersion
}

type LocalCopy<T = unknown> = {
  readonly values: ReadonlyMap<string, T>
  put(object: LiveObject): void
  remove(key: string): void
}

function localCopy<T>(options: InformerOptions<T>): LocalCopy<T> {
  const values = new Map<string, T>()
  const versions = new Map<string, string>()
  const remove = (key: string) => {
    const value = values.get(key)
    if (value === undefined) return
    values.delete(key)
    versions.delete(key)
    options.onEvent({ type: 'delete', key, value })
  }
  return {
    values,
    remove,
    put(object) {
      const key = keyOf(object)
      const { resourceVersion } = object.metadata
      // A relist brings everything again; what is known already is no news.
      if (versions.get(key) === resourceVersion) return
      const value = options.project(object)
      if (value === null) return remove(key)
      const previous = values.get(key)
      values.set(key, value)
      versions.set(key, resourceVersion)
      options.onEvent({
        type: 'upsert',
        key,
        value,
        ...(previous !== undefined && { previous }),
      })
    },
  }
}

function keyOf(object: LiveObject): string {
  const { namespace, name } = object.metadata
  return namespace === undefined ? name : `${namespace}/${name}`
}
