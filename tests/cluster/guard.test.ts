import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { guardMark, guardNames } from '#platform/adapters/kubernetes/guards.ts'
import { deployerUser, userName } from '#platform/adapters/kubernetes/identity-names.ts'
import type { KubeApi, KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import { prepareNamespace } from '#platform/adapters/kubernetes/namespace.ts'
import { annotation, label } from '#platform/labels.ts'
import {
  type JoinedCluster,
  namespaceSpec,
  refusal,
  startJoinedCluster,
} from '../support/joined-cluster.ts'

/** Every way out that Kade's identities could try, each tried and refused on a real API server. */
let cluster: JoinedCluster
let worker: KubeApi
let preparer: KubeApi
let observer: KubeApi
let deployer: KubeApi
let admin: KubeApi

beforeAll(async () => {
  cluster = await startJoinedCluster()
  admin = cluster.admin
  ;({ worker, preparer, observer } = cluster.open)
  deployer = cluster.open.deployer('quay')
  for (const name of ['quay', 'neighbour']) {
    await prepareNamespace(preparer, namespaceSpec(name), cluster.open.deployer(name))
  }
  await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'strangers' } })
})

afterAll(async () => await cluster?.stop())

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  body: object = {},
  namespace = 'quay',
): KubernetesObject => ({ apiVersion, kind, metadata: { name, namespace }, ...body })

const rbac = 'rbac.authorization.k8s.io/v1'
const binding = (namespace: string, role: string, subject: object, kind = 'ClusterRole') =>
  object(
    rbac,
    'RoleBinding',
    'escape',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
      subjects: [{ kind: 'ServiceAccount', ...subject }],
    },
    namespace,
  )
const itself = { name: 'kade-preparer', namespace: 'kade-system' }
const deployerAccount = { name: 'kade-deployer', namespace: 'quay' }
const podSpec = { serviceAccountName: 'kade-deployer', containers: [{ name: 'a', image: 'a:1' }] }
const template = { metadata: { labels: { a: 'b' } }, spec: podSpec }
const selector = { matchLabels: { a: 'b' } }

/** Refused at admission by exactly this guard, as it is now. */
function byGuard(error: KubeError, guard: keyof typeof guardNames, text: string): void {
  expect(error.message).toContain(`'${guardNames[guard]}'`)
  expect(error.message).toContain(guardMark)
  expect(error.message).toContain(text)
  expect(error.code).toBe(403)
}

/** Refused by this guard, or by the policy that says the same: an API server tells of the first that it comes to. */
function byEither(error: KubeError, guard: keyof typeof guardNames, text: string, policy: string) {
  if (!error.message.includes('Kade policy')) return byGuard(error, guard, text)
  expect(error.message).toContain(`Kade policy ${policy}/`)
  expect(error.code).toBe(403)
}

/** Refused before admission: the identity simply has no such right. */
function byRbac(error: KubeError): void {
  expect(error.code).toBe(403)
  expect(error.message).toMatch(/cannot|is attempting to grant/)
}

const force = { force: true }

describe('the worker', () => {
  test('does nothing under its own name, not even in a prepared namespace', async () => {
    byRbac(await refusal(worker.apply(object('v1', 'ConfigMap', 'escape'))))
    byRbac(await refusal(worker.list('v1', 'Pod')))
  })

  test('becomes the deployer of no namespace that was not prepared', async () => {
    await admin.apply(object('v1', 'ServiceAccount', 'kade-deployer', {}, 'strangers'))
    const stranger = worker.as(deployerUser('strangers'))
    byRbac(await refusal(stranger.list('v1', 'ConfigMap', { namespace: 'strangers' })))
  })

  test('becomes no other account of a prepared namespace', async () => {
    byRbac(await refusal(worker.as(userName('quay', 'default')).list('v1', 'Pod')))
  })

  test('becomes no person, no preparer and no administrator', async () => {
    for (const user of ['kubernetes-admin', userName('kade-system', 'kade-preparer')]) {
      byRbac(await refusal(worker.as(user).list('v1', 'Secret')))
    }
  })

  test('takes no group of administrators along as deployer', async () => {
    const masterly = worker.as(deployerUser('quay'), ['system:masters'])
    byRbac(await refusal(masterly.list('v1', 'Secret')))
  })

  test('mints no token for anybody but itself', async () => {
    for (const [namespace, account] of [
      ['quay', 'kade-deployer'],
      ['kade-system', 'kade-preparer'],
    ]) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
      byRbac(await refusal(worker.request('POST', path, { body: tokenRequest })))
    }
  })
})

const tokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }

describe('the preparer', () => {
  test('binds itself to nothing in kube-system', async () => {
    const error = await refusal(preparer.apply(binding('kube-system', 'kade:tenant', itself)))
    byGuard(error, 'preparerObjects', 'prepared namespaces only')
  })

  test('binds nobody in the namespace of Kade itself', async () => {
    const error = await refusal(preparer.apply(binding('kade-system', 'kade:tenant', itself)))
    byGuard(error, 'preparerObjects', 'prepared namespaces only')
  })

  test('binds no role that holds more than itself', async () => {
    for (const role of ['cluster-admin', 'edit']) {
      byRbac(await refusal(preparer.apply(binding('quay', role, deployerAccount))))
    }
  })

  test('binds no other role than its two, not even one that it may bind by RBAC', async () => {
    const error = await refusal(preparer.apply(binding('quay', 'kade:preparer', deployerAccount)))
    byGuard(error, 'preparerObjects', 'kade:tenant and kade:impersonate-deployer only')
  })

  test('gives the rights of a tenant to nobody but the deployer of that namespace', async () => {
    for (const subject of [itself, { name: 'kade-deployer', namespace: 'neighbour' }]) {
      const error = await refusal(preparer.apply(binding('quay', 'kade:tenant', subject)))
      byGuard(error, 'preparerObjects', "namespace's own kade-deployer")
    }
  })

  test('lets nobody but the worker become the deployer', async () => {
    const attempt = binding('quay', 'kade:impersonate-deployer', itself)
    byGuard(await refusal(preparer.apply(attempt)), 'preparerObjects', 'for kade-worker')
  })

  test('binds nothing over the whole cluster', async () => {
    const attempt = {
      ...binding('quay', 'kade:tenant', itself),
      kind: 'ClusterRoleBinding',
      metadata: { name: 'escape' },
    }
    byRbac(await refusal(preparer.apply(attempt)))
  })

  test('labels no namespace that exists without its label', async () => {
    const labels = { [label.namespace]: 'true' }
    for (const name of ['default', 'kube-system', 'kade-system', 'strangers']) {
      const attempt = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
      const error = await refusal(preparer.apply(attempt, force))
      byGuard(error, 'preparerNamespaces', name === 'strangers' ? 'not Kade' : 'cluster itself')
    }
  })

  test('makes no namespace that looks like the cluster’s own', async () => {
    const spec = namespaceSpec('kube-harbour')
    await expect(prepareNamespace(preparer, spec)).rejects.toThrow('not Kade')
  })

  test('weakens Pod Security of no prepared namespace', async () => {
    for (const [name, value] of [
      ['pod-security.kubernetes.io/enforce', 'privileged'],
      ['pod-security.kubernetes.io/enforce-version', 'v1.20'],
    ] as const) {
      const path = `/metadata/labels/${name.replace('/', '~1')}`
      const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'quay' }
      for (const operation of [
        { op: 'replace', path, value },
        { op: 'remove', path },
      ]) {
        const error = await refusal(preparer.patch(ref, [operation]))
        byGuard(error, 'preparerNamespaces', 'Pod Security restricted')
      }
    }
  })

  test('takes Kade’s label off no namespace', async () => {
    const path = `/metadata/labels/${label.namespace.replace('/', '~1')}`
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'quay' }
    const error = await refusal(preparer.patch(ref, [{ op: 'remove', path }]))
    byGuard(error, 'preparerNamespaces', 'keeps the label')
  })

  test('deletes no namespace', async () => {
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'quay' }
    const live = await preparer.get(ref)
    byRbac(await refusal(preparer.remove(ref, { uid: live?.metadata.uid ?? '' }, 'Background')))
  })

  test('writes no quota, limit or network policy where it did not prepare', async () => {
    const policy = { spec: { podSelector: {}, policyTypes: ['Ingress'] } }
    for (const attempt of [
      object('networking.k8s.io/v1', 'NetworkPolicy', 'escape', policy, 'strangers'),
      object('v1', 'ResourceQuota', 'escape', { spec: { hard: { pods: '0' } } }, 'strangers'),
      object('v1', 'ServiceAccount', 'kade-deployer', {}, 'strangers'),
    ]) {
      const error = await refusal(preparer.apply(attempt, force))
      byGuard(error, 'preparerObjects', 'prepared namespaces only')
    }
  })

  test('neither opens nor deletes the policy that closes a namespace', async () => {
    const ref = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace: 'quay',
      name: 'kade-default-deny',
    }
    for (const spec of [
      { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}] },
      { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{}] },
      { podSelector: {}, policyTypes: ['Ingress'] },
      { podSelector: selector, policyTypes: ['Ingress', 'Egress'] },
    ]) {
      const attempt = object(ref.apiVersion, ref.kind, ref.name, { spec })
      const error = await refusal(preparer.apply(attempt, { ...force, manager: 'escape' }))
      byEither(error, 'preparerObjects', 'denies everything', 'network-narrow')
    }
    const live = await preparer.get(ref)
    const error = await refusal(
      preparer.remove(ref, { uid: live?.metadata.uid ?? '' }, 'Background'),
    )
    byGuard(error, 'preparerObjects', 'only network policies and monitors of a deployment')
  })

  test('makes no account but the deployer, and gives that one no mounted token', async () => {
    const other = await refusal(preparer.apply(object('v1', 'ServiceAccount', 'escape')))
    byGuard(other, 'preparerObjects', 'no account but kade-deployer')
    const mounted = object('v1', 'ServiceAccount', 'kade-deployer', {
      automountServiceAccountToken: true,
    })
    byGuard(await refusal(preparer.apply(mounted, force)), 'preparerObjects', 'mounts no token')
  })

  test('runs nothing and reads no Secret', async () => {
    byRbac(await refusal(preparer.apply(object('v1', 'Pod', 'escape', { spec: podSpec }))))
    byRbac(await refusal(preparer.list('v1', 'Secret', { namespace: 'quay' })))
  })

  test('becomes nobody', async () => {
    byRbac(await refusal(preparer.as(deployerUser('quay')).list('v1', 'Secret')))
  })
})

