import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import { podSecurity } from '#platform/adapters/kubernetes/identity-names.ts'
import { type KubeApi, KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import { baseQuestion, changed, readFixtures } from '#policies/fixtures.ts'
import { readPodSecurityFixtures } from '#policies/pod-security.ts'
import { startTestCluster, type TestCluster } from '../support/control-plane.ts'

/**
 * The policy `restricted-container` beside what it foretells: the API server's own Pod Security admission at level
 * `restricted`, pinned as in every namespace of Kade. What the policy lets through is admitted, and what it stops for a reason of that standard is refused.
 */
let cluster: TestCluster
let admin: KubeApi
const namespace = 'team-a'

beforeAll(async () => {
  cluster = await startTestCluster()
  admin = await createKubeApi({
    cluster: cluster.name,
    connection: { kubeconfig: cluster.kubeconfigPath },
  })
  const labels = podSecurity
  await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } })
  for (const name of ['default', 'notes', 'other', 'kade-deployer'])
    await admin.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
      { force: true },
    )
})
afterAll(async () => {
  await admin?.close()
  await cluster?.stop()
})

/** Stricter than the standard: Kade asks this of apps, Pod Security does not. */
const ownRules: readonly string[] = ['writable-root', 'token-mounted', 'service-account']

const base = await baseQuestion()
const fixtures = await readFixtures('restricted-container')
const workload = '/objects/5/spec/template/'
const ofThePod = <T extends { change: readonly { path: string }[] }>(fixture: T) =>
  fixture.change.every(({ path }) => path.startsWith(workload) || !path.startsWith('/objects/'))

/** The pod that the fixture's Deployment would make. */
function podOf(change: Parameters<typeof changed>[1]): KubernetesObject {
  const { objects } = changed(base, change)
  // The fixtures change this Deployment in place, so it still has one.
  const deployment = objects[5] as KubernetesObject & {
    spec: { template: { metadata: object; spec: object } }
  }
  const { template } = deployment.spec
  const metadata = { ...template.metadata, name: 'notes', namespace }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec }
}

async function refusalOf(pod: KubernetesObject): Promise<KubeError | null> {
  try {
    await admin.apply(pod, { dryRun: true })
    return null
  } catch (error) {
    if (error instanceof KubeError) return error
    throw error
  }
}

describe('the API server', () => {
  const passing = fixtures.pass.filter(ofThePod)
  it.each(passing)('admits what the policy lets through: $what', async ({ change }) => {
    expect((await refusalOf(podOf(change)))?.message).toBeUndefined()
  })

  const stopped = fixtures.fail.filter(ofThePod)
  const isOwn = ({ what, finds }: (typeof stopped)[number]) =>
    [what, ...Object.keys(finds)].some(name => ownRules.includes(name))
  it.each(stopped.filter(one => !isOwn(one)))(
    'refuses what the policy stops: $what',
    async ({ change }) => {
      expect((await refusalOf(podOf(change)))?.code).toBeGreaterThanOrEqual(400)
    },
  )

  it('gives the verdicts of its own fixtures, as the policy does (policies/pod-security.test.ts)', async () => {
    for (const { name, level, passes, pod } of await readPodSecurityFixtures()) {
      if (passes && level === 'baseline') continue
      // Their own names are no names of objects.
      const metadata = { ...pod.metadata, name: 'pod', namespace }
      const refused = await refusalOf({ ...pod, metadata })
      expect(refused === null, name).toBe(passes)
      // Before Pod Security is asked, the API server refuses an unmasked /proc of the host's users.
      if (refused) expect(refused.message, name).toMatch(/PodSecurity|`hostUsers` must be false/)
    }
  })

  it('would admit what only the policy stops', async () => {
    const own = stopped.filter(isOwn)
    expect(own.length).toBeGreaterThan(5)
    for (const { what, change } of own)
      expect((await refusalOf(podOf(change)))?.message, what).toBeUndefined()
  })
})
