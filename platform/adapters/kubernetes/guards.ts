import { createHash } from 'node:crypto'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { deployerAccount, label, systemNamespace } from '../../labels.ts'
import { monitorResources } from '../../monitor-kinds.ts'
import { ownerFence, revisionFence } from './fences.ts'
import {
  about,
  type Guard,
  isDeployer,
  isPrepared,
  isPreparer,
  labelOf,
  type Match,
  oneOf,
  quote,
  removing,
} from './guard.ts'
import {
  accountOf,
  defaultDenyPolicy,
  impersonateRole,
  podSecurity,
  tenantRole,
} from './identity-names.ts'

/**
 * The guard policies: ValidatingAdmissionPolicies that hold Kade's identities where RBAC alone cannot. `bind` on a role and
 * `patch` on namespaces reach every namespace of the cluster, and whoever may create pods may run one as any account.
 *
 * They fail closed (`failurePolicy: Fail`): an expression that cannot be evaluated refuses. They are evaluated inside the
 * API server, so no webhook of ours can be down. An admission policy cannot guard admission policies; that no identity of
 * Kade touches these is RBAC: none of them has a right on `admissionregistration.k8s.io`.
 *
 * Every refusal begins with `mark`, a digest of the rules, so that joining can tell the new rules from older ones still
 * in force.
 */
const preparerNamespaces: Guard = {
  name: 'kade-preparer-namespaces',
  match: [{ apiGroups: [''], resources: ['namespaces'], operations: ['CREATE', 'UPDATE'] }],
  when: isPreparer,
  rules: [
    {
      allow: `!object.metadata.name.startsWith('kube-') && !(object.metadata.name in ${oneOf(['default', systemNamespace])})`,
      otherwise: 'a namespace of the cluster itself is never prepared',
    },
    {
      allow: `oldObject == null || ${isPrepared('oldObject')}`,
      otherwise: `a namespace that exists without the label ${label.namespace} is not Kade's to prepare`,
    },
    {
      allow: isPrepared('object'),
      otherwise: `a prepared namespace keeps the label ${label.namespace}`,
    },
    {
      allow: Object.entries(podSecurity)
        .map(([name, value]) => `${labelOf('object', name)} == ${quote(value)}`)
        .join(' && '),
      otherwise: 'a prepared namespace enforces, audits and warns Pod Security restricted',
    },
  ],
}

const aboutMonitors = monitorResources.map(about).join(' || ')

const preparerObjects: Guard = {
  name: 'kade-preparer-objects',
  match: [
    {
      apiGroups: ['*'],
      resources: ['*'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      scope: 'Namespaced',
    },
  ],
  when: isPreparer,
  rules: [
    {
      allow: isPrepared('namespaceObject'),
      otherwise: 'the preparer writes in prepared namespaces only',
    },
    {
      allow: `!(${about('rolebindings')}) || ${removing} || (object.roleRef.kind == 'ClusterRole' && object.roleRef.name in ${oneOf([tenantRole, impersonateRole])})`,
      otherwise: `the preparer binds ${tenantRole} and ${impersonateRole} only`,
    },
    {
      allow: `!(${about('rolebindings')}) || ${removing} || (size(object.?subjects.orValue([])) == 1 && object.subjects.all(s, s.kind == 'ServiceAccount' && (object.roleRef.name == ${quote(tenantRole)} ? s.name == ${quote(deployerAccount)} && s.namespace == request.namespace : s.name == ${quote(accountOf('worker'))} && s.namespace == ${quote(systemNamespace)})))`,
      otherwise: `${tenantRole} is for the namespace's own ${deployerAccount}, ${impersonateRole} for ${accountOf('worker')}`,
    },
    {
      allow: `!(${about('serviceaccounts')}) || ${removing} || (object.metadata.name == ${quote(deployerAccount)} && object.?automountServiceAccountToken.orValue(true) == false)`,
      otherwise: `the preparer makes no account but ${deployerAccount}, and that one mounts no token`,
    },
    {
      allow: `!(${about('networkpolicies')}) || ${removing} || object.metadata.name != ${quote(defaultDenyPolicy)} || (size(object.spec.?podSelector.?matchLabels.orValue({})) == 0 && size(object.spec.?podSelector.?matchExpressions.orValue([])) == 0 && size(object.spec.?ingress.orValue([])) == 0 && size(object.spec.?egress.orValue([])) == 0 && object.spec.?policyTypes.orValue([]).exists(t, t == 'Ingress') && object.spec.?policyTypes.orValue([]).exists(t, t == 'Egress'))`,
      otherwise: `${defaultDenyPolicy} denies everything, in both directions`,
    },
    {
      allow: `!(${aboutMonitors}) || ${removing} || (!has(object.spec.namespaceSelector) && ${labelOf('object', label.deployment)} != '' && object.spec.?selector.?matchLabels[?${quote(label.deployment)}].orValue('') == ${labelOf('object', label.deployment)})`,
      otherwise: 'a monitor reads from the pods of its own deployment only',
    },
    {
      allow: `!(${removing}) || ((${about('networkpolicies')} || ${aboutMonitors}) && ${labelOf('oldObject', label.deployment)} != '')`,
      otherwise: 'the preparer deletes only network policies and monitors of a deployment',
    },
  ],
}

const workloads: Match = [
  {
    apiGroups: [''],
    resources: ['pods', 'podtemplates', 'replicationcontrollers'],
    operations: ['CREATE', 'UPDATE'],
  },
  {
    apiGroups: ['apps'],
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    operations: ['CREATE', 'UPDATE'],
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], operations: ['CREATE', 'UPDATE'] },
]