describe('nobody', () => {
  test('runs a pod as kade-deployer, not even an administrator', async () => {
    const restricted = {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'a',
          image: 'a:1',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    }
    for (const name of ['serviceAccountName', 'serviceAccount']) {
      const spec = { ...restricted, [name]: 'kade-deployer' }
      const error = await refusal(admin.apply(object('v1', 'Pod', 'escape', { spec })))
      byGuard(error, 'noDeployerPods', 'no pod runs as kade-deployer')
    }
  })

  test('writes a workload whose pods would run as kade-deployer', async () => {
    const job = { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } }
    for (const attempt of [
      object('apps/v1', 'Deployment', 'escape', { spec: { selector, template } }),
      object('apps/v1', 'StatefulSet', 'escape', {
        spec: { selector, template, serviceName: 'a' },
      }),
      object('apps/v1', 'DaemonSet', 'escape', { spec: { selector, template } }),
      object('apps/v1', 'ReplicaSet', 'escape', { spec: { selector, template } }),
      object('v1', 'ReplicationController', 'escape', { spec: { selector: { a: 'b' }, template } }),
      object('v1', 'PodTemplate', 'escape', { template }),
      object('batch/v1', 'Job', 'escape', job),
      object('batch/v1', 'CronJob', 'escape', {
        spec: { schedule: '@daily', jobTemplate: job },
      }),
    ]) {
      byGuard(await refusal(admin.apply(attempt)), 'noDeployerPods', 'no pod runs as')
    }
    const own = object('apps/v1', 'Deployment', 'escape', { spec: { selector, template } })
    byGuard(await refusal(deployer.apply(own)), 'noDeployerPods', 'no pod runs as')
  })

  test('gets a token of kade-deployer by asking for one', async () => {
    const path = '/api/v1/namespaces/quay/serviceaccounts/kade-deployer/token'
    const error = await refusal(admin.request('POST', path, { body: tokenRequest }))
    byGuard(error, 'noDeployerTokens', 'nobody gets a token')
    byRbac(await refusal(deployer.request('POST', path, { body: tokenRequest })))
    byRbac(await refusal(preparer.request('POST', path, { body: tokenRequest })))
  })

  test('gets a token of kade-deployer, or of any account of the namespace, in a Secret', async () => {
    for (const account of ['kade-deployer', 'default']) {
      const error = await refusal(
        deployer.apply({
          apiVersion: 'v1',
          kind: 'Secret',
          type: 'kubernetes.io/service-account-token',
          metadata: {
            name: 'escape',
            namespace: 'quay',
            annotations: { 'kubernetes.io/service-account.name': account },
          },
        }),
      )
      byGuard(error, 'noDeployerTokens', 'no Secret holds a token')
    }
  })

  test('of Kade’s identities touches the guard policies or the roles', async () => {
    for (const hand of [worker, preparer, observer, deployer]) {
      for (const [apiVersion, kind, name] of [
        [
          'admissionregistration.k8s.io/v1',
          'ValidatingAdmissionPolicy',
          guardNames.preparerObjects,
        ],
        ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'escape'],
        ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'escape'],
        [rbac, 'ClusterRole', 'kade:tenant'],
        [rbac, 'ClusterRoleBinding', 'kade:preparer'],
      ] as const) {
        const ref = { apiVersion, kind, name }
        byRbac(await refusal(hand.apply({ apiVersion, kind, metadata: { name } })))
        byRbac(await refusal(hand.remove(ref, { uid: 'any' }, 'Background')))
      }
    }
  })
})

