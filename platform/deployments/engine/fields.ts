import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { LiveObject, ManagedFieldsEntry } from '#platform/adapters/kubernetes/kube-api.ts'
import { fieldManager } from '#platform/labels.ts'
import { canonicalJson } from '../digest.ts'
import { ignoredPointers } from './ignored.ts'
import { isRecord, type JsonRecord, recordOf } from './reading.ts'

/** A field that Kade set and that now has another value. */
export type ChangedField = {
  /** JSON pointer into the object as it was applied. */
  readonly path: string
  readonly desired: unknown
  readonly live: unknown
  /** Who holds it now, where somebody does. */
  readonly manager?: string
}

/**
 * Drift, from the server's own bookkeeping. Whoever changes a field takes it away from Kade's managed fields; fields that
 * others only added are none of ours. So a field is changed when it was applied, Kade holds it no longer, and its value is
 * another. Server defaults and normalised values raise no alarm: Kade still holds those fields. A map that the schema
 * keeps whole (a Service's selector) is taken away whole: one label more, and it selects nothing.
 */
export function changedFields(intent: KubernetesObject, live: LiveObject): readonly ChangedField[] {
  const entries = live.metadata.managedFields ?? []
  const ours = entries.find(entry => isOurs(entry) && entry.subresource === undefined)
  const changed: ChangedField[] = []
  for (const [key, value] of Object.entries(intent)) {
    if (['apiVersion', 'kind'].includes(key)) continue
    const wanted = key === 'metadata' ? ownMetadata(recordOf(value)) : value
    walk(
      { wanted, live: live[key], owned: ours?.fieldsV1?.[`f:${key}`] },
      { pointer: `/${key}`, steps: [`f:${key}`] },
      {
        report: (place, field) =>
          changed.push({ ...field, path: place.pointer, ...holder(entries, place.steps) }),
        takenWhole: place => entries.some(entry => !isOurs(entry) && isWhole(entry, place)),
      },
    )
  }
  const ignored = ignoredPointers(intent)
  return changed.filter(
    field => !ignored.some(one => field.path === one || field.path.startsWith(`${one}/`)),
  )
}

type Place = { readonly pointer: string; readonly steps: readonly string[] }
type Compared = { readonly wanted: unknown; readonly live: unknown; readonly owned: unknown }
type Ledger = {
  readonly report: (place: Place, field: { desired: unknown; live: unknown }) => void
  /** Somebody else holds it as one value. */
  readonly takenWhole: (place: Place) => boolean
}

/** Names are no fields of anybody's. */
function ownMetadata(metadata: JsonRecord): JsonRecord {
  const { labels, annotations } = metadata
  return { ...(isRecord(labels) && { labels }), ...(isRecord(annotations) && { annotations }) }
}

function walk(compared: Compared, place: Place, ledger: Ledger): void {
  const { wanted, live, owned } = compared
  const { report } = ledger
  if (isRecord(wanted)) {
    if (owned === undefined && ledger.takenWhole(place)) {
      if (!same(wanted, live)) report(place, { desired: wanted, live })
      return
    }
    for (const [key, value] of Object.entries(wanted)) {
      const name = `f:${key}`
      walk(
        { wanted: value, live: recordOf(live)[key], owned: recordOf(owned)[name] },
        {
          pointer: `${place.pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          steps: [...place.steps, name],
        },
        ledger,
      )
    }
    if (Object.keys(wanted).length === 0 && live === undefined) report(place, { desired: {}, live })
    return
  }
  if (Array.isArray(wanted)) walkList(wanted, compared, place, ledger)
  else if (owned === undefined && !same(wanted, live)) report(place, { desired: wanted, live })
}

/** `k:{"name":"web"}` marks an item of a list that is merged by key; a list without such marks is held as a whole. */
function walkList(wanted: readonly unknown[], of: Compared, place: Place, ledger: Ledger): void {
  const owned = recordOf(of.owned)
  const marks = Object.keys(owned).filter(name => name.startsWith('k:'))
  const keys = keysOf(marks, wanted)
  if (keys.length === 0) {
    if (of.owned === undefined && !same(wanted, of.live)) {
      ledger.report(place, { desired: wanted, live: of.live })
    }
    return
  }
  const items = Array.isArray(of.live) ? of.live : []
  for (const [index, item] of wanted.entries()) {
    const matches = (other: unknown) =>
      keys.every(key => same(recordOf(other)[key], recordOf(item)[key]))
    const mark = marks.find(name => matches(JSON.parse(name.slice(2))))
    walk(
      { wanted: item, live: items.find(matches), owned: mark === undefined ? {} : owned[mark] },
      {
        pointer: `${place.pointer}/${index}`,
        steps: [...place.steps, mark ?? `k:${canonicalJson(picked(item, keys))}`],
      },
      ledger,
    )
  }
}

/** Keys of the lists that Kubernetes merges, for when none of its items is ours any more. */
export const usualKeys = [
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['mountPath'],
  ['name'],
  ['ip'],
]

function keysOf(marks: readonly string[], items: readonly unknown[]): readonly string[] {
  const [mark] = marks
  if (mark !== undefined) return Object.keys(recordOf(JSON.parse(mark.slice(2))))
  if (items.length === 0 || !items.every(isRecord)) return []
  return usualKeys.find(keys => items.every(item => keys.every(key => key in item))) ?? []
}

export function picked(item: unknown, keys: readonly string[]): JsonRecord {
  return Object.fromEntries(keys.map(key => [key, recordOf(item)[key]]))
}

/** Who else holds the field at the end of these steps of `managedFields`. */
export function holder(
  entries: readonly ManagedFieldsEntry[],
  steps: readonly string[],
): { readonly manager?: string } {
  const found = entries.find(entry => !isOurs(entry) && heldAt(entry, steps) !== undefined)
  return found === undefined ? {} : { manager: found.manager }
}

function isOurs({ manager, operation }: ManagedFieldsEntry): boolean {
  return manager === fieldManager && operation === 'Apply'
}

function heldAt(entry: ManagedFieldsEntry, steps: readonly string[]): unknown {
  let here: unknown = entry.fieldsV1
  for (const step of steps) here = recordOf(here)[step]
  return here
}

/** A map that is merged key by key names its keys. */
function isWhole(entry: ManagedFieldsEntry, place: Place): boolean {
  const held = heldAt(entry, place.steps)
  return isRecord(held) && Object.keys(held).length === 0
}

export function same(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a ?? null) === canonicalJson(b ?? null)
}
