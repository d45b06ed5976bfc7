import { type KubeApi, KubeError, type LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation, label } from '#platform/labels.ts'
import type { Work } from '../work.ts'
import { failure } from './causes.ts'
import { claimPrefixes, hasAction, type Intent, intentsOf, mayBeKept } from './intent.ts'
import { inParallel } from './parallel.ts'
import {
  kindsOf,
  type ObjectName,
  type Parent,
  parentName,
  readParent,
  revisionOf,
  sameObject,
} from './parent.ts'
import { sentences } from './sentences.ts'

/**
 * What applying a work would do to each object. Without a parent nothing of the deployment exists, so nothing is looked
 * up; otherwise one list per kind, metadata only, by the owner label.
 *
 *     create     not there
 *     change     there, rendered differently before
 *     restamp    there and the same, but of an earlier revision: applied again, so that every object carries the revision
 *                it belongs to. A delayed worker of an older revision is then refused on *each* object, also on those that
 *                did not change in between, and a hand-made change does not survive an update
 *     unchanged  there, of this revision already: an earlier attempt got this far
 *     take-over  there, made by somebody else, and consented to; see `foreign.ts`
 *     replace    a hook that runs again: what is left of its earlier run goes first; see `reach.ts`
 *     done       a hook that has ended well already
 */
export type Step = {
  readonly intent: Intent
  readonly seen: LiveObject | null
  readonly change: 'create' | 'change' | 'restamp' | 'unchanged' | 'take-over' | 'replace' | 'done'
}
export type Plan = {
  readonly parent: Parent | null
  /** The parent as it was read. */
  readonly record: LiveObject | null
  readonly steps: readonly Step[]
}

/** The kind that holds data. */
export const claims = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }

export function ownerSelector(deployment: string): string {
  return `${label.deployment}=${deployment}`
}

/** What an earlier deployment of this name left behind for the next: claims, and what its module wants kept. */
export function keptSelector(name: string): string {
  return `${label.data}=keep,${label.instance}=${name}`
}

/** Throws `DeployFailure` where the name belongs to another deployment or a newer revision stands. */
export async function planOf(work: Work, api: KubeApi, signal?: AbortSignal): Promise<Plan> {
  const intents = intentsOf(work)
  const record = await findParentObject(work, api, signal)
  const parent = record && readParent(record, work)
  if (parent !== null && parent.deployment !== work.deployment) {
    throw failure('foreign-object', `ConfigMap/${parentName(work.name)}`)
  }
  if (parent !== null && parent.revision > work.revision) {
    throw failure('superseded', work.name, sentences.revision(parent.revision))
  }
  const seen =
    parent === null
      ? []
      : await listOwned(api, work, kindsOf(intents.map(({ object }) => objectName(object))), signal)
  const kept = await listKept(api, work, intents, signal)
  return {
    parent,
    record,
    steps: intents.map(intent => stepOf(intent, [...seen, ...kept], work.revision)),
  }
}

function objectName(object: Intent['object']): ObjectName {
  return { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name }
}

export async function findParent(
  target: { readonly namespace: string; readonly name: string },
  api: KubeApi,
  signal?: AbortSignal,
): Promise<Parent | null> {
  const live = await findParentObject(target, api, signal)
  return live === null ? null : readParent(live, target)
}

export async function findParentObject(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  api: KubeApi,
  signal?: AbortSignal,
): Promise<LiveObject | null> {
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: parentName(name) }
  const live = await api.get(ref, signal)
  return live && { ...live, apiVersion: ref.apiVersion, kind: ref.kind }
}

/** Metadata of what the deployment owns of these kinds, its parent left out. A list that fails otherwise than for want of the kind fails all of it. */
export async function listOwned(
  api: KubeApi,
  target: { readonly deployment: string; readonly namespace: string; readonly name: string },
  kinds: readonly Omit<ObjectName, 'name'>[],
  signal?: AbortSignal,
): Promise<readonly LiveObject[]> {
  const { namespace, name, deployment } = target
  const all = await listSelected(api, namespace, ownerSelector(deployment), kinds, signal)
  return all.filter(one => one.kind !== 'ConfigMap' || one.metadata.name !== parentName(name))
}

/** Metadata of what the labels select of these kinds. */
export async function listSelected(
  api: KubeApi,
  namespace: string,
  labelSelector: string,
  kinds: readonly Omit<ObjectName, 'name'>[],
  signal?: AbortSignal,
): Promise<readonly LiveObject[]> {
  const lists = await inParallel(kinds, async ({ apiVersion, kind }) => {
    try {
      const { items } = await api.list(apiVersion, kind, {
        namespace,
        labelSelector,
        metadataOnly: true,
        ...(signal && { signal }),
      })
      return items
    } catch (error) {
      // The cluster has no such kind any more: what there was of it went with its definition.
      if (error instanceof KubeError && error.code === 404) return []
      throw error
    }
  })
  return lists.flat()
}

async function listKept(
  api: KubeApi,
  work: Work,
  intents: readonly Intent[],
  signal?: AbortSignal,
): Promise<readonly LiveObject[]> {
  const kinds = kindsOf(
    intents.flatMap(({ object }) => {
      if (claimPrefixes(object).length > 0) return [{ ...claims, name: '' }]
      return object.kind === claims.kind || mayBeKept(object) ? [objectName(object)] : []
    }),
  )
  const lists = await inParallel(kinds, async ({ apiVersion, kind }) => {
    const { items } = await api.list(apiVersion, kind, {
      namespace: work.namespace,
      labelSelector: keptSelector(work.name),
      metadataOnly: true,
      ...(signal && { signal }),
    })
    return items
  })
  return lists.flat()
}

/** Pure: what one object needs, given what the lists saw. */
export function stepOf(intent: Intent, seen: readonly LiveObject[], revision: number): Step {
  const live = seen.find(one => sameObject(objectName(one), objectName(intent.object))) ?? null
  if (live === null) return { intent, seen: null, change: 'create' }
  const { annotations } = live.metadata
  if (hasAction(intent.object, 'one-off'))
    return { intent, seen: live, change: isKept(live) ? 'change' : 'unchanged' }
  if (annotations?.[annotation.objectDigest] !== intent.digest) {
    return { intent, seen: live, change: 'change' }
  }
  const standing = revisionOf(annotations) === revision && !isKept(live)
  return { intent, seen: live, change: standing ? 'unchanged' : 'restamp' }
}

export function isKept(live: LiveObject): boolean {
  return live.metadata.labels?.[label.data] === 'keep'
}
