import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import { componentProcesses } from '#platform/adapters/kubernetes/embedded/component-processes.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { startTestCluster, type TestCluster } from '#tests/support/control-plane.ts'
import {
  ask,
  deployed,
  ended,
  ownedObjects,
  preparedNamespace,
  problemOf,
  succeeded,
  until,
} from '#tests/support/deployments.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { type PlayedFailure, playedBy, podStages } from '#tests/support/pod-stages.ts'

/** Seconds; the least that leaves pods their time to be called failed. */
const deadline = 30

let cluster: TestCluster
let kade: RunningKade
let admin: KubeApi

beforeAll(async () => {
  cluster = await startTestCluster('amsterdam', { stages: podStages })
  const connection = { kubeconfig: cluster.kubeconfigPath }
  admin = await createKubeApi({ cluster: 'amsterdam', connection })
  const env = {
    KADE_KUBECONFIG: cluster.kubeconfigPath,
    KADE_YES: '1',
    KADE_OPERATION_DEADLINE: String(deadline),
  }
  kade = await startKade({ clusters: [], env })
  await preparedNamespace(kade, 'storm', 'prod')
  await preparedNamespace(kade, 'small')
  await preparedNamespace(kade, 'sunk')
})

afterAll(async () => {
  await kade?.stop()
  await admin?.close()
  await cluster?.stop()
  if (kade) await removeHome(kade.home)
})

type Wish = Pick<CreateDeployment, 'name'> & Partial<CreateDeployment>

function wished(wish: Wish) {
  return { app: 'qdrant', namespace: 'storm', ...wish }
}

function playing(failure: PlayedFailure): Pick<CreateDeployment, 'resources'> {
  return { resources: { requests: { memory: playedBy[failure] } } }
}

function cpu(amount: string): Pick<CreateDeployment, 'resources'> {
  return { resources: { requests: { cpu: amount }, limits: { cpu: amount } } }
}

function at(name: string, namespace = 'storm') {
  return { params: { namespace, name } }
}

/** Fails unless the operation ended in this cause, before its deadline, in words and with a next step in both languages. */
async function failed(operation: OperationOfDeployment, code: string) {
  const end = await ended(kade, operation)
  expect(end).toMatchObject({ state: 'failed', cause: { code } })
  for (const text of [end.cause?.message, end.next]) {
    expect(text?.en).toMatch(/^[A-Z].+/)
    expect(text?.nl).toMatch(/^[A-Z].+/)
    expect(text?.nl).not.toBe(text?.en)
  }
  // The watchdog looks every two seconds.
  const late = Date.parse(end.endedAt ?? '') - Date.parse(end.deadline)
  expect(late, 'milliseconds after its deadline').toBeLessThan(4_000)
  return { ...end, beforeItsDeadline: late < 0 }
}

async function fails(wish: Wish, code: string) {
  return failed(await ask(kade, wished(wish)), code)
}

