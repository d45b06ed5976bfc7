import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { canonicalJson } from '../digest.ts'
import { picked, same, usualKeys } from './fields.ts'
import { ignoredPointers } from './ignored.ts'
import { isRecord, type JsonRecord, recordOf } from './reading.ts'

/** One place in an object, with what stands there on each side. */
export type Node = Values & {
  /** As people read it: `spec.template.spec.containers[web].image`. Lists that are merged go by key. */
  readonly path: string
  /** JSON pointer, with list positions of `applied`, else of `next`. */
  readonly pointer: string
  /** The way there in `managedFields`. */
  readonly steps: readonly string[]
  /** The fields that an item of a list goes by: said in its path already. */
  readonly keys?: readonly string[]
}
type Values = {
  readonly applied: unknown
  readonly next: unknown
  readonly live: unknown
  readonly coming: unknown
}
type Objects = {
  readonly applied?: KubernetesObject
  readonly next: KubernetesObject
  readonly live: KubernetesObject
  readonly coming?: KubernetesObject
}

/** The top fields of an object that a revision has a say in. Names and what the server keeps of an object are none. */
export function rootsOf({ applied, next, live, coming }: Objects): readonly Node[] {
  const root = {
    applied: applied && ownFields(applied),
    next: ownFields(next),
    live,
    coming,
    path: '',
    pointer: '',
    steps: [],
  }
  return childrenOf(root) ?? []
}

function ownFields(object: KubernetesObject): JsonRecord {
  const { apiVersion: _apiVersion, kind: _kind, status: _status, metadata, ...rest } = object
  const { labels, annotations } = metadata
  return { ...rest, metadata: { ...(labels && { labels }), ...(annotations && { annotations }) } }
}

/**
 * The fields below a node that either revision means, or null where it is one value. Fields that only the server or
 * somebody else has set are never among them.
 */
export function childrenOf(node: Node): readonly Node[] | null {
  const meant = [node.applied, node.next].filter(value => value !== undefined)
  if (meant.length === 0) return null
  if (meant.every(isRecord)) {
    const names = [...new Set(meant.flatMap(record => Object.keys(record)))]
    const rest = names.filter(name => !node.keys?.includes(name))
    if (names.length === 0) return null
    return (rest.length > 0 ? rest : names).map(name => named(node, name))
  }
  const lists = meant.filter(value => Array.isArray(value))
  const keys = lists.length === meant.length ? keysOf(lists) : null
  return keys && itemsOf(node, lists.flat(), keys)
}

function named(node: Node, name: string): Node {
  const under = (value: unknown) => recordOf(value)[name]
  return {
    ...valuesOf(node, under),
    path: /[./]/.test(name) ? `${node.path}[${name}]` : node.path ? `${node.path}.${name}` : name,
    pointer: `${node.pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    steps: [...node.steps, `f:${name}`],
  }
}

function itemsOf(node: Node, items: readonly unknown[], keys: readonly string[]): readonly Node[] {
  const identities = new Map(items.map(item => [canonicalJson(picked(item, keys)), item]))
  return [...identities].map(([identity, item]) => {
    const isIt = (other: unknown) =>
      keys.every(key => same(recordOf(other)[key], recordOf(item)[key]))
    const positions = [node.applied, node.next].map(list => listOf(list).findIndex(isIt))
    return {
      ...valuesOf(node, list => listOf(list).find(isIt)),
      path: `${node.path}[${keys.map(key => recordOf(item)[key]).join('/')}]`,
      pointer: `${node.pointer}/${positions.find(position => position >= 0)}`,
      steps: [...node.steps, `k:${identity}`],
      keys,
    }
  })
}

function valuesOf(node: Node, read: (value: unknown) => unknown): Values {
  return {
    applied: read(node.applied),
    next: read(node.next),
    live: read(node.live),
    coming: read(node.coming),
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The keys that tell the items of these lists apart; null for a list that is one value. */
function keysOf(lists: readonly (readonly unknown[])[]): readonly string[] | null {
  const items = lists.flat()
  if (items.length === 0 || !items.every(isRecord)) return null
  const tellApart = (keys: readonly string[]) =>
    items.every(item => keys.every(key => key in item)) &&
    lists.every(list => {
      const identities = list.map(item => canonicalJson(picked(item, keys)))
      return new Set(identities).size === list.length
    })
  return usualKeys.find(tellApart) ?? null
}

/**
 * Pure: the live value of every field that a revision means, by path, after ignore rules. What a controller, a status or
 * somebody's own addition does elsewhere in the object is not in it.
 */
export function meantFields(objects: Objects): readonly (readonly [path: string, live: unknown])[] {
  const ignored = [objects.next, objects.applied].flatMap(one => (one ? ignoredPointers(one) : []))
  const leavesOf = (node: Node): readonly (readonly [string, unknown])[] => {
    if (ignored.includes(node.pointer)) return []
    const children = childrenOf(node)
    return children === null ? [[node.path, node.live ?? null]] : children.flatMap(leavesOf)
  }
  return rootsOf(objects)
    .flatMap(leavesOf)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
}
