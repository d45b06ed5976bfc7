import { describe, expect, it } from 'vitest'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import { annotation, label } from '#platform/labels.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import {
  accessTo,
  deployFailure,
  never,
  statefulApp,
  watchTower,
  workOf,
} from '#tests/support/engine-work.ts'

const namespace = 'harbour'
const ground = engineGround([namespace])

const kinds = [
  ['v1', 'Secret'],
  ['v1', 'ConfigMap'],
  ['v1', 'ServiceAccount'],
  ['v1', 'Service'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'Pod'],
  ['apps/v1', 'Deployment'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
] as const

/** `Kind/name` of all that bears the deployment's owner label, pods by their kind alone. */
async function owned(deployment: string): Promise<string[]> {
  const lists = await Promise.all(
    kinds.map(([apiVersion, kind]) =>
      ground.cluster.admin.list(apiVersion, kind, {
        namespace,
        labelSelector: `${label.deployment}=${deployment}`,
        metadataOnly: true,
      }),
    ),
  )
  return lists
    .flatMap(list => list.items)
    .map(one => (one.kind === 'Pod' ? 'Pod' : `${one.kind}/${one.metadata.name}`))
    .toSorted()
}

function read(kind: string, name: string, apiVersion = 'v1'): Promise<LiveObject | null> {
  return ground.cluster.admin.get({ apiVersion, kind, namespace, name })
}

async function install(name: string, options = {}) {
  const work = workOf({ namespace, name }, 1, options)
  const result = await ground.engine.apply(work, { 'api-key': 'sk-very-secret' }, never)
  await ground.tower.until(work.deployment, seen => seen.ready)
  return { work, result }
}

describe('the life of a deployment', () => {
  it('installs seven objects in few calls, sees them ready, and marks each of them', async () => {
    const { work, result } = await install('life')
    expect(result).toMatchObject({ created: 7, configured: 0, unchanged: 0 })
    // Parent looked for, written, and written once more when all is applied; kept claims looked for; and per object one look
    // whether somebody else's stands there, and one apply.
    expect(result.calls).toBeLessThanOrEqual(18)
    const seen = await ground.tower.until(work.deployment, one => one.ready)
    expect(seen).toMatchObject({ revision: 1, state: 'healthy', drift: [], name: 'life' })
    expect(seen.reason?.en).toContain('(simulated)')
    expect(seen.reason?.nl).toContain('(gesimuleerd)')
    const deployment = await read('Deployment', 'life', 'apps/v1')
    expect(deployment?.metadata.annotations).toMatchObject({
      [annotation.revision]: '1',
      [annotation.operation]: work.operation,
    })
    const secret = await read('Secret', 'life')
    expect(secret?.data).toEqual({ 'api-key': Buffer.from('sk-very-secret').toString('base64') })
    const parent = await read('ConfigMap', 'life-kade')
    expect(parent?.metadata.annotations?.['applyset.k8s.io/contains-group-kinds']).toBe(
      'ConfigMap,Deployment.apps,NetworkPolicy.networking.k8s.io,PersistentVolumeClaim,Secret,Service,ServiceAccount',
    )
    expect(JSON.stringify(parent)).not.toContain('very-secret')
  })

  it('changes nothing when the same revision is applied again', async () => {
    const { work } = await install('again')
    const before = await read('Deployment', 'again', 'apps/v1')
    const result = await ground.engine.apply(work, { 'api-key': 'sk-very-secret' }, never)
    expect(result).toMatchObject({ created: 0, configured: 0, unchanged: 7 })
    const after = await read('Deployment', 'again', 'apps/v1')
    expect(after?.metadata.generation).toBe(before?.metadata.generation)
    await expect(ground.engine.settle(work, never)).resolves.toEqual({ deleted: 0 })
  })

  it('updates what changed and carries the revision on every object', async () => {
    const { work } = await install('update')
    const next = workOf(work, 2, { replicas: 2, env: { LOG: 'debug' } })
    const result = await ground.engine.apply(next, { 'api-key': 'sk-other' }, never)
    expect(result).toMatchObject({ created: 0, configured: 1, unchanged: 6 })
    const seen = await ground.tower.until(work.deployment, one => one.ready && one.revision === 2)
    expect(seen.reason?.en).toContain('2 of 2 pods ready')
    for (const [apiVersion, kind] of kinds.filter(([, kind]) => kind !== 'Pod')) {
      const live = await read(kind, 'update', apiVersion)
      expect([kind, live?.metadata.annotations?.[annotation.revision]]).toEqual([kind, '2'])
    }
  })

  it('deletes what a revision no longer has, once it is settled', async () => {
    const extra = ['one', 'two'].map(name => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `prune-${name}`, namespace },
      data: { is: name },
    }))
    const { work } = await install('prune', { extra })
    const next = workOf(work, 2, { extra: extra.slice(0, 1), without: ['PersistentVolumeClaim'] })
    await ground.engine.apply(next, { 'api-key': 'x' }, never)
    await ground.tower.until(work.deployment, one => one.ready && one.revision === 2)
    expect(await read('ConfigMap', 'prune-two')).not.toBeNull()
    expect(await ground.engine.settle(next, never)).toEqual({ deleted: 1 })
    expect(await read('ConfigMap', 'prune-two')).toBeNull()
    expect(await read('ConfigMap', 'prune-one')).not.toBeNull()
    expect(await read('PersistentVolumeClaim', 'prune')).not.toBeNull()
    expect(await ground.engine.settle(next, never)).toEqual({ deleted: 0 })
  })

  it('deletes everything but the data, which the next deployment of that name takes back', async () => {
    const { work } = await install('kept')
    const claim = await read('PersistentVolumeClaim', 'kept')
    await ground.engine.remove(work, 'keep', never)
    expect(await owned(work.deployment)).toEqual([])
    const left = await read('PersistentVolumeClaim', 'kept')
    expect(left?.metadata.uid).toBe(claim?.metadata.uid)
    expect(left?.metadata.labels).toMatchObject({ [label.data]: 'keep', [label.instance]: 'kept' })
    await ground.tower.until(
      work.deployment,
      one => one.state === 'missing' && one.revision === null,
    )
    // However often it is asked, it says what it kept.
    expect(await ground.engine.remove(work, 'keep', never)).toEqual(['PersistentVolumeClaim/kept'])

    const { work: second } = await install('kept')
    const again = await read('PersistentVolumeClaim', 'kept')
    expect(again?.metadata.uid).toBe(claim?.metadata.uid)
    expect(again?.metadata.labels?.[label.deployment]).toBe(second.deployment)
    expect(again?.metadata.labels?.[label.data]).toBeUndefined()
    expect(again?.metadata.labels?.[label.keptOf]).toBeUndefined()
    // That it was kept of the first one says nothing any more.
    expect(await ground.engine.remove(work, 'delete', never)).toEqual([])
    expect(await read('PersistentVolumeClaim', 'kept')).not.toBeNull()
    expect(await ground.engine.remove(second, 'delete', never)).toEqual([])
    expect(await read('PersistentVolumeClaim', 'kept')).toBeNull()
  })

  it('erases what was kept of it and of earlier ones of its name, and of no other', async () => {
    const kept = async () => (await read('PersistentVolumeClaim', 'erased')) !== null
    const { work } = await install('erased')
    expect(await ground.engine.remove(work, 'keep', never)).toEqual([
      'PersistentVolumeClaim/erased',
    ])
    const later = { ...work, deployment: '33333333-3333-4333-8333-333333333333' }
    expect(await ground.engine.remove(later, 'delete', never)).toEqual([])
    expect(await kept()).toBe(true)
    expect(await ground.engine.remove(later, 'delete', never, [work.deployment])).toEqual([])
    expect(await kept()).toBe(false)
    const { work: again } = await install('erased')
    await ground.engine.remove(again, 'keep', never)
    expect(await ground.engine.remove(again, 'delete', never)).toEqual([])
    expect(await kept()).toBe(false)
  })

  it('keeps, hands on and deletes the claims that a StatefulSet made', async () => {
    const stateful = async (deployment: string) => {
      const options = {
        without: ['Deployment', 'PersistentVolumeClaim'],
        extra: [statefulApp(deployment, namespace, 'state')],
      }
      const work = workOf({ deployment, namespace, name: 'state' }, 1, options)
      await ground.engine.apply(work, {}, never)
      await ground.tower.until(deployment, one => one.ready)
      return work
    }
    const first = await stateful('11111111-1111-4111-8111-111111111111')
    const claim = await read('PersistentVolumeClaim', 'data-state-0')
    await ground.engine.remove(first, 'keep', never)
    const left = await read('PersistentVolumeClaim', 'data-state-0')
    expect(left?.metadata.labels).toMatchObject({ [label.data]: 'keep' })
    const second = await stateful('22222222-2222-4222-8222-222222222222')
    const again = await read('PersistentVolumeClaim', 'data-state-0')
    expect(again?.metadata.uid).toBe(claim?.metadata.uid)
    await ground.engine.remove(second, 'delete', never)
    expect(await read('PersistentVolumeClaim', 'data-state-0')).toBeNull()
  })

  it('says that a namespace is missing, and that one is not prepared', async () => {
    const missing = await deployFailure(
      ground.engine.apply(workOf({ namespace: 'nowhere', name: 'x' }, 1), {}, never),
    )
    expect(missing.reason.code).toBe('namespace-missing')
    expect(missing.next.nl).toMatch(/namespace/i)
    // What was in it is gone, and that is what removing is for.
    await ground.engine.remove(workOf({ namespace: 'nowhere', name: 'x' }, 1), 'keep', never)
    const unprepared = await deployFailure(
      ground.engine.apply(workOf({ namespace: 'default', name: 'x' }, 1), {}, never),
    )
    expect(unprepared.reason.code).toBe('namespace-not-prepared')
  })

  it('shows the log lines of its pods, and says that a simulated node wrote them', async () => {
    await install('logs')
    const logs = await ground.engine.logs({ namespace, name: 'logs' }, 5)
    expect(logs.simulated).toBe(true)
    expect(logs.items.length).toBeGreaterThan(0)
    expect(logs.items.length).toBeLessThanOrEqual(5)
    expect(logs.items[0]).toMatchObject({ container: 'app', pod: expect.stringMatching(/^logs-/) })
    expect(await ground.engine.logs({ namespace, name: 'nobody' }, 5)).toMatchObject({ items: [] })
  })

  it('leaves out the log lines of before the time that is asked for', async () => {
    await install('since')
    const from = async (seconds: number) => {
      const since = new Date(Date.now() + seconds * 1000).toISOString()
      return (await ground.engine.logs({ namespace, name: 'since' }, 5, since)).items.length
    }
    expect(await from(-3600)).toBeGreaterThan(0)
    expect(await from(60)).toBe(0)
  })

  it('tells everything as unknown when the cluster is out of reach, and as it is when it is back', async () => {
    const access = accessTo(ground.cluster)
    let broken = false
    let cable = new AbortController()
    const cut = { ...access.observer }
    cut.watch = (apiVersion, kind, options) => {
      if (broken) throw new Error('no route to host')
      const signal = AbortSignal.any([...(options.signal ? [options.signal] : []), cable.signal])
      return access.observer.watch(apiVersion, kind, { ...options, signal })
    }
    const far = watchTower()
    const stop = await createEngine({ ...access, observer: cut }).observe(far.onChange)
    const { work } = await install('far')
    await far.until(work.deployment, one => one.ready)
    broken = true
    cable.abort()
    const lost = await far.until(work.deployment, one => one.state === 'unknown')
    expect(lost).toMatchObject({ ready: false, revision: 1 })
    cable = new AbortController()
    broken = false
    await far.until(work.deployment, one => one.ready)
    await stop()
  })

  it('answers with the version of the API server', async () => {
    await expect(ground.engine.probe()).resolves.toEqual({
      version: expect.stringMatching(/^v1\./),
      monitors: [],
    })
  })
})