describe.concurrent('a deployment whose pods do not serve ends with what they say', () => {
  it('when the image cannot be fetched', async () => {
    const end = await fails({ name: 'pull', ...playing('image-pull-failure') }, 'image-pull-failed')
    expect(end.beforeItsDeadline).toBe(true)
    expect(end.cause).toMatchObject({ object: 'Deployment/pull' })
    expect(end.cause?.message.en).toContain('qdrant')
    expect(await kade.client.readDeployment(at('pull'))).toMatchObject({
      desired: { revision: 1 },
      applied: { revision: 1 },
      health: { state: 'degraded', reason: { nl: expect.stringContaining('ImagePullBackOff') } },
      operation: { id: end.id, state: 'failed', cause: { code: 'image-pull-failed' } },
    })
  })

  it('when it starts and stops again and again', async () => {
    const end = await fails({ name: 'crash', ...playing('crash-loop') }, 'crash-loop')
    expect(end.beforeItsDeadline).toBe(true)
    expect(end.next?.en).toMatch(/logs/)
  })

  it('when it never becomes ready, at its deadline', async () => {
    await fails({ name: 'slow', ...playing('never-ready') }, 'not-ready-in-time')
    expect(await kade.client.readDeployment(at('slow'))).toMatchObject({
      applied: { revision: 1 },
      health: { state: 'progressing' },
      operation: { state: 'failed' },
    })
  })

  it('when no node has room for what its namespace allows', async () => {
    await admin.patch({ apiVersion: 'v1', kind: 'Node', name: 'amsterdam-gpu-1' }, [
      { op: 'add', path: '/spec/unschedulable', value: true },
    ])
    const end = await fails({ name: 'huge', ...cpu('40') }, 'unschedulable')
    expect(end.beforeItsDeadline).toBe(true)
    expect(end.cause?.message.nl).toMatch(/Insufficient cpu/)
  })

  it('before it begins, when its namespace has used up its quota', async () => {
    const namespace = 'small'
    await deployed(kade, wished({ name: 'first', namespace, ...cpu('10') }))
    const second = ask(kade, wished({ name: 'second', namespace, ...cpu('10') }))
    await expect(second).rejects.toMatchObject({ problem: { code: 'quota-exceeded' } })
    expect(await kade.client.readDeployment(at('first', namespace))).toMatchObject({
      health: { state: 'healthy' },
    })
  })

  it('when an update crashes, and the pods that served go on serving', async () => {
    const name = 'steady'
    await deployed(kade, wished({ name, app: 'litellm' }))
    const body = { settings: {}, ...playing('crash-loop') }
    const update = await kade.client.updateDeployment({ ...at(name), body })
    const end = await failed(update, 'crash-loop')
    expect(end.next?.en).toMatch(/revision 1/i)
    // It never served and holds no data, so Kade goes back by itself.
    const back = await until(async () => {
      const { operation } = await kade.client.readDeployment(at(name))
      expect(operation).toMatchObject({ kind: 'rollback', via: 'platform' })
      return operation
    })
    await succeeded(kade, back)
    const { items } = await kade.client.readTimeline(at(name))
    expect(items.map(one => one.event)).toContain('DeploymentRolledBack')
    expect(await kade.client.readDeployment(at(name))).toMatchObject({
      revision: 3,
      applied: { revision: 3 },
      health: { state: 'healthy' },
    })
  })

  it('when what prepares an update cannot run, and what served is left as it was', async () => {
    const name = 'prepared'
    await deployed(kade, wished({ name: 'store', app: 'pgvector-postgres' }))
    const bindings = { database: 'storm/store' }
    await deployed(kade, wished({ name, app: 'litellm', bindings }))
    const began = (await kade.client.readTimeline(at(name))).items.map(one => one.event)
    expect(began.filter(event => event === 'PhaseStarted')).toHaveLength(1)
    const body = { settings: {}, bindings, ...playing('image-pull-failure') }
    const end = await failed(
      await kade.client.updateDeployment({ ...at(name), body }),
      'image-pull-failed',
    )
    expect(end).toMatchObject({ beforeItsDeadline: true, cause: { object: `Job/${name}-migrate` } })
    const { items } = await kade.client.listObjects(at(name))
    expect(items.find(one => one.kind === 'Job')).toMatchObject({
      state: 'InProgress',
      message: { en: expect.stringContaining('ImagePullBackOff') },
    })
    expect(await kade.client.readDeployment(at(name))).toMatchObject({
      applied: { revision: 1 },
      health: { state: 'healthy' },
      drift: false,
    })
    const repaired = { settings: {}, bindings }
    await succeeded(kade, await kade.client.updateDeployment({ ...at(name), body: repaired }))
    const { id, operation, revision, health } = await kade.client.readDeployment(at(name))
    // By a person, and not by Kade itself: there was nothing to go back from.
    expect({ revision, health: health.state, via: operation?.via }).toEqual({
      revision: 3,
      health: 'healthy',
      via: 'api',
    })
    await succeeded(kade, await kade.client.deleteDeployment(at(name)))
    expect(await ownedObjects(admin, 'storm', id)).toEqual([])
  })

  it('when an update of what holds data crashes, until somebody goes back', async () => {
    const name = 'careful'
    const first = await deployed(kade, wished({ name }))
    const broken = { settings: { logLevel: 'WARN' }, ...playing('image-pull-failure') }
    await failed(
      await kade.client.updateDeployment({ ...at(name), body: broken }),
      'image-pull-failed',
    )
    expect(await kade.client.readDeployment(at(name))).toMatchObject({
      revision: 2,
      desired: { revision: 2 },
      applied: { revision: 2 },
      operation: { kind: 'update', state: 'failed' },
    })
    const body = { revision: 1, configuration: 'now' } as const
    await succeeded(kade, await kade.client.rollbackDeployment({ ...at(name), body }))
    expect(await kade.client.readDeployment(at(name))).toMatchObject({
      id: first.id,
      revision: 3,
      health: { state: 'healthy' },
    })
  })
})