const noDeployerPods: Guard = {
  name: 'kade-no-deployer-pods',
  match: workloads,
  variables: {
    // Unwrapped here: an optional that is kept in a variable reads as empty afterwards (1.36).
    podSpec: `(${[
      `request.resource.resource == 'pods' ? object.?spec`,
      `request.resource.resource == 'podtemplates' ? object.?template.?spec`,
      `request.resource.resource == 'cronjobs' ? object.?spec.?jobTemplate.?spec.?template.?spec`,
      'object.?spec.?template.?spec',
    ].join(' : ')}).orValue({})`,
  },
  rules: [
    {
      allow: `variables.podSpec.?serviceAccountName.orValue('') != ${quote(deployerAccount)} && variables.podSpec.?serviceAccount.orValue('') != ${quote(deployerAccount)}`,
      otherwise: `no pod runs as ${deployerAccount}`,
    },
  ],
}

const noDeployerTokens: Guard = {
  name: 'kade-no-deployer-tokens',
  match: [
    { apiGroups: [''], resources: ['serviceaccounts/token'], operations: ['CREATE'] },
    { apiGroups: [''], resources: ['secrets'], operations: ['CREATE', 'UPDATE'] },
  ],
  rules: [
    {
      allow: `!(${about('serviceaccounts')}) || request.?name.orValue('') != ${quote(deployerAccount)}`,
      otherwise: `nobody gets a token of ${deployerAccount}`,
    },
    {
      allow: `!(${about('secrets')}) || object.?type.orValue('') != 'kubernetes.io/service-account-token' || (object.metadata.?annotations[?'kubernetes.io/service-account.name'].orValue('') != ${quote(deployerAccount)} && !(${isPrepared('namespaceObject')}))`,
      otherwise: `no Secret holds a token of ${deployerAccount}, nor of any account of a prepared namespace`,
    },
  ],
}

const deployerLimits: Guard = {
  name: 'kade-deployer-limits',
  match: [
    {
      apiGroups: [''],
      resources: ['serviceaccounts', 'services'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  when: isDeployer,
  rules: [
    {
      allow: `!(${about('serviceaccounts')}) || (${removing} ? oldObject : object).metadata.name != ${quote(deployerAccount)}`,
      otherwise: `${deployerAccount} does not change itself`,
    },
    {
      allow: `!(${about('services')}) || ${removing} || (size(object.spec.?externalIPs.orValue([])) == 0 && object.spec.?type.orValue('') != 'ExternalName')`,
      otherwise:
        'a Service neither claims addresses (externalIPs) nor points elsewhere (ExternalName)',
    },
  ],
}

const guards: readonly Guard[] = [
  preparerNamespaces,
  preparerObjects,
  noDeployerPods,
  noDeployerTokens,
  deployerLimits,
  revisionFence,
  ownerFence,
]

export const guardNames = {
  preparerNamespaces: preparerNamespaces.name,
  preparerObjects: preparerObjects.name,
  noDeployerPods: noDeployerPods.name,
  noDeployerTokens: noDeployerTokens.name,
  deployerLimits: deployerLimits.name,
  revisionFence: revisionFence.name,
  ownerFence: ownerFence.name,
} as const

/** Begins the message of every refusal by exactly these rules. */
export const guardMark = `Kade guard ${createHash('sha256')
  .update(JSON.stringify(guards))
  .digest('hex')
  .slice(0, 8)}`

const admission = 'admissionregistration.k8s.io/v1'

/** The policies and their bindings. */
export function guardObjects(): readonly KubernetesObject[] {
  return guards.flatMap(guard => [
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: guard.name, labels: { [label.managedBy]: 'kade' } },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          resourceRules: guard.match.map(rule => ({ apiVersions: ['*'], ...rule })),
        },
        ...(guard.when !== undefined && {
          matchConditions: [{ name: 'concerns-kade', expression: guard.when }],
        }),
        ...(guard.variables !== undefined && {
          variables: Object.entries(guard.variables).map(([name, expression]) => ({
            name,
            expression,
          })),
        }),
        validations: guard.rules.map(({ allow, otherwise }) => ({
          expression: allow,
          message: `${guardMark}: ${otherwise}.`,
          reason: 'Forbidden',
        })),
      },
    },
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: guard.name, labels: { [label.managedBy]: 'kade' } },
      spec: { policyName: guard.name, validationActions: ['Deny', 'Audit'] },
    },
  ])
}
