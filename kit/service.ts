import type { Service, ServiceAccount } from './kubernetes/generated/core-v1.ts'
import type { Ingress } from './kubernetes/generated/networking-v1.ts'
import type { AnyContext } from './specification.ts'

type Labels = Readonly<Record<string, string>>

/** One service port per container port, by the same name and number. */
export function service(context: AnyContext, labels: Labels, selector: Labels): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: context.name, namespace: context.namespace, labels },
    spec: {
      type: 'ClusterIP',
      selector,
      ports: Object.entries(context.ports).map(([name, port]) => ({
        name,
        port,
        targetPort: name,
        protocol: 'TCP',
      })),
    },
  }
}

/** An identity of the app's own, without a token and without rights. */
export function serviceAccount(context: AnyContext, labels: Labels): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: context.name, namespace: context.namespace, labels },
    automountServiceAccountToken: false,
  }
}

/** Leads a host to the exposed port. Class and certificates are the environment's. */
export function ingress(context: AnyContext, labels: Labels, host: string, port: string): Ingress {
  const backend = { service: { name: context.name, port: { name: port } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: context.name, namespace: context.namespace, labels },
    spec: {
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  }
}
