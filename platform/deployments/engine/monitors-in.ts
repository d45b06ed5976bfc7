import { type KubeApi, KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import {
  type MonitorKind,
  monitorGroup,
  monitorKinds,
  monitorResources,
  monitorVersion,
} from '#platform/monitor-kinds.ts'

/**
 * The kinds of monitors that this hand can make in any namespace of the cluster: the operator's definitions are there, and a join
 * has given the right. A cluster that joined before Kade knew of monitors has to join again for that.
 */
export async function monitorsIn(
  preparer: KubeApi,
  signal: AbortSignal,
): Promise<readonly MonitorKind[]> {
  const served = await servedKinds(preparer, signal)
  const there = monitorKinds.filter(kind => served.includes(kind))
  const allowed = await Promise.all(there.map(kind => mayMake(preparer, kind, signal)))
  return there.filter((_, index) => allowed[index])
}

async function servedKinds(api: KubeApi, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const { resources } = await api.request<{ resources: readonly { kind: string }[] }>(
      'GET',
      `/apis/${monitorVersion}`,
      { signal },
    )
    return resources.map(each => each.kind)
  } catch (error) {
    if (error instanceof KubeError && error.code === 404) return []
    throw error
  }
}

async function mayMake(api: KubeApi, kind: MonitorKind, signal: AbortSignal): Promise<boolean> {
  const resource = monitorResources[monitorKinds.indexOf(kind)]
  const { status } = await api.request<{ status: { allowed: boolean } }>(
    'POST',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      signal,
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { group: monitorGroup, resource, verb: 'create' } },
      },
    },
  )
  return status.allowed
}
