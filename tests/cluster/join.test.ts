import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openCluster } from '#platform/adapters/kubernetes/cluster.ts'
import { endpointOf } from '#platform/adapters/kubernetes/connection.ts'
import { guardNames } from '#platform/adapters/kubernetes/guards.ts'
import {
  type ClusterIdentities,
  loadIdentities,
  saveIdentities,
} from '#platform/adapters/kubernetes/identities.ts'
import { joinCluster, previewJoin } from '#platform/adapters/kubernetes/join.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { prepareNamespace } from '#platform/adapters/kubernetes/namespace.ts'
import { requestToken } from '#platform/adapters/kubernetes/token.ts'
import { admissionObjects } from '#platform/adapters/policy/admission.ts'
import {
  type JoinedCluster,
  namespaceSpec,
  refusal,
  startJoinedCluster,
} from '../support/joined-cluster.ts'

let cluster: JoinedCluster
const policies = await admissionObjects()
let preview: Awaited<ReturnType<typeof previewJoin>>
/** The namespace of Kade in the cluster between the preview and the first join. */
let afterPreview: LiveObject | null

beforeAll(async () => {
  const beforeJoin = async (admin: KubeApi) => {
    preview = await previewJoin(admin, policies)
    afterPreview = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kade-system' })
  }
  cluster = await startJoinedCluster('amsterdam', { beforeJoin })
})

afterAll(async () => await cluster?.stop())

const join = async () =>
  await joinCluster({
    admin: cluster.admin,
    cluster: 'amsterdam',
    endpoint: await endpointOf({ kubeconfig: cluster.kubeconfigPath }),
    policies,
  })

test('before the first join, the preview names every object that will be made', () => {
  expect(new Set(preview.map(({ change }) => change))).toEqual(new Set(['create']))
  expect(preview.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    expect.arrayContaining([
      'Namespace kade-system',
      'ServiceAccount kade-preparer',
      'ClusterRole kade:tenant',
      `ValidatingAdmissionPolicy ${guardNames.preparerObjects}`,
      'ValidatingAdmissionPolicy kade-policy-network-narrow',
    ]),
  )
  expect(afterPreview).toBeNull()
})

test('a second join changes nothing', async () => {
  const versions = async () => {
    const { admin } = cluster
    const preview = await previewJoin(admin, policies)
    expect(preview.filter(({ change }) => change !== 'none')).toEqual([])
    const seen: [string, string][] = []
    for (const [apiVersion, kind] of [
      ['v1', 'ServiceAccount'],
      ['v1', 'ConfigMap'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
      ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
      ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding'],
    ] as const) {
      const { items } = await admin.list(apiVersion, kind)
      for (const { metadata } of items.filter(isKades)) {
        seen.push([`${kind} ${metadata.name}`, metadata.resourceVersion])
      }
    }
    return seen
  }
  const isKades = ({ metadata }: LiveObject) =>
    metadata.name.startsWith('kade') && metadata.name !== 'kade-default-deny'
  const before = await versions()
  expect(before.length).toBeGreaterThan(15)
  await join()
  expect(await versions()).toEqual(before)
})

test('a second join mends a guard that somebody weakened', async () => {
  const ref = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    name: guardNames.preparerObjects,
  }
  await cluster.admin.patch(ref, [{ op: 'replace', path: '/spec/failurePolicy', value: 'Ignore' }])
  const changed = (await previewJoin(cluster.admin, policies)).filter(
    ({ change }) => change !== 'none',
  )
  expect(changed).toEqual([{ kind: ref.kind, name: ref.name, change: 'update' }])
  await join()
  expect(await cluster.admin.get(ref)).toMatchObject({ spec: { failurePolicy: 'Fail' } })
})

