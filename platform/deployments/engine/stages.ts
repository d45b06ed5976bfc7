import type { KubernetesObject } from '#kit/kubernetes-object.ts'

/**
 * The order of kinds: what others stand on comes first, what lets traffic in comes last, webhooks at the very end.
 * Network rules and quota come before any pod, so that no pod ever runs without them. Within a stage the order is free.
 * Deleting goes through the same stages backwards.
 */
const stages: readonly (readonly string[])[] = [
  ['CustomResourceDefinition', 'Namespace', 'ClusterRole', 'ClusterRoleBinding'],
  ['StorageClass', 'PriorityClass', 'IngressClass', 'GatewayClass', 'RuntimeClass'],
  [
    'NetworkPolicy',
    'ResourceQuota',
    'LimitRange',
    'PodDisruptionBudget',
    'ServiceAccount',
    'Role',
    'RoleBinding',
    'Secret',
    'ConfigMap',
    'PersistentVolumeClaim',
    'Service',
  ],
  // Custom resources and whatever is not named elsewhere stand with the workloads.
  [],
  ['Ingress', 'HTTPRoute', 'APIService', 'HorizontalPodAutoscaler'],
  ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
]
const workloadStage = 3

/** 0 is applied first and deleted last. */
export function stageOf(kind: string): number {
  const found = stages.findIndex(kinds => kinds.includes(kind))
  return found === -1 ? workloadStage : found
}

/** Groups by stage, in the order of applying; empty stages are left out. */
export function inStages<T>(items: readonly T[], kindOf: (item: T) => string): T[][] {
  const grouped = stages.map((): T[] => [])
  for (const item of items) grouped[stageOf(kindOf(item))]?.push(item)
  return grouped.filter(group => group.length > 0)
}

/** Kinds whose pods decide whether a deployment serves. */
export const workloadKinds: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
])

/** `Kind/name`, as people read it. */
export function titleOf(object: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${object.kind}/${object.metadata.name}`
}
