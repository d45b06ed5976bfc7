import type { KubernetesObject } from './kubernetes-object.ts'
import { type Fields, fields, text } from './lint/read.ts'
import { ModuleError, type ModuleFinding } from './module-error.ts'

type ObjectName = { readonly kind: string; readonly name: string }

/** Fields of one rendered object. `null` takes a field away. */
export type OverlayChange = {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

/** What is laid over rendered objects. */
export type Overlay = {
  readonly change?: readonly OverlayChange[]
  /** Further objects, whole; they get the namespace of the others. */
  readonly add?: readonly KubernetesObject[]
  /** Rendered objects that are left out. */
  readonly omit?: readonly ObjectName[]
}

/**
 * Lists whose items are found by a key, as in Kubernetes (`x-kubernetes-list-map-keys` and the patch merge keys of its API);
 * every other list is replaced whole.
 */
const listKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['containers', ['name']],
  ['initContainers', ['name']],
  ['env', ['name']],

  ['volumes', ['name']],
  ['volumeMounts', ['mountPath']],
  ['volumeDevices', ['devicePath']],
  ['imagePullSecrets', ['name']],
  ['hostAliases', ['ip']],
  ['topologySpreadConstraints', ['topologyKey', 'whenUnsatisfiable']],
])

/** The key of an item in the list of that name; undefined where such lists have none, or the item does not say its own. */
export function keyOf(list: string, item: unknown): string | undefined {
  const from = fields(item)
  if (list === 'ports') {
    const port = from.containerPort ?? from.port
    return port === undefined ? undefined : `${port}/${from.protocol ?? 'TCP'}`
  }
  const parts = listKeys.get(list)?.map(name => text(from[name]))
  return parts?.every(part => part !== undefined) ? parts.join('/') : undefined
}

/** Whether items of a list of that name are found by a key. */
export function isKeyed(list: string): boolean {
  return list === 'ports' || listKeys.has(list)
}

const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function withoutPatch({ $patch: _, ...rest }: Fields): Fields {
  return rest
}

function mergeLists(name: string, base: readonly unknown[], change: readonly unknown[]): unknown[] {
  if (fields(change[0]).$patch === 'replace') return change.slice(1)
  if (!isKeyed(name)) return [...change]
  const merged = [...base]
  for (const item of change) {
    const key = keyOf(name, item)
    if (key === undefined) {
      const detail = `an item of "${name}" does not say which it is; write its key, or { $patch: 'replace' } as the first item`
      throw new ModuleError('overlay', [{ rule: 'overlay-key', pointer: `/${name}`, detail }])
    }
    const index = merged.findIndex(each => keyOf(name, each) === key)
    const isDeleted = fields(item).$patch === 'delete'
    if (index === -1) merged.push(...(isDeleted ? [] : [merge(name, undefined, item)]))
    else if (isDeleted) merged.splice(index, 1)
    else merged[index] = merge(name, merged[index], item)
  }
  return merged
}

function merge(name: string, base: unknown, change: unknown): unknown {
  if (Array.isArray(change)) return mergeLists(name, Array.isArray(base) ? base : [], change)
  if (!isMap(change)) return change
  const under = change.$patch === 'replace' ? {} : fields(base)
  const merged = new Map(Object.entries(under))
  for (const [key, value] of Object.entries(withoutPatch(change))) {
    if (value === null) merged.delete(key)
    else merged.set(key, merge(key, merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

function faults(objects: readonly KubernetesObject[], changes: Overlay): readonly ModuleFinding[] {
  const isThere = ({ kind, name }: ObjectName) =>
    objects.some(each => each.kind === kind && each.metadata.name === name)
  const there = objects.map(each => `${each.kind}/${each.metadata.name}`).join(', ')
  const nameOf = ({ kind, metadata }: OverlayChange) => ({ kind, name: metadata.name })
  const absent = [...(changes.change ?? []).map(nameOf), ...(changes.omit ?? [])]
    .filter(each => !isThere(each))
    .map(
      ({ kind, name }) => `no ${kind}/${name} is rendered to lay anything over; there is: ${there}`,
    )
  const twice = (changes.add ?? [])
    .map(nameOf)
    .filter(each => isThere(each) && !changes.omit?.some(gone => sameName(gone, each)))
    .map(({ kind, name }) => `${kind}/${name} is rendered already; say what changes in it instead`)
  return [...absent, ...twice].map(detail => ({ rule: 'overlay-object', pointer: '', detail }))
}

function sameName(one: ObjectName, other: ObjectName): boolean {
  return one.kind === other.kind && one.name === other.name
}

/**
 * Lays changes over rendered objects, for a `transform`: maps are merged, lists too where Kubernetes knows a key for their
 * items, and `null` takes away. As in its strategic merge patch, an item with `$patch: 'delete'` goes, and `$patch: 'replace'`
 * in a map or as the first item of a list replaces the whole.
 * @throws ModuleError where a change is for an object that is not rendered, or an item says no key: nothing is lost in silence.
 */
export function overlay(
  objects: readonly KubernetesObject[],
  changes: Overlay,
): readonly KubernetesObject[] {
  const found = faults(objects, changes)
  if (found.length > 0) throw new ModuleError('overlay', found)
  const namespace = objects[0]?.metadata.namespace
  const kept = objects.filter(
    ({ kind, metadata }) =>
      !changes.omit?.some(each => sameName(each, { kind, name: metadata.name })),
  )
  const changed = kept.map(object =>
    (changes.change ?? [])
      .filter(each => each.kind === object.kind && each.metadata.name === object.metadata.name)
      // Both are objects of one kind and name, and a merge of maps is a map that has them.
      .reduce<KubernetesObject>(
        (under, each) => merge('', under, each) as KubernetesObject,
        object,
      ),
  )
  const added = (changes.add ?? []).map(each => ({
    ...each,
    metadata: { ...each.metadata, ...(namespace !== undefined && { namespace }) },
  }))
  return [...changed, ...added]
}
