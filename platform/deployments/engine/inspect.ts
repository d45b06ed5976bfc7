import type { ObjectStatus } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import type { Work } from '../work.ts'
import { changedFields } from './fields.ts'
import { intentsOf } from './intent.ts'
import { inParallel } from './parallel.ts'
import { ownerSelector } from './plan.ts'
import { podTrouble } from './readiness/pods.ts'
import { statusOf } from './readiness/status-of.ts'
import { refOf } from './reference.ts'
import { asSimulated } from './sentences.ts'
import { workloadKinds } from './stages.ts'

export type InspectHands = {
  readonly deployer: KubeApi
  readonly observer: KubeApi
  readonly simulated: boolean
}

/** Every object of the work as it stands. A workload that is not ready says what its pods say. */
export async function inspectWork(
  work: Work,
  { deployer, observer, simulated }: InspectHands,
): Promise<readonly ObjectStatus[]> {
  const { items: pods } = await observer.list('v1', 'Pod', {
    namespace: work.namespace,
    labelSelector: ownerSelector(work.deployment),
  })
  return await inParallel(intentsOf(work), async ({ object }) => {
    const live = await (object.kind === 'Secret' ? deployer : observer).get(refOf(object))
    const status = statusOf(live && { ...live, kind: object.kind })
    const trouble =
      live !== null && workloadKinds.has(object.kind) && status.state !== 'Current'
        ? worstOf(pods.filter(pod => mayTellOf(live, object.kind, pod)))
        : undefined
    const message = trouble ?? status.message
    return {
      cluster: observer.cluster,
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      state: status.state,
      message: simulated && status.state === 'Current' ? asSimulated(message) : message,
      drift: live === null ? [] : driftOf(object, live),
    }
  })
}

/** A job has pods of its own, and what is wrong with them is not what is wrong with the app. */
function mayTellOf(workload: LiveObject, kind: string, pod: LiveObject): boolean {
  const [owner] = pod.metadata.ownerReferences ?? []
  return kind === 'Job' ? owner?.uid === workload.metadata.uid : owner?.kind !== 'Job'
}

function worstOf(pods: readonly LiveObject[]): Text | undefined {
  const troubles = pods.flatMap(pod => podTrouble(pod) ?? [])
  return troubles.toSorted((a, b) => a.patience - b.patience)[0]?.message
}

/** The intent of a Secret holds no values, so none can appear here; other keys of it are compared as any. */
function driftOf(object: KubernetesObject, live: LiveObject): ObjectStatus['drift'] {
  if (object.kind !== 'Secret') return [...changedFields(object, live)]
  const { data: _data, ...rest } = object
  return [...changedFields(rest, live)]
}
