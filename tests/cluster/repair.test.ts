import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { KubeError, type LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import type { Work } from '#platform/deployments/work.ts'
import { annotation } from '#platform/labels.ts'
import { until } from '#tests/support/deployments.ts'
import { dyingEngine, survived } from '#tests/support/dying-engine.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import { accessTo, never, workOf } from '#tests/support/engine-work.ts'

const namespace = 'harbour'
const ground = engineGround([namespace])
const versions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
}

const refTo = (kind: string, name: string) => ({
  apiVersion: versions[kind] ?? 'v1',
  kind,
  namespace,
  name,
})
const access = () => accessTo(ground.cluster)
const read = (kind: string, name: string): Promise<LiveObject | null> =>
  ground.cluster.admin.get(refTo(kind, name))

async function remove(kind: string, name: string): Promise<string> {
  const live = await read(kind, name)
  if (!live) throw new Error(`There is no ${kind}/${name}.`)
  await ground.cluster.admin.remove(refTo(kind, name), { uid: live.metadata.uid }, 'Background')
  await until(async () =>
    expect((await read(kind, name))?.metadata.uid).not.toBe(live.metadata.uid),
  )
  return live.metadata.uid
}

async function install(name: string): Promise<Work> {
  const work = workOf({ namespace, name }, 1)
  await ground.engine.apply(work, { 'api-key': 'sk-very-secret' }, never)
  await ground.tower.until(work.deployment, seen => seen.ready)
  return work
}

const repair = async (work: Work) => (await ground.engine.repair(work, never)).made

describe('the repair of a deployment, from its record alone', () => {
  it('makes again what is gone, as it was applied, and is seen whole again', async () => {
    const work = await install('mended')
    expect(await repair(work)).toEqual([])
    const before = await read('Deployment', 'mended')
    await remove('Service', 'mended')
    await remove('NetworkPolicy', 'mended')
    await remove('Deployment', 'mended')
    const made = ['NetworkPolicy/mended', 'Service/mended', 'Deployment/mended']
    expect([...(await repair(work))].sort()).toEqual(made.sort())
    const after = await read('Deployment', 'mended')
    expect(after?.spec).toEqual(before?.spec)
    for (const key of [annotation.revision, annotation.operation, annotation.objectDigest])
      expect(after?.metadata.annotations?.[key]).toBe(before?.metadata.annotations?.[key])
    await ground.tower.until(work.deployment, seen => seen.ready && seen.drift.length === 0)
    // The next revision finds it as if nothing had been.
    const next = workOf({ namespace, name: 'mended', deployment: work.deployment }, 2)
    expect(await ground.engine.apply(next, {}, never)).toMatchObject({ created: 0 })
  })

  it('leaves what was changed by hand, and what cannot be had again', async () => {
    const work = await install('kept')
    const path = '/automountServiceAccountToken'
    await ground.cluster.admin.patch(refTo('ServiceAccount', 'kept'), [
      { op: 'add', path, value: true },
    ])
    await remove('Secret', 'kept')
    await remove('ConfigMap', 'kept')
    expect(await repair(work)).toEqual(['ConfigMap/kept'])
    expect(await read('Secret', 'kept')).toBeNull()
    expect((await read('ServiceAccount', 'kept'))?.automountServiceAccountToken).toBe(true)
  })

  it('brings nothing back of what was being removed, until it is applied again', async () => {
    const work = await install('leaving')
    // What is held cannot be gone, so the removal stops half-way.
    const held = refTo('ServiceAccount', 'leaving')
    const path = '/metadata/finalizers'
    await ground.cluster.admin.patch(held, [{ op: 'add', path, value: ['kade.test/hold'] }])
    const over = new AbortController()
    const removing = ground.engine.remove(work, 'keep', over.signal)
    await until(async () => expect(await read('Deployment', 'leaving')).toBeNull())
    over.abort(new Error('the worker was killed'))
    await expect(removing).rejects.toThrow()
    expect(await repair(work)).toEqual([])
    expect(await read('Deployment', 'leaving')).toBeNull()
    await ground.cluster.admin.patch(held, [{ op: 'remove', path }])
    const next = workOf({ namespace, name: 'leaving', deployment: work.deployment }, 2)
    await ground.engine.apply(next, {}, never)
    await remove('Service', 'leaving')
    expect(await repair(next)).toEqual(['Service/leaving'])
  })

  it('makes nothing for a record that says another thing than was applied, nor for another deployment', async () => {
    const work = await install('forged')
    await remove('Service', 'forged')
    const other = { ...work, deployment: '11111111-1111-4111-8111-111111111111' }
    expect(await repair(other)).toEqual([])
    const service = work.objects.find(one => one.kind === 'Service')
    const objects = [{ ...service, spec: { type: 'ExternalName', externalName: 'evil.example' } }]
    const packed = gzipSync(JSON.stringify(objects)).toString('base64')
    await ground.cluster.admin.patch(refTo('ConfigMap', 'forged-kade'), [
      { op: 'replace', path: '/binaryData/objects.json.gz', value: packed },
    ])
    expect(await repair(work)).toEqual([])
    expect(await read('Service', 'forged')).toBeNull()
  })

  it('makes nothing of a revision that was not applied to its end', async () => {
    const work = workOf({ namespace, name: 'halfway' }, 1)
    // Dies with each call later, until it has written the record and nothing else.
    for (let nth = 1; (await read('ConfigMap', 'halfway-kade')) === null; nth++)
      expect(await survived(dyingEngine(access(), nth).apply(work, {}, never))).toBe(false)
    expect(await repair(work)).toEqual([])
    expect(await read('Service', 'halfway')).toBeNull()
    await ground.engine.apply(work, {}, never)
    await remove('Service', 'halfway')
    expect(await repair(work)).toEqual(['Service/halfway'])
  })

  it('takes a record that somebody else has just written for no fault of the deployment', async () => {
    const work = workOf({ namespace, name: 'raced' }, 1)
    const { deployer, ...rest } = access()
    const engine = createEngine({
      ...rest,
      deployer: name => {
        const api = deployer(name)
        return {
          ...api,
          patch: async (ref, ops, signal) => {
            const add = { op: 'add', path: '/metadata/annotations/raced', value: 'yes' }
            await ground.cluster.admin.patch(refTo('ConfigMap', 'raced-kade'), [add])
            return api.patch(ref, ops, signal)
          },
        }
      },
    })
    await expect(engine.apply(work, {}, never)).rejects.toMatchObject({ code: 409 })
    expect(await repair(work)).toEqual([])
    expect(await ground.engine.apply(work, {}, never)).toMatchObject({ created: 0 })
  })

  it('makes the others where the cluster refuses one, and tells of both', async () => {
    const work = await install('partly')
    for (const kind of ['NetworkPolicy', 'Service', 'Deployment']) await remove(kind, 'partly')
    const { deployer, ...rest } = access()
    const engine = createEngine({
      ...rest,
      deployer: name => {
        const api = deployer(name)
        return {
          ...api,
          apply: async (object, options) => {
            if (object.kind === 'Service') throw new KubeError({ code: 403, message: 'full' })
            return api.apply(object, options)
          },
        }
      },
    })
    const { made, failed } = await engine.repair(work, never)
    expect([...made].sort()).toEqual(['Deployment/partly', 'NetworkPolicy/partly'])
    expect(failed).toMatchObject({ message: expect.stringContaining('full') })
    expect(await repair(work)).toEqual(['Service/partly'])
  })
})
