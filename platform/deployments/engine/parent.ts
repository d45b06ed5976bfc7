import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { type Phase, phases } from '#platform/events/types.ts'
import { annotation, fieldManager, label } from '#platform/labels.ts'
import type { Work } from '../work.ts'
import { failure } from './causes.ts'
import { hasAction, type Intent } from './intent.ts'
import { vanishes } from './phases.ts'
import { isRecord, type JsonRecord, numberOf, recordsOf, textOf } from './reading.ts'
import { sentences } from './sentences.ts'

/**
 * The parent of a deployment's objects: the ConfigMap `<name>-kade`, an ApplySet after KEP-3659. It is written before
 * anything is applied and deleted after everything else is gone, so whatever Kade made in a namespace can be found from it:
 *
 *     no parent         nothing of this deployment exists: a first install applies without looking
 *     widened           `objects` is the new revision, `leftover` what earlier ones had besides; kinds are the union
 *     settled           `leftover` holds only claims, which are never pruned; kinds are exact
 *
 * Where a revision has phases, it is written anew before the first object of each. As long as not all of them are applied it says
 * so, and no worker makes any of them by itself.
 *
 * A crash in between leaves it wide, never narrow. It also holds the revision's objects, without secret values, so that a
 * worker can tell what was meant when the hub is away.
 */
export type ObjectName = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
}
export type InventoryEntry = ObjectName & {
  readonly digest: string
  /** Its module asked for it not to be waited for: an object that is gone cannot say so itself. */
  readonly noWait?: true
  /** Made once and never changed: it bears the revision that made it. */
  readonly oneOff?: true
  /** It clears itself away when it is done. */
  readonly vanishes?: true
  /** `main` where it says none. */
  readonly phase?: Phase
}
export type Inventory = {
  readonly objects: readonly InventoryEntry[]
  readonly leftover: readonly ObjectName[]
  /** Of a revision with phases: the one whose objects are being applied. Of later ones there is nothing yet. */
  readonly reached?: Phase
  /** The hooks that ended well, by their key; what the revision before had done is not forgotten before this one serves. */
  readonly done?: readonly string[]
  /** Not all of its objects have been applied yet, and some may never be: none of them is to be made again. */
  readonly applying?: true
  /** Its objects are being deleted: none of them is to be made again. */
  readonly removing?: true
}
export type Parent = Inventory & {
  readonly revision: number
  readonly deployment: string
  readonly resourceVersion: string
}

const toolingVersion = `${fieldManager}/0.1.0`
export const setLabel = 'applyset.k8s.io/id'
/** Which kinds a set has: a hint, by which kubectl finds its objects without looking through every kind. */
export const kindsAnnotation = 'applyset.k8s.io/contains-group-kinds'
/** A ConfigMap may hold 1 MiB; beyond this the objects are left out and only their digests stay. */
const largestWork = 700_000

export function parentName(name: string): string {
  return `${name}-kade`
}

/** kubectl's form of the set's id, so that it recognises the set. */
export function setId(namespace: string, name: string): string {
  const identity = `${parentName(name)}.${namespace}.ConfigMap.`
  return `applyset-${createHash('sha256').update(identity).digest('base64url')}-v1`
}

export function sameObject(a: ObjectName, b: ObjectName): boolean {
  return a.kind === b.kind && a.name === b.name && groupOf(a.apiVersion) === groupOf(b.apiVersion)
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}

export function nameOf(object: KubernetesObject): ObjectName {
  return { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name }
}

/** What the parent must say while `intents` are being applied over what it said before. */
export function widened(before: Inventory | null, intents: readonly Intent[]): Inventory {
  const objects = intents.map(({ object, digest, phase }) => ({
    ...nameOf(object),
    digest,
    ...(hasAction(object, 'no-wait') && { noWait: true as const }),
    ...(hasAction(object, 'one-off') && { oneOff: true as const }),
    ...(vanishes(object) && { vanishes: true as const }),
    ...(phase !== 'main' && { phase }),
  }))
  const earlier = [...(before?.objects ?? []), ...(before?.leftover ?? [])]
  const leftover = earlier.filter(
    (one, index) =>
      !objects.some(object => sameObject(object, one)) &&
      earlier.findIndex(other => sameObject(other, one)) === index,
  )
  return {
    objects,
    leftover: leftover.map(({ apiVersion, kind, name }) => ({ apiVersion, kind, name })),
  }
}

/** Each kind once, in one version. */
export function kindsOf(objects: readonly ObjectName[]): readonly Omit<ObjectName, 'name'>[] {
  const kinds = new Map(
    objects.map(({ apiVersion, kind }) => [`${kind}.${groupOf(apiVersion)}`, { apiVersion, kind }]),
  )
  return [...kinds.values()]
}

/** The kinds of an inventory as the hint names them, sorted: `Deployment.apps`, `Secret`. */
export function groupKindsOf({ objects, leftover }: Inventory): readonly string[] {
  return kindsOf([...objects, ...leftover])
    .map(({ apiVersion, kind }) =>
      groupOf(apiVersion) === '' ? kind : `${kind}.${groupOf(apiVersion)}`,
    )
    .toSorted()
}

