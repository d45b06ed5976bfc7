import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import type { Work } from '../work.ts'
import { failure } from './causes.ts'
import { askPrune, hasConsent } from './consent.ts'
import { failureOf } from './failures.ts'
import { hasAction, intentsOf, pruneAnnotation } from './intent.ts'
import { inParallel } from './parallel.ts'
import { type Inventory, kindsOf, nameOf, parentObject, sameObject } from './parent.ts'
import { hookKey } from './phases.ts'
import { findParent, listOwned } from './plan.ts'
import { isOwned, removeSeen } from './remove-seen.ts'
import { inStages } from './stages.ts'

/**
 * Deletes what the deployment still owns and its revision no longer has, then narrows the parent to what is. Called after
 * the new pods serve. The parent names the kinds to look at; the owner label on the objects says what is ours. A list that
 * fails deletes nothing.
 */
export async function settleWork(
  work: Work,
  api: KubeApi,
  signal: AbortSignal,
): Promise<{ readonly deleted: number }> {
  const parent = await findParent(work, api, signal)
  if (parent === null || parent.deployment !== work.deployment || parent.revision < work.revision) {
    throw new Error(`Revision ${work.revision} of ${work.name} has not been applied.`)
  }
  if (parent.revision > work.revision) throw failure('superseded', work.name)
  const kept = parent.leftover.filter(one => isClaim(one.kind))
  // Also where nothing is known to be left over: a delayed worker of an older revision may have made an object since.
  // Before the first revision there was none.
  const candidates = work.revision === 1 ? parent.leftover : [...parent.leftover, ...parent.objects]
  const kinds = kindsOf(candidates.filter(one => !isClaim(one.kind)))
  if (kinds.length === 0) return { deleted: 0 }
  const owned = await listOwned(api, work, kinds, signal)
  const leftover = leftoverOf(owned, parent, work.deployment)
  const all = leftover.length + parent.objects.length
  // Losing most objects at once is more often a broken module than a wish.
  const many = leftover.length * 2 > all
  if (many && !leftover.every(one => hasConsent(work, 'prune', one))) throw askPrune(leftover, all)
  const deleted: boolean[] = []
  for (const stage of inStages(leftover, one => one.kind).toReversed()) {
    const gone = await inParallel(
      stage,
      one =>
        removeSeen(one, api, {
          propagation: 'Background',
          may: live => mayPrune(live, work.deployment),
          signal,
        }),
      signal,
    )
    deleted.push(...gone)
  }
  const done = parent.done && doneNow(parent, work.revision)
  if (kept.length === parent.leftover.length && done?.length === parent.done?.length)
    return { deleted: deleted.filter(Boolean).length }
  const { objects, reached } = parent
  const exact = { objects, leftover: kept, ...(reached && { reached }), ...(done && { done }) }
  await api
    .apply(parentObject(work, exact, intentsOf(work), parent), { force: true })
    .catch((error: unknown) => {
      throw failureOf(error, 'the record of the deployment') ?? error
    })
  return { deleted: deleted.filter(Boolean).length }
}

/** Of the hooks that ended well those of this revision: an earlier one is not gone back to unasked any more. */
function doneNow({ objects, done }: Inventory, revision: number): readonly string[] {
  const keys = objects.map(({ digest, phase = 'main' }) => hookKey({ digest, phase }, revision))
  return (done ?? []).filter(key => keys.includes(key))
}

/** Pure: what may go, of what a deployment owns. */
export function leftoverOf(
  owned: readonly LiveObject[],
  inventory: Inventory,
  deployment: string,
): readonly LiveObject[] {
  return owned.filter(
    live =>
      mayPrune(live, deployment) &&
      !inventory.objects.some(object => sameObject(object, nameOf(live))),
  )
}

/** Data is never pruned, nor what asks to stay, nor what a controller made. */
export function mayPrune(live: LiveObject, deployment: string): boolean {
  return (
    isOwned(live, deployment) &&
    !isClaim(live.kind) &&
    live.metadata.annotations?.[pruneAnnotation] !== 'disabled' &&
    !hasAction(live, 'keep') &&
    !hasAction(live, 'one-off')
  )
}

function isClaim(kind: string): boolean {
  return kind === 'PersistentVolumeClaim'
}
