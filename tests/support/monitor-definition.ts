import type { KubernetesObject } from '#kit/kubernetes-object.ts'

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

/** The kind PodMonitor, as a Prometheus operator brings it into a cluster; what may stand in one is not checked. */
export const monitorDefinition: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'podmonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind: 'PodMonitor', plural: 'podmonitors' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything } } },
      },
    ],
  },
}
