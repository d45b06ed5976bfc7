import { randomUUID } from 'node:crypto'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { startInformer } from '#platform/adapters/kubernetes/informer.ts'
import { prepareNamespace } from '#platform/adapters/kubernetes/namespace.ts'
import { DeployFailure } from '#platform/deployments/deploy-failure.ts'
import { digestOf } from '#platform/deployments/digest.ts'
import type { ClusterAccess } from '#platform/deployments/engine/access.ts'
import type { Work } from '#platform/deployments/work.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { label } from '#platform/labels.ts'
import type { JoinedCluster } from './joined-cluster.ts'

export const never = new AbortController().signal

/** What the worker process hands to the engine. */
export function accessTo({ open }: Pick<JoinedCluster, 'open'>): ClusterAccess {
  return {
    cluster: open.name,
    simulated: true,
    deployer: namespace => open.deployer(namespace),
    preparer: open.preparer,
    observer: open.observer,
    follow: startInformer,
    prepareNamespace: spec => prepareNamespace(open.preparer, spec, open.deployer(spec.name)),
    close: async () => undefined,
  }
}

export type AppOptions = {
  readonly replicas?: number
  readonly env?: Record<string, string>
  readonly labels?: Record<string, string>
  readonly cpu?: string
  readonly progressDeadline?: number
  /** Objects besides the seven every app has. */
  readonly extra?: readonly KubernetesObject[]
  readonly without?: readonly string[]
}

/** The objects of a small app, as rendering would hand them over. */
export function appObjects(
  deployment: string,
  namespace: string,
  name: string,
  options: AppOptions = {},
): readonly KubernetesObject[] {
  const labels = {
    [label.deployment]: deployment,
    [label.name]: 'qdrant',
    [label.instance]: name,
    [label.managedBy]: 'kade',
  }
  const metadata = { name, namespace, labels }
  const objects: KubernetesObject[] = [
    { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque' },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: {
        podSelector: { matchLabels: { [label.deployment]: deployment } },
        policyTypes: ['Ingress', 'Egress'],
      },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'app.yaml': 'log: info' } },
    claim(metadata),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        selector: { [label.name]: 'qdrant', [label.instance]: name },
        ports: [{ name: 'http', port: 80, targetPort: 'http' }],
      },
    },
    deploymentObject(metadata, options),
    ...(options.extra ?? []),
  ]
  return objects.filter(object => !options.without?.includes(object.kind))
}

type Metadata = KubernetesObject['metadata'] & { readonly labels: Record<string, string> }

function claim(metadata: Metadata): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }
}

function deploymentObject(metadata: Metadata, options: AppOptions): KubernetesObject {
  const selector = { [label.name]: 'qdrant', [label.instance]: metadata.name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: options.replicas ?? 1,
      progressDeadlineSeconds: options.progressDeadline ?? 600,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...metadata.labels, ...options.labels } },
        spec: {
          serviceAccountName: metadata.name,
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'app',
              image: 'qdrant/qdrant:v1.15.4',
              ports: [{ name: 'http', containerPort: 6333 }],
              env: Object.entries(options.env ?? { LOG: 'info' }).map(([key, value]) => ({
                name: key,
                value,
              })),
              resources: {
                requests: { cpu: options.cpu ?? '10m', memory: '32Mi' },
                limits: { cpu: options.cpu ?? '100m', memory: '64Mi' },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  }
}

/** A job of an app: it ends well on simulated nodes unless its labels play a failure. */
export function jobObject(
  namespace: string,
  name: string,
  options: {
    readonly annotations?: Record<string, string>
    readonly labels?: Record<string, string>
    readonly env?: Record<string, string>
    readonly spec?: object
    readonly pod?: object
  } = {},
): KubernetesObject {
  const labels = { [label.instance]: name, ...options.labels }
  const app = deploymentObject({ name, namespace, labels }, { env: options.env ?? {} })
  const { template } = Object(app.spec)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, ...(options.annotations && { annotations: options.annotations }) },
    spec: {
      backoffLimit: 0,
      ...options.spec,
      template: {
        metadata: { labels },
        spec: {
          ...template.spec,
          serviceAccountName: 'default',
          restartPolicy: 'Never',
          ...options.pod,
        },
      },
    },
  }
}

/** The same app as a StatefulSet, which makes its claim by itself. */
export function statefulApp(deployment: string, namespace: string, name: string) {
  const found = appObjects(deployment, namespace, name).find(one => one.kind === 'Deployment')
  if (found === undefined) throw new Error('an app has a Deployment')
  const { progressDeadlineSeconds: _deadline, ...spec } = { ...Object(found.spec) }
  return {
    ...found,
    kind: 'StatefulSet',
    spec: {
      ...spec,
      serviceName: name,
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  }
}

export function workOf(
  target: { readonly deployment?: string; readonly namespace: string; readonly name: string },
  revision: number,
  options: AppOptions = {},
): Work {
  const { namespace, name } = target
  const deployment = target.deployment ?? randomUUID()
  const objects = appObjects(deployment, namespace, name, options)
  return {
    deployment,
    namespace,
    name,
    operation: randomUUID(),
    revision,
    digest: digestOf(objects),
    objects,
    secretName: name,
  }
}

/** The failure of a call that must fail for a reason of the user's. */
export async function deployFailure(call: Promise<unknown>): Promise<DeployFailure> {
  const answer = await call.then(
    () => new Error('the call succeeded'),
    (error: unknown) => error,
  )
  if (answer instanceof DeployFailure) return answer
  throw answer
}

/** Collects what an engine sees; `until` waits for a sight of one deployment. */
export function watchTower() {
  const seen: Observation[] = []
  const waiting = new Set<() => void>()
  return {
    seen,
    onChange(observation: Observation) {
      seen.push(observation)
      for (const look of waiting) look()
    },
    /** The latest observation of the deployment, once it is as wished. */
    until(
      deployment: string,
      wished: (seen: Observation) => boolean,
      deadline = 60_000,
    ): Promise<Observation> {
      return new Promise((resolve, reject) => {
        const latest = () => seen.findLast(one => one.deployment === deployment)
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`never seen; last: ${JSON.stringify(latest())}`))
        }, deadline)
        const look = () => {
          const now = latest()
          if (now === undefined || !wished(now)) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(now)
        }
        waiting.add(look)
        look()
      })
    },
  }
}