describe('the rights of', () => {
  /** One line per rule: verbs, group/resource, names; as the API server itself sums them up. */
  const rights = async (api: KubeApi, namespace: string) => {
    const { status } = await api.request<{
      status: {
        incomplete: boolean
        resourceRules: {
          verbs: string[]
          apiGroups: string[]
          resources: string[]
          resourceNames?: string[]
        }[]
      }
    }>('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: { namespace },
      },
    })
    expect(status.incomplete).toBe(false)
    return status.resourceRules
      .map(({ verbs, apiGroups, resources, resourceNames }) =>
        [verbs.join(','), `${apiGroups.join(',')}/${resources.join(',')}`, ...(resourceNames ?? [])]
          .join(' ')
          .trim(),
      )
      .toSorted()
  }

  beforeAll(async () => {
    const { preparer, deployer } = cluster.open
    await prepareNamespace(preparer, namespaceSpec('quay'), deployer('quay'))
  })

  test('the worker are to renew itself and to become the deployer of prepared namespaces', async () => {
    const { worker } = cluster.open
    expect(await rights(worker, 'default')).toMatchInlineSnapshot(`
      [
        "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectaccessreviews,selfsubjectrulesreviews",
      ]
    `)
    expect(await rights(worker, 'kade-system')).toMatchInlineSnapshot(`
      [
        "create /serviceaccounts/token kade-worker",
        "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectaccessreviews,selfsubjectrulesreviews",
      ]
    `)
    expect(await rights(worker, 'quay')).toMatchInlineSnapshot(`
      [
        "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectaccessreviews,selfsubjectrulesreviews",
        "impersonate /serviceaccounts kade-deployer",
      ]
    `)
  })

  test('the preparer are namespaces and what closes them', async () => {
    expect(await rights(cluster.open.preparer, 'quay')).toMatchInlineSnapshot(`
      [
        "bind rbac.authorization.k8s.io/clusterroles kade:tenant kade:impersonate-deployer",
        "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectaccessreviews,selfsubjectrulesreviews",
        "get,list,create,patch /limitranges,resourcequotas,serviceaccounts",
        "get,list,create,patch rbac.authorization.k8s.io/rolebindings",
        "get,list,watch,create,patch /namespaces",
        "get,list,watch,create,patch,delete monitoring.coreos.com/podmonitors,servicemonitors",
        "get,list,watch,create,patch,delete networking.k8s.io/networkpolicies",
      ]
    `)
    expect(await rights(cluster.open.preparer, 'kade-system')).toMatchInlineSnapshot(`
      [
        "bind rbac.authorization.k8s.io/clusterroles kade:tenant kade:impersonate-deployer",
        "create /serviceaccounts/token kade-preparer",
        "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectaccessreviews,selfsubjectrulesreviews",
        "get,list,create,patch /limitranges,resourcequotas,serviceaccounts",
        "get,list,create,patch rbac.authorization.k8s.io/rolebindings",
        "get,list,watch,create,patch /namespaces",
        "get,list,watch,create,patch,delete monitoring.coreos.com/podmonitors,servicemonitors",
        "get,list,watch,create,patch,delete networking.k8s.io/networkpolicies",
      ]
    `)
  })

  test('the observer are reading, without Secrets', async () => {
    expect(await rights(cluster.open.observer, 'quay')).toMatchInlineSnapshot(`
      [
        "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectaccessreviews,selfsubjectrulesreviews",
        "get /pods/log",
        "get,list metrics.k8s.io/nodes,pods",
        "get,list,watch /configmaps,events,limitranges,namespaces,nodes,persistentvolumeclaims,pods,resourcequotas,serviceaccounts,services",
        "get,list,watch apps/daemonsets,deployments,replicasets,statefulsets",
        "get,list,watch autoscaling/horizontalpodautoscalers",
        "get,list,watch batch/cronjobs,jobs",
        "get,list,watch discovery.k8s.io/endpointslices",
        "get,list,watch events.k8s.io/events",
        "get,list,watch gateway.networking.k8s.io/gateways,httproutes",
        "get,list,watch monitoring.coreos.com/podmonitors,servicemonitors",
        "get,list,watch networking.k8s.io/ingresses,networkpolicies",
        "get,list,watch policy/poddisruptionbudgets",
        "get,list,watch storage.k8s.io/storageclasses",
      ]
    `)
    expect(await rights(cluster.open.observer, 'kade-system')).toMatchInlineSnapshot(`
      [
        "create /serviceaccounts/token kade-observer",
        "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectaccessreviews,selfsubjectrulesreviews",
        "get /pods/log",
        "get,list metrics.k8s.io/nodes,pods",
        "get,list,watch /configmaps,events,limitranges,namespaces,nodes,persistentvolumeclaims,pods,resourcequotas,serviceaccounts,services",
        "get,list,watch apps/daemonsets,deployments,replicasets,statefulsets",
        "get,list,watch autoscaling/horizontalpodautoscalers",
        "get,list,watch batch/cronjobs,jobs",
        "get,list,watch discovery.k8s.io/endpointslices",
        "get,list,watch events.k8s.io/events",
        "get,list,watch gateway.networking.k8s.io/gateways,httproutes",
        "get,list,watch monitoring.coreos.com/podmonitors,servicemonitors",
        "get,list,watch networking.k8s.io/ingresses,networkpolicies",
        "get,list,watch policy/poddisruptionbudgets",
        "get,list,watch storage.k8s.io/storageclasses",
      ]
    `)
  })

  test('the deployer are the kinds of a deployment in its own namespace, and none elsewhere', async () => {
    const deployer = cluster.open.deployer('quay')
    expect(await rights(deployer, 'quay')).toMatchInlineSnapshot(`
      [
        "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectaccessreviews,selfsubjectrulesreviews",
        "create events.k8s.io/events",
        "get /pods/log",
        "get,list,watch /events,pods,resourcequotas",
        "get,list,watch apps/replicasets",
        "get,list,watch networking.k8s.io/networkpolicies",
        "get,list,watch,create,update,patch,delete /configmaps,persistentvolumeclaims,secrets,serviceaccounts,services",
        "get,list,watch,create,update,patch,delete apps/deployments,statefulsets",
        "get,list,watch,create,update,patch,delete autoscaling/horizontalpodautoscalers",
        "get,list,watch,create,update,patch,delete batch/cronjobs,jobs",
        "get,list,watch,create,update,patch,delete gateway.networking.k8s.io/httproutes",
        "get,list,watch,create,update,patch,delete networking.k8s.io/ingresses",
        "get,list,watch,create,update,patch,delete policy/poddisruptionbudgets",
      ]
    `)
    expect(await rights(deployer, 'kade-system')).toMatchInlineSnapshot(`
      [
        "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectaccessreviews,selfsubjectrulesreviews",
      ]
    `)
  })
})