export function parentObject(
  work: Pick<Work, 'deployment' | 'namespace' | 'name' | 'operation' | 'revision'>,
  inventory: Inventory,
  intents: readonly Intent[],
  /** What was read before: the write fails when somebody else has written since. */
  before: Parent | null,
): KubernetesObject {
  const packed = gzipSync(JSON.stringify(intents.map(intent => withoutValues(intent.object))))
  const fits = packed.byteLength <= largestWork
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: parentName(work.name),
      namespace: work.namespace,
      ...(before && { resourceVersion: before.resourceVersion }),
      labels: {
        [setLabel]: setId(work.namespace, work.name),
        [label.deployment]: work.deployment,
        [label.instance]: work.name,
        [label.managedBy]: 'kade',
      },
      annotations: {
        'applyset.k8s.io/tooling': toolingVersion,
        [kindsAnnotation]: groupKindsOf(inventory).join(','),
        'applyset.k8s.io/additional-namespaces': '',
        [annotation.revision]: String(work.revision),
        [annotation.operation]: work.operation,
      },
    },
    data: { inventory: JSON.stringify(inventory) },
    ...(fits && { binaryData: { 'objects.json.gz': packed.toString('base64') } }),
  }
}

function withoutValues(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret') return object
  const { data: _data, stringData: _stringData, ...rest } = object
  return rest
}

/**
 * Reads a parent. Throws `DeployFailure` `foreign-object` for a ConfigMap of that name that is no parent of Kade's, or whose
 * id is another set's: a forged id would make us delete that set's objects.
 */
export function readParent(live: LiveObject, target: { namespace: string; name: string }): Parent {
  const { labels, annotations, resourceVersion } = live.metadata
  const title = `ConfigMap/${live.metadata.name}`
  const deployment = labels?.[label.deployment]
  const inventory = inventoryOf(live)
  if (deployment === undefined || inventory === null) throw failure('foreign-object', title)
  if (labels?.[setLabel] !== setId(target.namespace, target.name)) {
    throw failure('foreign-object', title, sentences.ofAnotherSet(setLabel))
  }
  return { deployment, revision: revisionOf(annotations) ?? 0, resourceVersion, ...inventory }
}

/** Throws when somebody has written the parent since it was read as `live`. */
export async function writeInventory(
  live: LiveObject,
  inventory: Inventory,
  api: KubeApi,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, resourceVersion } = live.metadata
  await api.patch(
    // What an apply answers bears the kind of an answer.
    { apiVersion: 'v1', kind: 'ConfigMap', name, ...(namespace !== undefined && { namespace }) },
    [
      // Where it is another by now, this is a conflict, which is no fault of the record.
      { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
      { op: 'add', path: '/data/inventory', value: JSON.stringify(inventory) },
    ],
    signal,
  )
}

/** The inventory that a ConfigMap holds, or null where it holds none that can be read. */
export function inventoryOf(live: LiveObject): Inventory | null {
  const data = live.data
  const text = isRecord(data) ? textOf(data.inventory) : undefined
  if (text === undefined) return null
  try {
    const parsed: unknown = JSON.parse(text)
    if (!isRecord(parsed)) return null
    const reached = phaseNamed(parsed.reached)
    return {
      objects: recordsOf(parsed.objects).map(entryOf),
      leftover: recordsOf(parsed.leftover).map(objectNameOf),
      ...(reached && { reached }),
      ...(Array.isArray(parsed.done) && { done: parsed.done.map(String) }),
      ...(parsed.applying === true && { applying: true as const }),
      ...(parsed.removing === true && { removing: true as const }),
    }
  } catch {
    return null
  }
}

function entryOf(one: JsonRecord): InventoryEntry {
  const phase = phaseNamed(one.phase)
  return {
    ...objectNameOf(one),
    digest: textOf(one.digest) ?? '',
    ...(one.noWait === true && { noWait: true as const }),
    ...(one.oneOff === true && { oneOff: true as const }),
    ...(one.vanishes === true && { vanishes: true as const }),
    ...(phase && { phase }),
  }
}

function objectNameOf(one: JsonRecord): ObjectName {
  return {
    apiVersion: textOf(one.apiVersion) ?? '',
    kind: textOf(one.kind) ?? '',
    name: textOf(one.name) ?? '',
  }
}

function phaseNamed(value: unknown): Phase | undefined {
  return phases.find(one => one === value)
}

/**
 * The objects as they were meant, from the parent itself; none where they did not fit, or cannot be read any more: what
 * somebody spoiled by hand must not keep the deployment from being changed or deleted.
 */
export function storedObjects(live: LiveObject): readonly KubernetesObject[] {
  const binary = live.binaryData
  const packed = isRecord(binary) ? textOf(binary['objects.json.gz']) : undefined
  if (packed === undefined) return []
  try {
    const objects: unknown = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString())
    // `parentObject` wrote them from intents.
    return recordsOf(objects) as readonly KubernetesObject[]
  } catch {
    return []
  }
}

export function revisionOf(
  annotations: Readonly<Record<string, string>> | undefined,
): number | undefined {
  const text = annotations?.[annotation.revision]
  const revision = text === undefined ? Number.NaN : Number(text)
  return Number.isSafeInteger(revision) ? numberOf(revision) : undefined
}
