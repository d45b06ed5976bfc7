import { type KubeApi, KubeError, type LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation, label } from '#platform/labels.ts'
import { failureOf, isConflict } from './failures.ts'
import { claimPrefixes, hasAction, mayBeKept, partOfSet } from './intent.ts'
import { inParallel } from './parallel.ts'
import {
  inventoryOf,
  kindsOf,
  type ObjectName,
  readParent,
  setLabel,
  storedObjects,
  writeInventory,
} from './parent.ts'
import { claims, findParentObject, isKept, keptSelector, listOwned, listSelected } from './plan.ts'
import { pointer, refOf } from './reference.ts'
import { isOwned, removeSeen } from './remove-seen.ts'
import { inStages, titleOf, workloadKinds } from './stages.ts'
import { untilGone } from './until-gone.ts'

export type RemoveTarget = {
  readonly deployment: string
  readonly namespace: string
  readonly name: string
}

/** What becomes of its data: it stays, marked for the next of its name, or goes, also what was kept `of` these earlier ones. */
export type DataOrder = {
  readonly data: 'keep' | 'delete'
  readonly of?: readonly string[]
}

/** Looked through when there is no parent to say what was made. */
const usualKinds: readonly Omit<ObjectName, 'name'>[] = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
]

/**
 * Deletes a deployment, after its parent says so, by which nothing of it is repaired any more: the stages of applying
 * backwards, workloads with their pods, each stage gone before the next begins, the parent last. So a run that breaks off leaves the parent, and the next run goes on from it. Claims follow when
 * no pod uses them any more. Where data is kept, they and what its module wants kept are set free of their owner instead,
 * and marked for the next deployment of this name. Where it is deleted, so is what was kept here before.
 *
 * Answers what is kept here of it by then, as `Kind/name`.
 */
export async function removeDeployment(
  target: RemoveTarget,
  order: DataOrder,
  api: KubeApi,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = await findParentObject(target, api, signal)
  const parent = found && readParent(found, target)
  const kinds =
    parent?.deployment !== target.deployment
      ? usualKinds
      : kindsOf([...parent.objects, ...parent.leftover])
  const others = kinds.filter(one => one.kind !== claims.kind)
  // Of one that took its place the record is another's, and so is all but what was kept.
  if (parent === null || parent.deployment === target.deployment)
    await removeStanding(target, order.data, { found, others }, api, signal)
  const kept = await listKeptOf(target, [...others, claims], [target.deployment], api, signal)
  if (order.data === 'keep') return kept.map(titleOf)
  const erased = [target.deployment, ...(order.of ?? [])]
  const all = await listKeptOf(target, [...others, claims], erased, api, signal)
  const [stays, doomed] = parted(all, live => hasAction(live, 'keep'))
  await inParallel(
    doomed,
    live =>
      removeSeen(live, api, {
        propagation: 'Background',
        may: now => isKept(now) && now.metadata.labels?.[label.deployment] === undefined,
        signal,
      }),
    signal,
  )
  await untilGone(doomed, api, signal)
  return stays.map(titleOf)
}

async function removeStanding(
  target: RemoveTarget,
  data: 'keep' | 'delete',
  { found, others }: { found: LiveObject | null; others: readonly Omit<ObjectName, 'name'>[] },
  api: KubeApi,
  signal: AbortSignal,
): Promise<void> {
  if (found !== null && readParent(found, target)?.removing !== true)
    await markRemoved(found, api, signal)
  const owned = (await listOwned(api, target, others, signal)).filter(live =>
    isOwned(live, target.deployment),
  )
  for (const stage of inStages(owned, one => one.kind).toReversed()) {
    const [kept, doomed] = parted(
      stage,
      live => mayBeKept(live) && (data === 'keep' || hasAction(live, 'keep')),
    )
    await inParallel(kept, live => letGo(live, target, api, signal), signal)
    await inParallel(doomed, live => removeOwned(live, target, api, signal), signal)
    await untilGone(doomed, api, signal)
  }
  const made = found === null ? [] : storedObjects(found).flatMap(claimPrefixes)
  await removeClaims({ ...target, made }, data, api, signal)
  await removeParent(target, api, signal)
}

/** What was kept of these deployments of this name and nobody has taken back since. */
async function listKeptOf(
  target: RemoveTarget,
  kinds: readonly Omit<ObjectName, 'name'>[],
  deployments: readonly string[],
  api: KubeApi,
  signal: AbortSignal,
): Promise<readonly LiveObject[]> {
  const selector = `${keptSelector(target.name)},${label.keptOf} in (${deployments.join(',')})`
  const all = await listSelected(api, target.namespace, selector, kinds, signal)
  return all.filter(live => live.metadata.labels?.[label.deployment] === undefined)
}