describe('the deployer', () => {
  test('deploys in its own namespace', async () => {
    const made = await deployer.apply(object('v1', 'ConfigMap', 'mine', { data: { a: 'b' } }))
    expect(made.metadata.uid).toBeTruthy()
  })

  test('leaves its namespace in no direction', async () => {
    for (const namespace of ['neighbour', 'default', 'kube-system', 'kade-system']) {
      byRbac(await refusal(deployer.apply(object('v1', 'ConfigMap', 'escape', {}, namespace))))
      byRbac(await refusal(deployer.list('v1', 'Secret', { namespace })))
    }
    byRbac(await refusal(deployer.list('v1', 'Node')))
  })

  test('changes neither network policies, quotas, limits nor roles (X3 X5 X6 X7)', async () => {
    for (const attempt of [
      object('networking.k8s.io/v1', 'NetworkPolicy', 'escape', { spec: { podSelector: {} } }),
      object('v1', 'ResourceQuota', 'kade', { spec: { hard: { pods: '9999' } } }),
      object('v1', 'LimitRange', 'kade', { spec: { limits: [] } }),
      object(rbac, 'Role', 'escape', { rules: [] }),
      binding('quay', 'kade:tenant', { name: 'default', namespace: 'quay' }),
    ]) {
      byRbac(await refusal(deployer.apply(attempt, force)))
    }
  })

  test('changes its namespace in nothing', async () => {
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'quay' }
    byRbac(await refusal(deployer.patch(ref, [{ op: 'remove', path: '/metadata/labels' }])))
  })

  test('neither changes nor deletes its own account', async () => {
    const mounted = object('v1', 'ServiceAccount', 'kade-deployer', {
      automountServiceAccountToken: true,
    })
    byGuard(await refusal(deployer.apply(mounted, force)), 'deployerLimits', 'change itself')
    const ref = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      namespace: 'quay',
      name: 'kade-deployer',
    }
    const live = await deployer.get(ref)
    const error = await refusal(
      deployer.remove(ref, { uid: live?.metadata.uid ?? '' }, 'Background'),
    )
    byGuard(error, 'deployerLimits', 'change itself')
  })

  test('makes no Service that takes addresses or points out of the cluster (X3)', async () => {
    const ports = [{ port: 80, protocol: 'TCP' }]
    for (const spec of [
      { ports, externalIPs: ['192.0.2.1'] },
      { type: 'ExternalName', externalName: 'secrets.neighbour.svc' },
    ]) {
      const error = await refusal(deployer.apply(object('v1', 'Service', 'escape', { spec })))
      byEither(error, 'deployerLimits', 'a Service neither', 'network-declared')
    }
    for (const type of ['NodePort', 'LoadBalancer']) {
      const spec = { type, ports, selector: { a: 'b' } }
      const error = await refusal(deployer.apply(object('v1', 'Service', 'escape', { spec })))
      expect(error.message).toMatch(/exceeded quota|Kade policy network-declared\//)
    }
  })
})

