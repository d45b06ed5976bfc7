import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { prepareNamespace } from '#platform/adapters/kubernetes/namespace.ts'
import {
  type JoinedCluster,
  namespaceSpec,
  refusal,
  startJoinedCluster,
} from '../support/joined-cluster.ts'

let cluster: JoinedCluster
let preparer: KubeApi
let admin: KubeApi

beforeAll(async () => {
  cluster = await startJoinedCluster()
  preparer = cluster.open.preparer
  admin = cluster.admin
})

afterAll(async () => await cluster?.stop())

const prepare = async (name: string, bounds = namespaceSpec(name).bounds) =>
  await prepareNamespace(preparer, { ...namespaceSpec(name), bounds }, cluster.open.deployer(name))

const restricted = {
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [
    {
      name: 'app',
      image: 'registry.example/app:1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
}

function deployment(namespace: string): KubernetesObject {
  const labels = { app: 'app' }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: restricted },
    },
  }
}

test('a prepared namespace says whose it is and holds pods to the restricted standard', async () => {
  await prepare('labelled')
  const live = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: 'labelled' })
  expect(live?.metadata.labels).toMatchObject({
    'kade.dev/namespace': 'true',
    'kade.dev/team': 'harbour',
    'kade.dev/environment': 'dev',
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'v1.36',
    'pod-security.kubernetes.io/audit': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  })
})

test('a prepared namespace is closed in both directions, but for DNS', async () => {
  await prepare('closed')
  const { items } = await admin.list('networking.k8s.io/v1', 'NetworkPolicy', {
    namespace: 'closed',
  })
  const specs = Object.fromEntries(
    items.map(item => [item.metadata.name, JSON.stringify(item.spec)]),
  )
  expect(specs).toMatchInlineSnapshot(`
    {
      "kade-allow-dns": "{"podSelector":{},"egress":[{"ports":[{"protocol":"UDP","port":53},{"protocol":"TCP","port":53}],"to":[{"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}},"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}}}]}],"policyTypes":["Egress"]}",
      "kade-default-deny": "{"podSelector":{},"policyTypes":["Ingress","Egress"]}",
    }
  `)
})

test('right after it was prepared, its deployer gets a pod running', async () => {
  await prepare('ready')
  await cluster.open.deployer('ready').apply(deployment('ready'))
  await vi.waitFor(
    async () => {
      const { items } = await cluster.open.observer.list('v1', 'Pod', { namespace: 'ready' })
      expect(items[0]).toMatchObject({ status: { phase: 'Running' } })
    },
    { timeout: 30_000, interval: 100 },
  )
})

test('a container that says nothing gets the defaults, and no CPU limit', async () => {
  await prepare('defaults')
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'defaults' },
    spec: { ...restricted, serviceAccountName: 'default' },
  }
  const made = await admin.apply(pod, { dryRun: true })
  expect(made).toMatchObject({
    spec: {
      containers: [
        {
          resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
        },
      ],
    },
  })
  expect(JSON.stringify(made.spec)).not.toMatch(/"limits":\{[^}]*"cpu"/)
})

test('what goes over the bounds is refused by the quota', async () => {
  await prepare('bounded')
  const claim = (storage: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'bounded' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  })
  const deployer = cluster.open.deployer('bounded')
  const error = await refusal(deployer.apply(claim('21Gi')))
  expect(error.message).toContain('exceeded quota')
  await deployer.apply(claim('20Gi'))
})

test('preparing again changes nothing, and with other bounds only the quota', async () => {
  await prepare('again')
  const versions = async () => {
    const kinds = [
      ['v1', 'ServiceAccount'],
      ['v1', 'ResourceQuota'],
      ['v1', 'LimitRange'],
      ['networking.k8s.io/v1', 'NetworkPolicy'],
      ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
    ] as const
    const lists = await Promise.all(
      kinds.map(([apiVersion, kind]) => admin.list(apiVersion, kind, { namespace: 'again' })),
    )
    const all = lists.flatMap(({ items }) => items)
    return new Map(
      all
        // The cluster's own account appears in its own time.
        .filter(({ metadata }) => metadata.name.startsWith('kade'))
        .map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.resourceVersion]),
    )
  }
  const before = await versions()
  await prepare('again')
  expect(await versions()).toEqual(before)
  await prepare('again', { ...namespaceSpec('again').bounds, cpu: '8' })
  const changed = [...(await versions())].filter(([key, version]) => before.get(key) !== version)
  expect(changed.map(([key]) => key)).toEqual(['ResourceQuota kade'])
})

test('two workers that prepare the same namespace at once both succeed', async () => {
  await Promise.all([prepare('twice'), prepare('twice'), prepare('twice')])
})

test('a namespace that somebody else made is refused and left as it is', async () => {
  const foreign = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'foreign' } }
  const before = await admin.apply(foreign)
  await expect(prepare('foreign')).rejects.toMatchObject({
    code: 'name-taken',
    message: "Namespace foreign on cluster amsterdam is not Kade's to prepare.",
    details: { next: 'Choose another name.' },
  })
  const after = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: 'foreign' })
  expect(after?.metadata.resourceVersion).toBe(before.metadata.resourceVersion)
})
