/** The kinds a module may emit, as `apiVersion/Kind`. Namespaces, RBAC, quota, NetworkPolicies and secret values are the platform's. */
export const moduleKinds: ReadonlySet<string> = new Set([
  'v1/ConfigMap',
  'v1/PersistentVolumeClaim',
  'v1/Service',
  'v1/ServiceAccount',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'batch/v1/CronJob',
  'batch/v1/Job',
  'gateway.networking.k8s.io/v1/HTTPRoute',
  'networking.k8s.io/v1/Ingress',
  'policy/v1/PodDisruptionBudget',
])