/** Written onto exactly what was read: who writes the parent in between is at work on it, and the task is tried again. */
async function markRemoved(found: LiveObject, api: KubeApi, signal: AbortSignal): Promise<void> {
  const inventory = inventoryOf(found) ?? { objects: [], leftover: [] }
  await writeInventory(found, { ...inventory, removing: true }, api, signal)
}

/** Those for which it is true, and the others. */
function parted<T>(all: readonly T[], test: (one: T) => boolean): [readonly T[], readonly T[]] {
  return [all.filter(test), all.filter(one => !test(one))]
}

async function removeOwned(
  live: LiveObject,
  target: RemoveTarget,
  api: KubeApi,
  signal: AbortSignal,
): Promise<void> {
  await removeSeen(live, api, {
    // In the foreground a workload goes after its pods, so nothing writes to a claim that is about to be let go.
    propagation: workloadKinds.has(live.kind) ? 'Foreground' : 'Background',
    may: now => isOwned(now, target.deployment),
    signal,
  })
}

type ClaimTarget = RemoveTarget & {
  /** How the names of the claims begin that its StatefulSets have made. */
  readonly made: readonly string[]
}

async function removeClaims(
  target: ClaimTarget,
  data: 'keep' | 'delete',
  api: KubeApi,
  signal: AbortSignal,
): Promise<void> {
  const owned = [
    ...(await listOwned(api, target, [claims], signal)),
    ...(await listMade(target, api, signal)),
  ]
  const [kept, doomed] = parted(owned, live => data === 'keep' || hasAction(live, 'keep'))
  await inParallel(kept, live => letGo(live, target, api, signal), signal)
  await inParallel(
    doomed,
    live =>
      removeSeen(live, api, {
        propagation: 'Background',
        may: now =>
          [undefined, target.deployment].includes(now.metadata.labels?.[label.deployment]),
        signal,
      }),
    signal,
  )
  await untilGone(doomed, api, signal)
}

/** Claims of a StatefulSet bear the labels of its selector, which knows the name of the deployment and not its id. */
async function listMade(
  target: ClaimTarget,
  api: KubeApi,
  signal: AbortSignal,
): Promise<readonly LiveObject[]> {
  if (target.made.length === 0) return []
  const { items } = await api.list(claims.apiVersion, claims.kind, {
    namespace: target.namespace,
    labelSelector: `${label.instance}=${target.name},!${label.deployment}`,
    metadataOnly: true,
    signal,
  })
  return items.filter(({ metadata }) =>
    target.made.some(
      begin => metadata.name.startsWith(begin) && /^\d+$/.test(metadata.name.slice(begin.length)),
    ),
  )
}

/** Without its owner, but with the name it belonged to; and without a revision, since the next life counts from one. */
async function letGo(
  seen: LiveObject,
  target: RemoveTarget,
  api: KubeApi,
  signal: AbortSignal,
): Promise<void> {
  let live: LiveObject | null = seen
  for (let attempt = 1; live !== null && !isKept(live); attempt++) {
    signal.throwIfAborted()
    const { labels, annotations, resourceVersion } = live.metadata
    const dropped = [
      ...[label.deployment, partOfSet].map(key => ['labels', labels, key] as const),
      ...[annotation.revision, annotation.operation, annotation.objectDigest].map(
        key => ['annotations', annotations, key] as const,
      ),
    ]
    try {
      await api.patch(refOf(live), [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        ...dropped.flatMap(([where, present, key]) =>
          present?.[key] === undefined ? [] : [{ op: 'remove', path: pointer(where, key) }],
        ),
        { op: 'add', path: pointer('labels', label.data), value: 'keep' },
        { op: 'add', path: pointer('labels', label.keptOf), value: target.deployment },
        { op: 'add', path: pointer('labels', label.instance), value: target.name },
      ])
      return
    } catch (error) {
      // A JSON patch whose test of the version fails is answered 422 without a word about it.
      const raced = isConflict(error) || (error instanceof KubeError && error.code === 422)
      if (!raced || attempt === 10) throw failureOf(error, titleOf(seen)) ?? error
    }
    live = await api.get(refOf(seen), signal)
  }
}

async function removeParent(
  target: RemoveTarget,
  api: KubeApi,
  signal: AbortSignal,
): Promise<void> {
  const live = await findParentObject(target, api, signal)
  if (live === null) return
  await removeSeen(live, api, {
    propagation: 'Background',
    may: now =>
      now.metadata.labels?.[label.deployment] === target.deployment &&
      now.metadata.labels[setLabel] !== undefined,
    signal,
  })
}
