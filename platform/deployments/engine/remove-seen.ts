import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { label } from '#platform/labels.ts'
import { failureOf, isConflict } from './failures.ts'
import { refOf } from './reference.ts'
import { titleOf } from './stages.ts'

/** Deletes exactly the object that was seen; a newer version of it is looked at again before it goes. */
export async function removeSeen(
  seen: LiveObject,
  api: KubeApi,
  options: {
    readonly propagation: 'Background' | 'Foreground'
    /** Whether the object, as it stands now, may still be deleted. */
    readonly may: (live: LiveObject) => boolean
    readonly signal?: AbortSignal
  },
): Promise<boolean> {
  let live: LiveObject = seen
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted()
    if (!options.may(live)) return false
    const { uid, resourceVersion } = live.metadata
    try {
      await api.remove(refOf(live), { uid, resourceVersion }, options.propagation)
      return true
    } catch (error) {
      if (!isConflict(error) || attempt === 10) throw failureOf(error, titleOf(seen)) ?? error
    }
    const now = await api.get(refOf(seen))
    // Gone, or another object under the same name: either way the one that was seen is no more.
    if (now === null || now.metadata.uid !== seen.metadata.uid) return false
    live = now
  }
}

/** True for objects that carry the owner label of `deployment` and belong to nobody else. */
export function isOwned(live: LiveObject, deployment: string): boolean {
  const { labels, ownerReferences } = live.metadata
  return labels?.[label.deployment] === deployment && (ownerReferences ?? []).length === 0
}
