import type { Manifest } from '#platform/adapters/kubernetes/embedded/simulation.ts'
import type { RealNode } from './node.ts'

export const labels = (app: string) => ({ 'app.kubernetes.io/name': app })

/** A namespace as Kade prepares them, as far as pods feel it. */
export function namespace(name: string): Manifest {
  const metadata = { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } }
  return { apiVersion: 'v1', kind: 'Namespace', metadata }
}

/** The app `harbour` as a restricted pod with a Service of its name. */
export function harbour(node: RealNode, name: string, namespace: string): Manifest[] {
  const metadata = { name, namespace, labels: labels(name) }
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'harbour',
            image: node.harbourImage,
            imagePullPolicy: 'Never',
            ports: [{ containerPort: 8080 }],
            readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 },
            resources: {
              requests: { cpu: '10m', memory: '16Mi' },
              limits: { memory: '64Mi' },
            },
            securityContext: {
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels(name), ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]
}

/** Asks the app of one namespace what it gets from an address; the answer's status and text. */
export async function reach(from: string, url: string): Promise<string> {
  const app = `http://${from}.svc.cluster.local`
  const answer = await fetch(`${app}/reach?url=${encodeURIComponent(url)}`)
  return `${answer.status} ${(await answer.text()).trim()}`
}
