import { setTimeout as pause } from 'node:timers/promises'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { monitorKinds } from '#platform/monitor-kinds.ts'
import type { ClusterAccess } from './access.ts'
import { heldFields, isConflict } from './failures.ts'

/** Kinds that open something to others: nobody who reaches the deployer may. */
const preparers: ReadonlySet<string> = new Set(['NetworkPolicy', ...monitorKinds])

/** One hand for the objects of a deployment: the deployer's, and for what opens to others the preparer's. Counts its calls. */
export type Hand = { readonly api: KubeApi; readonly calls: () => number }

export function handIn(namespace: string, access: ClusterAccess): Hand {
  const deployer = access.deployer(namespace)
  let calls = 0
  const by = (kind: string) => {
    calls += 1
    return preparers.has(kind) ? access.preparer : deployer
  }
  const api: KubeApi = {
    ...deployer,
    apply: (object, options) =>
      object.metadata.resourceVersion === undefined
        ? despiteRaces(() => by(object.kind).apply(object, options))
        : by(object.kind).apply(object, options),
    get: (ref, signal) => by(ref.kind).get(ref, signal),
    exists: (ref, signal) => by(ref.kind).exists(ref, signal),
    list: (apiVersion, kind, options) => by(kind).list(apiVersion, kind, options),
    remove: (ref, seen, propagation, signal) => by(ref.kind).remove(ref, seen, propagation, signal),
    patch: (ref, operations, signal) => by(ref.kind).patch(ref, operations, signal),
  }
  return { api, calls: () => calls }
}

const mostTries = 8

/**
 * Deployments of one namespace write to one quota, and the API server answers 409 to the one that loses ("the object has
 * been modified", seen on 1.36). An apply may simply be done again; a conflict over fields is another matter, and an answer.
 */
async function despiteRaces<T>(apply: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await apply()
    } catch (error) {
      if (!isConflict(error) || heldFields(error).length > 0 || tried === mostTries) throw error
    }
    await pause(Math.random() * 25 * 2 ** tried)
  }
}
