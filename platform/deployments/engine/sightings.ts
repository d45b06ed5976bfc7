import { hash } from 'node:crypto'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import type { Phase } from '#platform/events/types.ts'
import { annotation, fieldManager, label } from '#platform/labels.ts'
import { type Inventory, type InventoryEntry, inventoryOf, revisionOf } from './parent.ts'
import { hookKey, isHook } from './phases.ts'
import { podTrouble, type Trouble } from './readiness/pods.ts'
import type { Status } from './readiness/status.ts'
import { statusOf } from './readiness/status-of.ts'
import { at, numberOf, textOf } from './reading.ts'
import { titleOf, workloadKinds } from './stages.ts'

/** What is kept in memory of each object of 10,000 deployments: the fields a status needs, and no more. */
export type Owner = {
  readonly deployment: string
  readonly namespace: string
  readonly name: string
}

export type ParentSeen = Owner & {
  readonly type: 'parent'
  readonly revision: number
  /** `Kind/name` of all objects of the revision. */
  readonly objects: readonly string[]
  /** Of these, those that decide neither readiness nor health. */
  readonly noWait?: readonly string[]
  /** Those that are made once, and so may bear an earlier revision. */
  readonly oneOff?: readonly string[]
  /** Jobs that clear themselves away. */
  readonly vanishing?: readonly string[]
  /** Of a revision with phases. */
  readonly phases?: PhasesSeen
  /** What waits to be pruned, or is kept. */
  readonly leftover: readonly string[]
}

export type PhasesSeen = {
  readonly reached: Phase
  /** By `Kind/name`; of `main` is what is not in it. */
  readonly of: ReadonlyMap<string, Phase>
  /** Hooks that ended well. */
  readonly done: readonly string[]
}

export type MemberSeen = Owner & {
  readonly type: 'member'
  readonly apiVersion: string
  readonly kind: string
  readonly title: string
  readonly uid: string
  readonly revision: number | null
  readonly digest: string
  /** Of the fields Kade holds: it changes when somebody takes one away. */
  readonly held: string
  /** Somebody else than Kade and the cluster's own controllers has written to it. */
  readonly touched: boolean
  /** Of workloads only. */
  readonly status?: Status
  /** Names the pods of the newest template: the number of a Deployment's rollout, the hash of a StatefulSet's. */
  readonly rollout?: string
  readonly suspended?: boolean
  /** False until its controller has looked at the newest version: until then its pods tell of an older one. */
  readonly observed?: boolean
}

export type PodSeen = Owner & {
  readonly type: 'pod'
  readonly uid: string
  readonly controller: string
  readonly hash?: string
  readonly trouble: Trouble | null
  /** Milliseconds since the epoch, where the pod itself says since when. */
  readonly since?: number
}

export type ReplicaSetSeen = Owner & {
  readonly type: 'replica-set'
  readonly uid: string
  readonly controller: string
  readonly rollout: string
}

export type Sighting = ParentSeen | MemberSeen | PodSeen | ReplicaSetSeen

function ownerOf(object: LiveObject): Owner | null {
  const { labels, namespace } = object.metadata
  const deployment = labels?.[label.deployment]
  if (deployment === undefined || namespace === undefined) return null
  return { deployment, namespace, name: labels?.[label.instance] ?? '' }
}

export function seeParent(object: LiveObject): ParentSeen | null {
  const owner = ownerOf(object)
  const inventory = inventoryOf(object)
  if (owner === null || inventory === null) return null
  const titlesOf = (wanted: (one: InventoryEntry) => boolean) =>
    inventory.objects.filter(wanted).map(({ kind, name }) => `${kind}/${name}`)
  const noWait = titlesOf(one => one.noWait === true)
  const oneOff = titlesOf(one => one.oneOff === true)
  const vanishing = titlesOf(one => one.vanishes === true)
  const revision = revisionOf(object.metadata.annotations) ?? 0
  const phases = phasesSeen(inventory, revision)
  return {
    type: 'parent',
    ...owner,
    revision,
    objects: titlesOf(() => true),
    leftover: inventory.leftover.map(({ kind, name }) => `${kind}/${name}`),
    ...(noWait.length > 0 && { noWait }),
    ...(oneOff.length > 0 && { oneOff }),
    ...(vanishing.length > 0 && { vanishing }),
    ...(phases && { phases }),
  }
}