describe.concurrent('a deployment that the cluster does not take ends at once', () => {
  it('when its namespace is gone from the cluster', async () => {
    const live = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: 'sunk' })
    const { uid = '' } = live?.metadata ?? {}
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'sunk' }
    await admin.remove(ref, { uid }, 'Background')
    await until(async () => expect(await admin.get(ref)).toBeNull())
    const end = await fails({ name: 'lost', namespace: 'sunk' }, 'namespace-missing')
    expect(end.beforeItsDeadline).toBe(true)
    expect(await kade.client.readDeployment(at('lost', 'sunk'))).toMatchObject({
      desired: { revision: 1 },
      applied: null,
      health: { state: 'missing' },
    })
  })

  it('when an object that a controller made bears its name, which stays as it is', async () => {
    const owner = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'o', namespace: 'storm' },
    }
    const { uid } = (await admin.apply(owner)).metadata
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid }]
    const ports = [{ port: 80, protocol: 'TCP' }]
    const mine = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'taken', namespace: 'storm', ownerReferences },
    }
    await admin.apply({ ...mine, spec: { ports } })
    const end = await fails({ name: 'taken' }, 'foreign-object')
    expect(end.beforeItsDeadline).toBe(true)
    const live = await admin.get({ ...mine, name: 'taken', namespace: 'storm' })
    expect(live?.metadata.labels ?? {}).not.toHaveProperty(['kade.dev/deployment'])
  })
})

describe('what is refused at the door changes nothing', () => {
  it('a namespace that nobody prepared', async () => {
    const problem = await problemOf(ask(kade, wished({ name: 'x', namespace: 'nowhere' })))
    expect(problem).toMatchObject({
      code: 'namespace-unknown',
      status: 422,
      violations: [{ pointer: '/namespace' }],
      next: expect.stringContaining('Create it'),
    })
  })

  it('a name that is taken', async () => {
    await ask(kade, wished({ name: 'mine' })).then(operation => succeeded(kade, operation))
    const problem = await problemOf(ask(kade, wished({ name: 'mine' })))
    expect(problem).toMatchObject({ code: 'name-taken', violations: [{ pointer: '/name' }] })
    expect(await kade.client.readDeployment(at('mine'))).toMatchObject({ revision: 1 })
  })

  it('a wish that a policy denies, with why and the fix', async () => {
    const problem = await problemOf(ask(kade, wished({ name: 'denied', ...cpu('400') })))
    expect(problem).toMatchObject({ code: 'policy-denied', status: 422 })
    const [finding] = problem.findings ?? []
    expect(finding?.why.nl).toBeTruthy()
    expect(finding?.fix).toBeTruthy()
    expect(await problemOf(kade.client.readDeployment(at('denied')))).toMatchObject({
      code: 'not-found',
    })
  })
})

describe('a cluster that does not answer', () => {
  const paused: number[] = []

  afterAll(() => {
    for (const pid of paused) process.kill(pid, 'SIGCONT')
  })

  it('is said to be unreachable, and what runs there to be unknown since then', async () => {
    const processes = await componentProcesses(path.dirname(cluster.kubeconfigPath))
    const server = processes.find(one => one.name === 'kube-apiserver')
    if (!server) throw new Error('The API server is not there.')
    await deployed(kade, wished({ name: 'adrift' }))
    const since = Date.now()
    process.kill(server.pid, 'SIGSTOP')
    paused.push(server.pid)
    const asked = await ask(kade, wished({ name: 'hopeful' }))
    const seen = await until(async () => {
      const deployment = await kade.client.readDeployment(at('adrift'))
      expect(deployment.health.state).toBe('unknown')
      return deployment
    })
    expect(Math.abs(Date.parse(seen.health.since) - since)).toBeLessThan(15_000)
    expect(seen).toMatchObject({ applied: { revision: 1 }, operation: { state: 'succeeded' } })
    expect(await problemOf(kade.client.listObjects(at('adrift')))).toMatchObject({
      code: 'cluster-unreachable',
      status: 503,
    })
    const body = { ...wished({ name: 'later' }), settings: {} }
    const preview = await kade.client.previewDeployment({ body })
    expect(preview).toMatchObject({ allowed: false, checked: 'offline' })
    expect(preview.placement).toMatchObject([{ chosen: false, code: 'unknown' }])
    expect(preview.reason).toBeTruthy()
    await failed(asked, 'cluster-unreachable')
    expect(await kade.client.readDeployment(at('hopeful'))).toMatchObject({
      desired: { revision: 1 },
      applied: null,
      operation: { state: 'failed' },
    })
    const { items } = await kade.client.listClusters({})
    expect(items).toMatchObject([{ state: 'unreachable' }])
  })

  it('recovers by itself when it answers again, and takes the work that is asked for anew', async () => {
    for (const pid of paused.splice(0)) process.kill(pid, 'SIGCONT')
    await until(async () => {
      expect((await kade.client.readDeployment(at('adrift'))).health.state).toBe('healthy')
      expect((await kade.client.listClusters({})).items).toMatchObject([{ state: 'ready' }])
    })
    const { operation } = await kade.client.readDeployment(at('hopeful'))
    const again = await kade.client.retryOperation({ params: { operation: operation.id } })
    await succeeded(kade, again)
    expect(await kade.client.readDeployment(at('hopeful'))).toMatchObject({
      revision: 2,
      applied: { revision: 2 },
      health: { state: 'healthy' },
    })
  })
})
