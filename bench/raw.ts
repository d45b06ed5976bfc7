import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import { startInformer } from '#platform/adapters/kubernetes/informer.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import type { Costs } from './costs.ts'

/** Milliseconds since the round began, and what a deployment cost. */
export type Round = { accepted: number; applied: number; ready: number; costs: Costs }

/** Applies each set of objects in order, `concurrency` sets at a time: as fast as a program without a product could. */
export async function applyRaw(
  api: KubeApi,
  sets: readonly (readonly KubernetesObject[])[],
  concurrency: number,
): Promise<void> {
  const waiting = [...sets]
  const lane = async () => {
    for (let set = waiting.shift(); set; set = waiting.shift())
      for (const object of set) await api.apply(object, { force: true })
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
}

/** Resolves when `count` Deployments of the namespaces are available, by a watch. */
export async function allAvailable(
  api: KubeApi,
  namespaces: readonly string[],
  count: number,
): Promise<void> {
  const available = new Set<string>()
  await new Promise<void>(resolve => {
    const informer = startInformer({
      api,
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      project: object => {
        if (!namespaces.includes(object.metadata.namespace ?? '')) return null
        // A live Deployment as the API server gives it.
        const { status, spec } = object as unknown as {
          status?: { availableReplicas?: number }
          spec: { replicas: number }
        }
        return (status?.availableReplicas ?? 0) >= spec.replicas
      },
      onEvent: event => {
        if (event.type !== 'upsert' || !event.value) return
        available.add(event.key)
        if (available.size < count) return
        void informer.stop()
        resolve()
      },
    })
  })
}

export function openAdmin(kubeconfig: string, connections: number): Promise<KubeApi> {
  return createKubeApi({
    cluster: 'bench',
    connection: { kubeconfig },
    connections,
    deadlineMs: 120_000,
  })
}