function phasesSeen(
  { objects, reached, done = [] }: Inventory,
  revision: number,
): PhasesSeen | undefined {
  if (reached === undefined) return undefined
  const phased = objects.flatMap(({ kind, name, digest, phase }) =>
    phase === undefined ? [] : [{ kind, title: `${kind}/${name}`, phase, digest }],
  )
  return {
    reached,
    of: new Map(phased.map(({ title, phase }) => [title, phase])),
    done: phased
      .filter(one => isHook(one) && done.includes(hookKey(one, revision)))
      .map(({ title }) => title),
  }
}

export function seeMember(object: LiveObject): MemberSeen | null {
  const owner = ownerOf(object)
  const { annotations, uid, ownerReferences } = object.metadata
  // Children of controllers are never ours: the Job of a CronJob, for one.
  if (owner === null || (ownerReferences ?? []).length > 0) return null
  return {
    type: 'member',
    ...owner,
    apiVersion: object.apiVersion,
    kind: object.kind,
    title: titleOf(object),
    uid,
    revision: revisionOf(annotations) ?? null,
    digest: annotations?.[annotation.objectDigest] ?? '',
    ...bookkeeping(object),
    ...(workloadKinds.has(object.kind) && workload(object)),
  }
}

function workload(
  object: LiveObject,
): Pick<MemberSeen, 'status' | 'rollout' | 'suspended' | 'observed'> {
  const rollout =
    textOf(at(object, 'status', 'updateRevision')) ??
    object.metadata.annotations?.['deployment.kubernetes.io/revision']
  const suspended =
    numberOf(at(object, 'spec', 'replicas')) === 0 || at(object, 'spec', 'suspend') === true
  const generation = numberOf(at(object, 'status', 'observedGeneration'))
  const observed = object.kind === 'Job' || generation === object.metadata.generation
  return {
    status: statusOf(object),
    suspended,
    observed,
    ...(rollout !== undefined && { rollout }),
  }
}

const clusterOwn = /^kube-|^kubelet$|^kwok/

function bookkeeping(object: LiveObject): Pick<MemberSeen, 'held' | 'touched'> {
  const entries = object.metadata.managedFields ?? []
  const ours = entries.find(one => one.manager === fieldManager && one.operation === 'Apply')
  return {
    held: hash('md5', JSON.stringify(ours?.fieldsV1 ?? null), 'base64'),
    touched: entries.some(
      ({ manager, operation, subresource }) =>
        !(manager === fieldManager && operation === 'Apply') &&
        subresource !== 'status' &&
        (subresource === 'scale' || !clusterOwn.test(manager)),
    ),
  }
}

export function seePod(object: LiveObject): PodSeen | null {
  const owner = ownerOf(object)
  if (owner === null || object.metadata.deletionTimestamp !== undefined) return null
  const trouble = podTrouble(object)
  const hashLabel = object.metadata.labels?.['controller-revision-hash']
  return {
    type: 'pod',
    ...owner,
    uid: object.metadata.uid,
    controller: object.metadata.ownerReferences?.[0]?.uid ?? '',
    trouble,
    ...(hashLabel !== undefined && { hash: hashLabel }),
  }
}

export function seeReplicaSet(object: LiveObject): ReplicaSetSeen | null {
  const owner = ownerOf(object)
  if (owner === null) return null
  return {
    type: 'replica-set',
    ...owner,
    uid: object.metadata.uid,
    controller: object.metadata.ownerReferences?.[0]?.uid ?? '',
    rollout: object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '',
  }
}
