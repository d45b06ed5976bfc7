import { type KubeApi, KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation } from '#platform/labels.ts'
import { DeployFailure } from '../deploy-failure.ts'
import { digestOf } from '../digest.ts'
import { create } from './apply.ts'
import type { Repaired } from './engine.ts'
import { isConflict } from './failures.ts'
import { stamped } from './intent.ts'
import {
  type Inventory,
  type InventoryEntry,
  kindsOf,
  nameOf,
  readParent,
  sameObject,
  setId,
  storedObjects,
} from './parent.ts'
import { isLater } from './phases.ts'
import { findParentObject, listOwned } from './plan.ts'
import type { RemoveTarget } from './remove.ts'
import { inStages, titleOf } from './stages.ts'

/**
 * Not made again: what would run once more (jobs), would stand there empty as if nothing had been lost (claims), or has values
 * that the record does not hold (Secrets).
 */
const irreparable: ReadonlySet<string> = new Set(['Job', 'PersistentVolumeClaim', 'Secret'])

/**
 * Makes the objects of a deployment again that are gone from its cluster, out of what its record says was applied, as the
 * namespace's own deployer, and answers which. What stands is left as it is, changed by hand or not. Nothing is made for a
 * deployment that is being applied or removed, of a phase that has not begun, or once somebody else has written the record.
 * An object that the cluster refuses keeps none of the others away.
 */
export async function repairDeployment(
  target: RemoveTarget,
  api: KubeApi,
  signal: AbortSignal,
): Promise<Repaired> {
  const record = await findParentObject(target, api, signal)
  if (record === null) return { made: [] }
  const parent = readParent(record, target)
  if (parent.deployment !== target.deployment || parent.removing || parent.applying)
    return { made: [] }
  const wanted = parent.objects.filter(entry => isRepaired(entry, parent))
  const there = await listOwned(api, target, kindsOf(wanted), signal)
  const stored = storedObjects(record)
  const lost = wanted
    .filter(entry => !there.some(live => sameObject(nameOf(live), entry)))
    .flatMap(entry => {
      const object = stored.find(one => sameObject(nameOf(one), entry))
      // Without its objects, or with others than were applied, the record says only that something is missing.
      return object && digestOf(object) === entry.digest ? [{ object, digest: entry.digest }] : []
    })
  const work = {
    revision: parent.revision,
    operation: record.metadata.annotations?.[annotation.operation] ?? '',
    secretName: null,
  }
  const set = setId(target.namespace, target.name)
  const made: string[] = []
  let failed: unknown
  for (const intent of inStages(lost, one => one.object.kind).flat()) {
    if (signal.aborted) break
    try {
      const now = await findParentObject(target, api, signal)
      if (now?.metadata.resourceVersion !== record.metadata.resourceVersion) break
      const object = stamped({ ...intent, phase: 'main' }, work, set, null)
      await create(object, api)
      made.push(titleOf(object))
    } catch (error) {
      // Made by somebody else in the meantime: it is theirs, or looked at again.
      if (isConflict(error) || (error instanceof KubeError && error.code === 409)) continue
      failed ??= error
      // What is no answer of the cluster will be none for the others.
      if (!(error instanceof KubeError || error instanceof DeployFailure)) break
    }
  }
  return { made, ...(failed !== undefined && { failed }) }
}

function isRepaired(entry: InventoryEntry, { reached }: Inventory): boolean {
  if (irreparable.has(entry.kind) || entry.oneOff || entry.vanishes) return false
  return reached === undefined || !isLater(entry.phase ?? 'main', reached)
}
