import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { deployerAccount, label, systemNamespace } from '../../labels.ts'
import { monitorGroup, monitorResources } from '../../monitor-kinds.ts'
import {
  accountOf,
  type IdentityName,
  identityNames,
  impersonateRole,
  tenantRole,
} from './identity-names.ts'

/**
 * Who may do what in a joined cluster.
 *
 *   worker    may become `kade-deployer` of a prepared namespace, and nothing else. Its own hands are empty.
 *   deployer  (one per namespace, no token exists) writes the objects of deployments: `kade:tenant`, bound in its namespace.
 *   preparer  makes namespaces and what closes them. NetworkPolicies are in its hands too, also those of a deployment:
 *             neither a module nor a person who reaches the deployer can open a network. So are its monitors, by which the
 *             cluster's Prometheus comes to read from pods.
 *   observer  reads everything that status needs, never a Secret.
 *
 * RBAC says which kinds and verbs; guards.ts says where and with what content. None of the four has any right on RBAC
 * roles, admission policies or webhooks, so none can loosen its own bounds.
 */
type Rule = {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}

const read = ['get', 'list', 'watch']
const write = [...read, 'create', 'update', 'patch', 'delete']

const tenantRules: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: ['configmaps', 'persistentvolumeclaims', 'secrets', 'serviceaccounts', 'services'],
    verbs: write,
  },
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets'], verbs: write },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: write },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: write },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes'], verbs: write },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: write },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: write },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: read },
  { apiGroups: [''], resources: ['events', 'pods', 'resourcequotas'], verbs: read },
  // What Kade tells of a deployment; it can neither be changed nor taken back.
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: read },
]

const impersonateRules: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: ['serviceaccounts'],
    resourceNames: [deployerAccount],
    verbs: ['impersonate'],
  },
]

const preparerRules: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: [...read, 'create', 'patch'] },
  {
    apiGroups: [''],
    resources: ['limitranges', 'resourcequotas', 'serviceaccounts'],
    verbs: ['get', 'list', 'create', 'patch'],
  },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['networkpolicies'],
    verbs: [...read, 'create', 'patch', 'delete'],
  },
  {
    apiGroups: [monitorGroup],
    resources: monitorResources,
    verbs: [...read, 'create', 'patch', 'delete'],
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['rolebindings'],
    verbs: ['get', 'list', 'create', 'patch'],
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles'],
    resourceNames: [tenantRole, impersonateRole],
    verbs: ['bind'],
  },
]

const observerRules: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: [
      'configmaps',
      'events',
      'limitranges',
      'namespaces',
      'nodes',
      'persistentvolumeclaims',
      'pods',
      'resourcequotas',
      'serviceaccounts',
      'services',
    ],
    verbs: read,
  },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  {
    apiGroups: ['apps'],
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    verbs: read,
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: read },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: read },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: read },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: read },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'], verbs: read },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['gateways', 'httproutes'], verbs: read },
  { apiGroups: [monitorGroup], resources: monitorResources, verbs: read },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: read },
  { apiGroups: ['metrics.k8s.io'], resources: ['nodes', 'pods'], verbs: ['get', 'list'] },
]

const rbac = 'rbac.authorization.k8s.io/v1'
const ours = { [label.managedBy]: 'kade' }

/** Namespace and accounts: harmless by themselves, so they come before the guards. */
export function accountObjects(): readonly KubernetesObject[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: systemNamespace,
        labels: { ...ours, 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    },
    ...identityNames.map(identity => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: accountOf(identity), namespace: systemNamespace, labels: ours },
      automountServiceAccountToken: false,
    })),
  ]
}

/** Everything that gives power: applied only after the guards are in force. */
export function roleObjects(): readonly KubernetesObject[] {
  return [
    clusterRole(tenantRole, tenantRules),
    clusterRole(impersonateRole, impersonateRules),
    clusterRole('kade:preparer', preparerRules),
    clusterRole('kade:observer', observerRules),
    clusterRoleBinding('kade:preparer', 'preparer'),
    clusterRoleBinding('kade:observer', 'observer'),
    ...identityNames.flatMap(renewal),
  ]
}

function clusterRole(name: string, rules: readonly Rule[]): KubernetesObject {
  return { apiVersion: rbac, kind: 'ClusterRole', metadata: { name, labels: ours }, rules }
}

function clusterRoleBinding(name: string, identity: IdentityName): KubernetesObject {
  return {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: ours },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [subject(identity)],
  }
}

/** Each identity may renew its own token, and nobody else's. */
function renewal(identity: IdentityName): readonly KubernetesObject[] {
  const metadata = {
    name: `${accountOf(identity)}-renews-itself`,
    namespace: systemNamespace,
    labels: ours,
  }
  return [
    {
      apiVersion: rbac,
      kind: 'Role',
      metadata,
      rules: [
        {
          apiGroups: [''],
          resources: ['serviceaccounts/token'],
          resourceNames: [accountOf(identity)],
          verbs: ['create'],
        },
      ],
    },
    {
      apiVersion: rbac,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [subject(identity)],
    },
  ]
}

function subject(identity: IdentityName) {
  return { kind: 'ServiceAccount', name: accountOf(identity), namespace: systemNamespace }
}
