import { setTimeout as pause } from 'node:timers/promises'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { NamespaceSpec } from '../../deployments/engine/engine.ts'
import { PlatformError } from '../../errors.ts'
import { deployerAccount, label, systemNamespace } from '../../labels.ts'
import {
  accountOf,
  defaultDenyPolicy,
  impersonateRole,
  podSecurity,
  prepared,
  tenantRole,
} from './identity-names.ts'
import { type KubeApi, KubeError, type LiveObject } from './kube-api.ts'

const settleDeadlineMs = 20_000

/**
 * Makes a namespace that is closed before anything runs in it, and gives its `kade-deployer` the tenant's rights. Idempotent: done
 * again it changes what differs. Returns when the quota counts and, given the deployer's hand, when its rights hold.
 * Throws `PlatformError` `name-taken` for a namespace that exists and is not Kade's.
 */
export async function prepareNamespace(
  preparer: KubeApi,
  spec: NamespaceSpec,
  deployer?: KubeApi,
): Promise<void> {
  await makeNamespace(preparer, spec)
  // What closes the namespace first; the account that could use it last.
  for (const objects of [closingObjects(spec), accountObjects(spec.name)]) {
    await Promise.all(objects.map(object => preparer.apply(object, { force: true })))
  }
  await settled(`quota of namespace ${spec.name}`, async () => {
    const ref = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: spec.name, name: 'kade' }
    return quotaCounts(await preparer.get(ref))
  })
  if (deployer === undefined) return
  await settled(`rights of ${deployerAccount} in ${spec.name}`, () =>
    mayDeploy(deployer, spec.name),
  )
}

async function makeNamespace(preparer: KubeApi, spec: NamespaceSpec): Promise<void> {
  const existing = await preparer.get({ apiVersion: 'v1', kind: 'Namespace', name: spec.name })
  if (existing !== null && existing.metadata.labels?.[label.namespace] !== prepared) {
    throw notOurs(preparer.cluster, spec.name)
  }
  if (existing?.metadata.deletionTimestamp !== undefined) {
    throw new PlatformError('conflict', `Namespace ${spec.name} is being deleted.`, {
      next: 'Try again when it is gone.',
      retryAfter: 10,
    })
  }
  try {
    await preparer.apply(namespaceObject(spec), { force: true })
  } catch (cause) {
    // Somebody made it in the meantime: the guard policy refuses to label a namespace that exists.
    if (cause instanceof KubeError && cause.code === 403 && existing === null) {
      throw notOurs(preparer.cluster, spec.name, cause)
    }
    throw cause
  }
}

function notOurs(cluster: string, name: string, cause?: unknown): PlatformError {
  return new PlatformError(
    'name-taken',
    `Namespace ${name} on cluster ${cluster} is not Kade's to prepare.`,
    { next: 'Choose another name.', ...(cause !== undefined && { cause }) },
  )
}

function namespaceObject({ name, team, environment }: NamespaceSpec): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        [label.managedBy]: 'kade',
        [label.namespace]: prepared,
        [label.team]: team,
        [label.environment]: environment,
        ...podSecurity,
      },
    },
  }
}

function closingObjects({ name: namespace, bounds }: NamespaceSpec): readonly KubernetesObject[] {
  const metadata = (name: string) => ({
    name,
    namespace,
    labels: { [label.managedBy]: 'kade' },
  })
  const networking = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }
  return [
    {
      ...networking,
      metadata: metadata(defaultDenyPolicy),
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
    { ...networking, metadata: metadata('kade-allow-dns'), spec: dnsOnly },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: metadata('kade'),
      spec: { limits: [containerDefaults] },
    },
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: metadata('kade'),
      spec: { hard: quota(bounds) },
    },
  ]
}

const dnsOnly = {
  podSelector: {},
  policyTypes: ['Egress'],
  egress: [
    {
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
          podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        },
      ],
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 },
      ],
    },
  ],
}

/** For containers that say nothing. No default CPU limit: throttling a container that asked for none helps nobody. */
const containerDefaults = {
  type: 'Container',
  defaultRequest: { cpu: '50m', memory: '64Mi' },
  default: { memory: '256Mi' },
}

/** The bounds, and counts far above what so many deployments need: a stop for what runs away, not a budget. */
function quota(bounds: NamespaceSpec['bounds']): Record<string, string> {
  const times = (perDeployment: number) => String(perDeployment * bounds.deployments)
  return {
    'requests.cpu': bounds.cpu,
    'requests.memory': bounds.memory,
    'limits.memory': bounds.memory,
    'requests.storage': bounds.storage,
    ...Object.fromEntries(
      Object.entries(bounds.devices ?? {}).map(([name, most]) => [
        `requests.${name}`,
        String(most),
      ]),
    ),
    pods: times(20),
    persistentvolumeclaims: times(5),
    services: times(5),
    'services.loadbalancers': '0',
    'services.nodeports': '0',
    secrets: times(10),
    // Revisions are kept as ConfigMaps.
    configmaps: times(30),
    'count/deployments.apps': times(5),
    'count/statefulsets.apps': times(5),
    'count/jobs.batch': times(10),
    'count/cronjobs.batch': times(5),
    'count/ingresses.networking.k8s.io': times(5),
    'count/serviceaccounts': String(5 * bounds.deployments + 5),
  }
}

function accountObjects(namespace: string): readonly KubernetesObject[] {
  const binding = (name: string, role: string, account: string, home: string) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace, labels: { [label.managedBy]: 'kade' } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: home }],
  })
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: deployerAccount, namespace, labels: { [label.managedBy]: 'kade' } },
      automountServiceAccountToken: false,
    },
    binding('kade-tenant', tenantRole, deployerAccount, namespace),
    binding('kade-impersonate-deployer', impersonateRole, accountOf('worker'), systemNamespace),
  ]
}

/** Until the quota controller has counted once, every pod is refused with "status unknown for quota". */
function quotaCounts(live: LiveObject | null): boolean {
  if (live === null) return false
  const { spec, status } = live
  if (!isRecord(spec) || !isRecord(status)) return false
  const { hard: wanted } = spec
  const { hard: counted } = status
  if (!isRecord(wanted) || !isRecord(counted)) return false
  return Object.entries(wanted).every(([name, value]) => counted[name] === value)
}

async function mayDeploy(deployer: KubeApi, namespace: string): Promise<boolean> {
  try {
    const review = await deployer.request<{ status: { allowed: boolean } }>(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: {
            resourceAttributes: {
              namespace,
              verb: 'patch',
              group: 'apps',
              resource: 'deployments',
            },
          },
        },
      },
    )
    return review.status.allowed
  } catch (error) {
    // The right to become the deployer is itself one that takes a moment.
    if (error instanceof KubeError && error.code === 403) return false
    throw error
  }
}

async function settled(what: string, test: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + settleDeadlineMs
  while (!(await test())) {
    if (Date.now() > end) {
      throw new Error(`The ${what} did not come into force within ${settleDeadlineMs / 1000} s.`)
    }
    await pause(50)
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
