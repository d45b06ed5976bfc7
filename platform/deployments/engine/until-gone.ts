import { setTimeout as pause } from 'node:timers/promises'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { failure } from './causes.ts'
import { sentences } from './sentences.ts'
import { titleOf } from './stages.ts'

/** Milliseconds. Pods get 30 s to stop; a finalizer that takes longer than this is stuck. */
const patience = 120_000

/** Waits until these very objects are gone. Throws `DeployFailure` `stuck-terminating` with what holds the first of them. */
export async function untilGone(
  objects: readonly LiveObject[],
  api: KubeApi,
  signal: AbortSignal,
  deadline = patience,
): Promise<void> {
  const end = Date.now() + deadline
  let left = objects
  for (let wait = 50; left.length > 0; wait = Math.min(wait * 2, 1_000)) {
    const now: LiveObject[] = []
    for (const object of left) {
      const { apiVersion, kind, metadata } = object
      const { name, namespace, uid } = metadata
      const ref = { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
      const live = await api.get(ref, signal)
      if (live?.metadata.uid === uid) now.push({ ...live, apiVersion, kind })
    }
    left = now
    const first = left[0]
    if (first === undefined) return
    if (Date.now() > end) throw stuck(first)
    await pause(wait, undefined, { signal })
  }
}

function stuck(live: LiveObject): Error {
  const finalizers = live.metadata.finalizers
  const held = Array.isArray(finalizers) ? finalizers.join(', ') : ''
  const detail = held === '' ? undefined : sentences.heldBack(held)
  return failure('stuck-terminating', titleOf(live), detail)
}