describe('the revision fence', () => {
  const at = (revision: string | null, name = 'fenced'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'quay',
      ...(revision !== null && { annotations: { [annotation.revision]: revision } }),
    },
    data: { revision: revision ?? 'none' },
  })

  test('lets revisions 3 and 4 pass, and then refuses 3', async () => {
    await deployer.apply(at('3'))
    await deployer.apply(at('4'))
    await deployer.apply(at('4'))
    byGuard(await refusal(deployer.apply(at('3'), force)), 'revisionFence', 'newer revision')
  })

  test('compares numbers, not letters', async () => {
    await deployer.apply(at('9', 'counted'))
    await deployer.apply(at('10', 'counted'))
    byGuard(await refusal(deployer.apply(at('9', 'counted'))), 'revisionFence', 'newer revision')
  })

  test('is not passed by leaving the revision out or by garbling it', async () => {
    await deployer.apply(at('5', 'garbled'))
    for (const attempt of [null, 'five', '-1', '']) {
      const error = await refusal(deployer.apply(at(attempt, 'garbled'), force))
      byGuard(error, 'revisionFence', 'newer revision')
    }
  })

  test('holds for the network policies that the preparer applies', async () => {
    const policy = (revision: string): KubernetesObject => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: {
        name: 'app',
        namespace: 'quay',
        labels: { [label.deployment]: 'd1' },
        annotations: { [annotation.revision]: revision },
      },
      spec: { podSelector: selector, policyTypes: ['Ingress'] },
    })
    await preparer.apply(policy('2'))
    byGuard(await refusal(preparer.apply(policy('1'), force)), 'revisionFence', 'newer revision')
    const live = await preparer.apply(policy('3'))
    const ref = { apiVersion: live.apiVersion, kind: live.kind, namespace: 'quay', name: 'app' }
    await preparer.remove(ref, live.metadata, 'Background')
    expect(await preparer.get(ref)).toBeNull()
  })
})

