import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation, label } from '#platform/labels.ts'
import {
  adminOf,
  deployed,
  ended,
  ownedObjects,
  preparedNamespace,
  problemOf,
  succeeded,
  until,
} from '#tests/support/deployments.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { signalApiServer } from '#tests/support/killed.ts'

/** Two real control planes, so it is no part of `npm test`, where a file holds one. */
const clusters = ['amsterdam', 'paris'] as const
type Cluster = (typeof clusters)[number]
const namespace = 'harbour'

let kade: RunningKade
let admins: Record<Cluster, KubeApi>

beforeAll(async () => {
  kade = await startKade({ clusters })
  admins = {
    amsterdam: await adminOf(kade.home, 'amsterdam'),
    paris: await adminOf(kade.home, 'paris'),
  }
  await preparedNamespace(kade, namespace)
})

afterAll(async () => {
  for (const admin of Object.values(admins ?? {})) await admin.close()
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

const at = (name: string) => ({ params: { namespace, name } })
const read = (name: string) => kade.client.readDeployment(at(name))
const owned = (cluster: Cluster, id: string) => ownedObjects(admins[cluster], namespace, id)
const titles = async (cluster: Cluster, id: string) =>
  (await owned(cluster, id)).map(one => `${one.kind}/${one.metadata.name}`).toSorted()

/** Replicas that the deployment's workload has there, and the revision that all of its objects carry. */
async function standing(cluster: Cluster, id: string) {
  const objects = await owned(cluster, id)
  const workload = objects.find(one => one.kind === 'Deployment')
  const spec = workload?.spec as { replicas?: number } | undefined
  const revisions = objects.map(one => Number(one.metadata.annotations?.[annotation.revision]))
  return { replicas: spec?.replicas, revisions: [...new Set(revisions)] }
}

async function move(name: string, to: string[], data?: 'leave'): Promise<OperationOfDeployment> {
  return kade.client.moveDeployment({ ...at(name), body: { to, ...(data && { data }) } })
}

describe('a deployment on two clusters', () => {
  const name = 'proxy'

  it('serves on both, each with its part of the replicas and the same objects', async () => {
    const placement = { clusters: 'all', replicas: 'divided' } as const
    const { id, health, placements } = await deployed(kade, {
      ...{ app: 'litellm', namespace, name, replicas: 3, placement },
    })
    expect(health.state).toBe('healthy')
    expect(placements.map(one => [one.cluster, one.health.state])).toEqual([
      ['amsterdam', 'healthy'],
      ['paris', 'healthy'],
    ])
    const [here, there] = [await standing('amsterdam', id), await standing('paris', id)]
    expect([here.revisions, there.revisions]).toEqual([[1], [1]])
    expect((here.replicas ?? 0) + (there.replicas ?? 0)).toBe(3)
    expect(await titles('amsterdam', id)).toEqual(await titles('paris', id))
    const objects = await kade.client.listObjects(at(name))
    expect(new Set(objects.items.map(one => one.cluster))).toEqual(new Set(clusters))
  })

  it('changes wave by wave, and waits for a person in between', async () => {
    const { id } = await read(name)
    const gate = { approval: true }
    const placement = {
      clusters: 'all' as const,
      replicas: 'divided' as const,
      gate,
      waves: [['paris']],
    }
    const update = await kade.client.updateDeployment({
      ...at(name),
      body: { settings: {}, env: { LOG_FORMAT: 'json' }, replicas: 3, placement },
    })
    await until(async () => {
      const params = { operation: update.id }
      expect(await kade.client.readOperation({ params })).toMatchObject({ step: 'held' })
    })
    expect((await standing('paris', id)).revisions).toEqual([2])
    expect((await standing('amsterdam', id)).revisions).toEqual([1])
    await kade.client.continueOperation({ params: { operation: update.id }, body: { wave: 1 } })
    await succeeded(kade, update)
    expect((await standing('amsterdam', id)).revisions).toEqual([2])
  })

  it('moves to one of them with all of its replicas, and nothing is left on the other', async () => {
    const { id } = await read(name)
    await succeeded(kade, await move(name, ['paris']))
    expect(await titles('amsterdam', id)).toEqual([])
    expect(await standing('paris', id)).toEqual({ replicas: 3, revisions: [3] })
    const { clusters: now, placements } = await read(name)
    expect([now, placements.map(one => one.cluster)]).toEqual([['paris'], ['paris']])
  })

  it('is deleted from where it is', async () => {
    const { id } = await read(name)
    await succeeded(
      kade,
      await kade.client.deleteDeployment({ ...at(name), query: { data: 'delete' } }),
    )
    for (const cluster of clusters) expect(await titles(cluster, id)).toEqual([])
  })
})

describe('a deployment with a volume', () => {
  const name = 'vectors'
  const claims = async (cluster: Cluster) =>
    (await admins[cluster].list('v1', 'PersistentVolumeClaim', { namespace })).items

  it('moves once it is agreed that its data stays behind, which is kept there', async () => {
    const { id } = await deployed(kade, { app: 'qdrant', namespace, name, cluster: 'amsterdam' })
    const [claim] = await claims('amsterdam')
    expect((await problemOf(move(name, ['paris']))).code).toBe('conflict')
    await succeeded(kade, await move(name, ['paris'], 'leave'))
    expect(await titles('amsterdam', id)).toEqual([])
    const [kept] = await claims('amsterdam')
    expect(kept?.metadata).toMatchObject({
      uid: claim?.metadata.uid,
      labels: { [label.data]: 'keep' },
    })
    expect(await claims('paris')).toHaveLength(1)
  })

  it('goes back to the data it left', async () => {
    const [kept] = await claims('amsterdam')
    const { id } = await read(name)
    await succeeded(kade, await move(name, ['amsterdam'], 'leave'))
    const [claim] = await claims('amsterdam')
    expect(claim?.metadata.uid).toBe(kept?.metadata.uid)
    expect(claim?.metadata.labels?.[label.deployment]).toBe(id)
    expect((await standing('amsterdam', id)).revisions).toEqual([3])
  })
})

it('is moved away from a cluster that is lost, and removed there when that is back', async () => {
  const name = 'refugee'
  const { id } = await deployed(kade, { app: 'litellm', namespace, name, cluster: 'amsterdam' })
  const kubeconfig = path.join(kade.home, 'clusters', 'amsterdam', 'kubeconfig.yaml')
  await signalApiServer(kubeconfig, 'SIGSTOP')
  try {
    await until(async () => expect((await read(name)).health.state).toBe('unknown'))
    await succeeded(kade, await move(name, ['paris']))
    const { health, placements } = await read(name)
    expect(health.state).toBe('healthy')
    expect(placements.map(one => [one.cluster, one.part])).toEqual([
      ['amsterdam', 'leaving'],
      ['paris', 'here'],
    ])
    expect((await standing('paris', id)).revisions).toEqual([2])
  } finally {
    await signalApiServer(kubeconfig, 'SIGCONT')
  }
  await until(async () => {
    expect((await read(name)).placements.map(one => one.cluster)).toEqual(['paris'])
  }, 120_000)
  expect(await titles('amsterdam', id)).toEqual([])
})

it('stays where it is when it fails where it was to go, and nothing is left there', async () => {
  const name = 'stay'
  const asked = { app: 'litellm', namespace, name, cluster: 'amsterdam' }
  // A cluster that was away is trusted again after a while only.
  await until(async () => {
    const body = { ...asked, settings: {} }
    expect((await kade.client.previewDeployment({ body })).violations).toEqual([])
  })
  const { id } = await deployed(kade, asked)
  for (const { metadata } of (await admins.paris.list('v1', 'Node')).items)
    await admins.paris.patch({ apiVersion: 'v1', kind: 'Node', name: metadata.name }, [
      { op: 'add', path: '/spec/unschedulable', value: true },
    ])
  const moving = await move(name, ['paris'])
  await until(async () => expect((await standing('paris', id)).revisions).toEqual([2]))
  await kade.client.cancelOperation({ params: { operation: moving.id } })
  expect(await ended(kade, moving)).toMatchObject({ state: 'cancelled' })
  await until(async () => expect(await titles('paris', id)).toEqual([]))
  const now = await read(name)
  expect(now).toMatchObject({ clusters: ['amsterdam'], health: { state: 'healthy' } })
  expect((await standing('amsterdam', id)).revisions).toEqual([1])
  // What it has from then on is applied where it is.
  await succeeded(kade, await kade.client.restartDeployment(at(name)))
  expect((await standing('amsterdam', id)).revisions).toEqual([3])
})
