import { KubeError, type ObjectRef, type Resource } from './kube-api.ts'

/**
 * Kinds as they stand in URLs. Those that Kade writes are known here, so that an apply costs one call; any other kind is
 * asked from the API server once. A kind that the server does not know is asked again each time: its CRD may come later.
 */
const known = table({
  v1: {
    ConfigMap: 'configmaps',
    Event: 'events',
    LimitRange: 'limitranges',
    PersistentVolumeClaim: 'persistentvolumeclaims',
    Pod: 'pods',
    ResourceQuota: 'resourcequotas',
    Secret: 'secrets',
    Service: 'services',
    ServiceAccount: 'serviceaccounts',
  },
  'apps/v1': {
    DaemonSet: 'daemonsets',
    Deployment: 'deployments',
    ReplicaSet: 'replicasets',
    StatefulSet: 'statefulsets',
  },
  'autoscaling/v2': { HorizontalPodAutoscaler: 'horizontalpodautoscalers' },
  'batch/v1': { CronJob: 'cronjobs', Job: 'jobs' },
  'coordination.k8s.io/v1': { Lease: 'leases' },
  'discovery.k8s.io/v1': { EndpointSlice: 'endpointslices' },
  'gateway.networking.k8s.io/v1': { HTTPRoute: 'httproutes' },
  'networking.k8s.io/v1': { Ingress: 'ingresses', NetworkPolicy: 'networkpolicies' },
  'policy/v1': { PodDisruptionBudget: 'poddisruptionbudgets' },
  'rbac.authorization.k8s.io/v1': { Role: 'roles', RoleBinding: 'rolebindings' },
})
for (const [apiVersion, kind, plural] of [
  ['v1', 'Namespace', 'namespaces'],
  ['v1', 'Node', 'nodes'],
  ['v1', 'PersistentVolume', 'persistentvolumes'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings'],
  ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies'],
  [
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
  ],
] as const) {
  known.set(`${apiVersion}/${kind}`, { apiVersion, kind, plural, namespaced: false })
}

function table(kinds: Record<string, Record<string, string>>): Map<string, Resource> {
  const resources = new Map<string, Resource>()
  for (const [apiVersion, plurals] of Object.entries(kinds)) {
    for (const [kind, plural] of Object.entries(plurals)) {
      resources.set(`${apiVersion}/${kind}`, { apiVersion, kind, plural, namespaced: true })
    }
  }
  return resources
}

export type ResourceLookup = (
  apiVersion: string,
  kind: string,
  signal?: AbortSignal,
) => Promise<Resource>

type DiscoveredResources = {
  readonly resources: readonly {
    readonly name: string
    readonly kind: string
    readonly namespaced: boolean
  }[]
}

/** Throws `KubeError` 404 with reason `NoKindMatch` for a kind that the cluster does not have. */
export function resourceLookup(
  get: (path: string, signal?: AbortSignal) => Promise<DiscoveredResources>,
): ResourceLookup {
  const discovered = new Map<string, Resource>()
  return async (apiVersion, kind, signal) => {
    const key = `${apiVersion}/${kind}`
    const found = known.get(key) ?? discovered.get(key)
    if (found !== undefined) return found
    const list = await get(groupPath(apiVersion), signal).catch((error: unknown) => {
      if (error instanceof KubeError && error.code === 404) return { resources: [] }
      throw error
    })
    for (const { name, kind: itsKind, namespaced } of list.resources) {
      // `deployments/status` is a subresource.
      if (name.includes('/')) continue
      discovered.set(`${apiVersion}/${itsKind}`, {
        apiVersion,
        kind: itsKind,
        plural: name,
        namespaced,
      })
    }
    const now = discovered.get(key)
    if (now === undefined) {
      throw new KubeError({
        code: 404,
        reason: 'NoKindMatch',
        kind,
        message: `This cluster has no kind ${kind} in ${apiVersion}; the extension that brings it is not installed.`,
      })
    }
    return now
  }
}

export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

/** Path of a collection; without a namespace, over all of them. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const scope =
    resource.namespaced && namespace !== undefined
      ? `/namespaces/${encodeURIComponent(namespace)}`
      : ''
  return `${groupPath(resource.apiVersion)}${scope}/${resource.plural}`
}

/** Throws a plain `Error` for a namespaced object without a namespace: a bug of the caller, never the user's. */
export function objectPath(resource: Resource, ref: Pick<ObjectRef, 'namespace' | 'name'>): string {
  if (resource.namespaced && ref.namespace === undefined) {
    throw new Error(`${resource.kind} ${ref.name} names no namespace.`)
  }
  return `${collectionPath(resource, ref.namespace)}/${encodeURIComponent(ref.name)}`
}