describe('the owner fence', () => {
  const operation = '7a0b3b0e-0f2c-4f0e-9d3c-2f1f6f0a9c11'
  const other = '7a0b3b0e-0f2c-4f0e-9d3c-2f1f6f0a9c12'
  /** The deployer takes an object as `d1`; `said` are its annotations, of the operation that does so among them. */
  const take = (name: string, said: Record<string, string>): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'quay',
      labels: { [label.deployment]: 'd1' },
      annotations: { [annotation.operation]: operation, ...said },
    },
  })
  const consent = { [annotation.consent]: operation }
  const theirs = (name: string, metadata: object = {}) =>
    admin.apply(
      {
        ...object('v1', 'ConfigMap', name),
        metadata: { name, namespace: 'quay', ...metadata },
      },
      { manager: 'somebody' },
    )

  test('puts no owner on what exists without one, unless the operation says it was consented', async () => {
    await theirs('found')
    for (const said of [
      {},
      { [annotation.consent]: '' },
      { [annotation.consent]: 'yes' },
      { [annotation.consent]: other },
      { [annotation.consent]: '', [annotation.operation]: '' },
    ] as Record<string, string>[]) {
      const error = await refusal(deployer.apply(take('found', said), force))
      byGuard(error, 'ownerFence', 'not of this deployment')
    }
    const taken = await deployer.apply(take('found', consent), force)
    expect(taken.metadata.labels).toMatchObject({ [label.deployment]: 'd1' })
  })

  test('lets go of what its module wants kept, and of nothing else', async () => {
    const owned = (name: string, action: string): KubernetesObject => ({
      ...object('v1', 'ConfigMap', name),
      metadata: {
        name,
        namespace: 'quay',
        labels: { [label.deployment]: 'd1' },
        annotations: { [annotation.action]: action },
      },
    })
    const letGo = (name: string) =>
      deployer.patch({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'quay', name }, [
        { op: 'replace', path: '/metadata/labels', value: { [label.data]: 'keep' } },
      ])
    await deployer.apply(owned('lasting', 'no-wait, keep'))
    expect((await letGo('lasting')).metadata.labels).toEqual({ [label.data]: 'keep' })
    await deployer.apply(owned('passing', 'no-wait,keeper'))
    byGuard(await refusal(letGo('passing')), 'ownerFence', 'not of this deployment')
  })

  test('takes no consent that stands on the object already', async () => {
    await theirs('spent', { annotations: consent })
    const error = await refusal(deployer.apply(take('spent', consent), force))
    byGuard(error, 'ownerFence', 'not of this deployment')
  })

  test('lets nobody take what another deployment, another set or a controller owns, with consent or without', async () => {
    const owner = await theirs('owner')
    const { uid } = owner.metadata
    await theirs('of-deployment', { labels: { [label.deployment]: 'd2' } })
    await theirs('of-set', { labels: { 'applyset.k8s.io/part-of': 'applyset-x-v1' } })
    await theirs('of-controller', {
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }],
    })
    for (const name of ['of-deployment', 'of-set', 'of-controller'])
      for (const said of [{}, consent]) {
        const error = await refusal(deployer.apply(take(name, said), force))
        byGuard(error, 'ownerFence', 'not of this deployment')
      }
  })
})

describe('the observer', () => {
  test('reads what status needs, over all namespaces', async () => {
    for (const [apiVersion, kind] of [
      ['apps/v1', 'Deployment'],
      ['v1', 'Pod'],
      ['v1', 'ConfigMap'],
      ['v1', 'Namespace'],
    ] as const) {
      expect(await observer.list(apiVersion, kind)).toBeTruthy()
    }
  })

  test('reads no Secret, anywhere, by any way', async () => {
    byRbac(await refusal(observer.list('v1', 'Secret')))
    byRbac(await refusal(observer.list('v1', 'Secret', { metadataOnly: true })))
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'quay', name: 'any' }
    byRbac(await refusal(observer.get(ref)))
    const watching = observer.watch('v1', 'Secret', { resourceVersion: '0' })
    byRbac(await refusal(watching[Symbol.asyncIterator]().next()))
  })

  test('writes nothing and becomes nobody', async () => {
    byRbac(await refusal(observer.apply(object('v1', 'ConfigMap', 'escape'))))
    byRbac(await refusal(observer.as(deployerUser('quay')).list('v1', 'Secret')))
  })
})

test('Pod Security refuses a privileged pod in a prepared namespace, whoever asks', async () => {
  const spec = { containers: [{ name: 'a', image: 'a:1', securityContext: { privileged: true } }] }
  const error = await refusal(admin.apply(object('v1', 'Pod', 'escape', { spec })))
  expect(error.message).toContain('violates PodSecurity "restricted:v1.36"')
})