describe('the identities', () => {
  const file = () => path.join(cluster.home, 'clusters', 'amsterdam', 'identities.json')

  test('are readable by their owner alone', async () => {
    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })

  test('live a month at most', async () => {
    const { tokens } = await loadIdentities(cluster.home, 'amsterdam')
    for (const { issuedAt, expiresAt } of Object.values(tokens)) {
      const days = (Date.parse(expiresAt) - Date.parse(issuedAt)) / 86_400_000
      expect(days).toBeGreaterThan(0)
      expect(days).toBeLessThan(30.01)
    }
  })

  test('renew themselves at half of their life, and nobody else', async () => {
    const { worker } = cluster.open
    expect(await requestToken(worker, 'kade-worker', 600)).toBeTruthy()
    expect((await refusal(requestToken(worker, 'kade-observer', 600))).code).toBe(403)

    const old = await loadIdentities(cluster.home, 'amsterdam')
    await saveIdentities(cluster.home, pastHalf(old))
    const opened = await openCluster({ home: cluster.home, name: 'amsterdam' })
    await vi.waitFor(
      async () => {
        const { tokens } = await loadIdentities(cluster.home, 'amsterdam')
        for (const identity of ['worker', 'preparer', 'observer'] as const) {
          expect(tokens[identity].token).not.toBe(old.tokens[identity].token)
        }
      },
      { timeout: 20_000 },
    )
    expect(await opened.observer.list('v1', 'Namespace')).toBeTruthy()
    await opened.close()
    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })

  test('that ran out are said to need a new join', async () => {
    const good = await loadIdentities(cluster.home, 'amsterdam')
    await saveIdentities(cluster.home, ranOut(good))
    await expect(openCluster({ home: cluster.home, name: 'amsterdam' })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringContaining('ran out on 2026-01-02'),
      details: { next: expect.stringContaining('Join the cluster again') },
    })
    await saveIdentities(cluster.home, good)
  })

  test('of a cluster that was never joined are said to be missing', async () => {
    await expect(openCluster({ home: cluster.home, name: 'warsaw' })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: 'Kade has no identity for cluster warsaw.',
    })
  })

  const pastHalf = (identities: ClusterIdentities) => aged(identities, '2020-01-01T00:00:00Z')
  const ranOut = (identities: ClusterIdentities) =>
    aged(identities, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')
  const aged = (identities: ClusterIdentities, issuedAt: string, expiresAt?: string) => {
    const of = (name: 'worker' | 'preparer' | 'observer') => ({
      ...identities.tokens[name],
      issuedAt,
      ...(expiresAt !== undefined && { expiresAt }),
    })
    return {
      ...identities,
      tokens: { worker: of('worker'), preparer: of('preparer'), observer: of('observer') },
    }
  }
})

test('a kubeconfig that does not verify the server is not joined', async () => {
  const text = await readFile(cluster.kubeconfigPath, 'utf8')
  const careless = text.replace(
    /certificate-authority(-data)?: \S+/,
    'insecure-skip-tls-verify: true',
  )
  expect(careless).not.toBe(text)
  await expect(endpointOf({ kubeconfig: careless })).rejects.toThrow('does not verify')
})
