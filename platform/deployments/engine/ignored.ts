import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { fieldManager, prefix } from '#platform/labels.ts'
import { isRecord, recordOf } from './reading.ts'
import { refOf } from './reference.ts'

/** JSON pointers, comma-separated, of fields that others may set after Kade has set them once. Maps only, no lists. */
export const ignoreAnnotation = `${prefix}ignore`

export function ignoredPointers(object: Pick<KubernetesObject, 'metadata'>): readonly string[] {
  const text = object.metadata.annotations?.[ignoreAnnotation] ?? ''
  return text
    .split(',')
    .map(pointer => pointer.trim())
    .filter(pointer => pointer.startsWith('/'))
}

/** The object as it may be applied over the live one: what others may set stays as they set it. */
export async function withIgnored(
  object: KubernetesObject,
  api: KubeApi,
): Promise<KubernetesObject> {
  const pointers = ignoredPointers(object)
  if (pointers.length === 0) return object
  const live = await api.get(refOf(object))
  return live === null ? object : adopted(object, live, pointers)
}

/**
 * Pure (Flux's rule): a field that another manager *applies* is left out, so that it stays theirs; any other is sent with
 * the value it has now. Leaving it out then would let the server delete it, or put its default there.
 */
export function adopted(
  object: KubernetesObject,
  live: LiveObject,
  pointers: readonly string[],
): KubernetesObject {
  let result: unknown = object
  for (const pointer of pointers) {
    const keys = pointer.slice(1).split('/').map(unescaped)
    result = isApplied(live, keys) ? replaced(result, keys) : kept(result, live, keys)
  }
  // Only fields below the top were replaced.
  return result as KubernetesObject
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}

function isApplied(live: LiveObject, keys: readonly string[]): boolean {
  return (live.metadata.managedFields ?? []).some(({ manager, operation, fieldsV1 }) => {
    if (manager === fieldManager || operation !== 'Apply') return false
    let here: unknown = fieldsV1
    for (const key of keys) here = recordOf(here)[`f:${key}`]
    return here !== undefined
  })
}

function kept(object: unknown, live: LiveObject, keys: readonly string[]): unknown {
  let value: unknown = live
  for (const key of keys) value = recordOf(value)[key]
  return value === undefined ? object : replaced(object, keys, value)
}

/** A copy with another value at the end of the keys, or without it; a path that is not there stays away. */
function replaced(object: unknown, keys: readonly string[], value?: unknown): unknown {
  const [key, ...rest] = keys
  if (key === undefined || !isRecord(object) || !(key in object)) return object
  const { [key]: inner, ...others } = object
  if (rest.length > 0) return { ...others, [key]: replaced(inner, rest, value) }
  return value === undefined ? others : { ...others, [key]: value }
}
