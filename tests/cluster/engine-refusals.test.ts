import { describe, expect, it, vi } from 'vitest'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import { annotation } from '#platform/labels.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import { accessTo, appObjects, deployFailure, never, workOf } from '#tests/support/engine-work.ts'

const namespace = 'harbour'
const ground = engineGround([namespace])

function read(kind: string, name: string, apiVersion = 'v1'): Promise<LiveObject | null> {
  return ground.cluster.admin.get({ apiVersion, kind, namespace, name })
}

async function install(name: string) {
  const work = workOf({ namespace, name }, 1)
  await ground.engine.apply(work, { 'api-key': 'sk-very-secret' }, never)
  await ground.tower.until(work.deployment, seen => seen.ready)
  return work
}

const scaledBy = (manager: string) => ({ manager, force: true })

describe('what is not ours', () => {
  it('leaves an object of that name as it is, and names who keeps it', async () => {
    const mine = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'theirs', namespace },
      data: { 'app.yaml': 'log: debug' },
    }
    await ground.cluster.admin.apply(mine, { manager: 'somebody' })
    const failure = await deployFailure(
      ground.engine.apply(workOf({ namespace, name: 'theirs' }, 1), {}, never),
    )
    expect(failure.reason).toMatchObject({ code: 'foreign-object', object: 'ConfigMap/theirs' })
    expect(failure.asks).toMatchObject([{ object: 'ConfigMap/theirs', manager: 'somebody' }])
    const live = await read('ConfigMap', 'theirs')
    expect(live?.metadata.labels).toBeUndefined()
    expect(live?.data).toEqual(mine.data)
  })

  it('does not slip into an object whose fields would not even conflict', async () => {
    const mine = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'quiet', namespace, annotations: { of: 'somebody' } },
    }
    await ground.cluster.admin.apply(mine, { manager: 'somebody' })
    const failure = await deployFailure(
      ground.engine.apply(workOf({ namespace, name: 'quiet' }, 1), {}, never),
    )
    expect(failure.reason).toMatchObject({ code: 'foreign-object', object: 'ServiceAccount/quiet' })
    const live = await read('ServiceAccount', 'quiet')
    expect(live?.metadata.labels).toBeUndefined()
  })

  it('does not take over the name of a living deployment', async () => {
    await install('taken')
    const failure = await deployFailure(
      ground.engine.apply(workOf({ namespace, name: 'taken' }, 1), {}, never),
    )
    expect(failure.reason.code).toBe('foreign-object')
  })

  it('deletes only the object that it saw', async () => {
    const extra = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'swapped', namespace }, data: {} },
    ]
    const work = workOf({ namespace, name: 'swap' }, 1, { extra })
    await ground.engine.apply(work, {}, never)
    const next = workOf(work, 2)
    await ground.engine.apply(next, {}, never)
    // Somebody deletes it and makes another of that name between our list and our delete.
    const access = accessTo(ground.cluster)
    const racing = createEngine({
      ...access,
      deployer: name => {
        const hand = access.deployer(name)
        return {
          ...hand,
          async list(...args) {
            const found = await hand.list(...args)
            for (const one of found.items) {
              if (one.metadata.name !== 'swapped') continue
              await ground.cluster.admin.request(
                'DELETE',
                `/api/v1/namespaces/${name}/configmaps/swapped`,
              )
              const { apiVersion, kind } = one
              await ground.cluster.admin.apply({
                apiVersion,
                kind,
                metadata: { name: 'swapped', namespace },
              })
            }
            return found
          },
        }
      },
    })
    expect(await racing.settle(next, never)).toEqual({ deleted: 0 })
    expect(await read('ConfigMap', 'swapped')).not.toBeNull()
  })
})

function jobPod(image: string) {
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'job',
        image,
        resources: {
          requests: { cpu: '10m', memory: '16Mi' },
          limits: { cpu: '10m', memory: '16Mi' },
        },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  }
}

describe('what the cluster refuses', () => {
  it('names a field that cannot change, and leaves everything as it was', async () => {
    const work = await install('fixed')
    const objects = appObjects(work.deployment, namespace, 'fixed', { replicas: 3 }).map(object =>
      object.kind === 'PersistentVolumeClaim'
        ? {
            ...object,
            spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
          }
        : object,
    )
    const next = { ...workOf(work, 2), objects }
    const failure = await deployFailure(ground.engine.apply(next, {}, never))
    expect(failure.reason).toMatchObject({
      code: 'immutable-field',
      object: 'PersistentVolumeClaim/fixed',
    })
    const live = await read('Deployment', 'fixed', 'apps/v1')
    expect(live?.spec).toMatchObject({ replicas: 1 })
    expect(live?.metadata.annotations?.[annotation.revision]).toBe('1')
  })

  it('runs a job again whose template changed, since a job is its template', async () => {
    const job = (image: string) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'job', namespace },
      spec: { template: { spec: jobPod(image) } },
    })
    const first = workOf({ namespace, name: 'jobs' }, 1, { extra: [job('busybox:1')] })
    await ground.engine.apply(first, {}, never)
    const before = await read('Job', 'job', 'batch/v1')
    await ground.engine.apply(workOf(first, 2, { extra: [job('busybox:2')] }), {}, never)
    const after = await read('Job', 'job', 'batch/v1')
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid)
  })

  it('refuses a field that the kind does not have, before anything else is changed', async () => {
    const work = await install('typo')
    const objects = appObjects(work.deployment, namespace, 'typo', { replicas: 2 }).map(object =>
      object.kind === 'Service'
        ? { ...object, spec: { ...(object.spec as object), selectr: { a: 'b' } } }
        : object,
    )
    const failure = await deployFailure(
      ground.engine.apply({ ...workOf(work, 2), objects }, {}, never),
    )
    expect(failure.reason).toMatchObject({ code: 'invalid-object', object: 'Service/typo' })
    expect(failure.reason.message.en).toContain('selectr')
    expect((await read('Deployment', 'typo', 'apps/v1'))?.spec).toMatchObject({ replicas: 1 })
  })

  it('lets no older revision follow a newer one', async () => {
    const work = await install('fence')
    await ground.engine.apply(workOf(work, 5), {}, never)
    const failure = await deployFailure(ground.engine.apply(workOf(work, 4), {}, never))
    expect(failure.reason.code).toBe('superseded')
  })

  it('refuses a module that reaches out of its namespace, and one that renders nothing', async () => {
    const work = workOf({ namespace, name: 'reach' }, 1)
    const elsewhere = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'kube-system' },
    }
    const reaching = { ...work, objects: [...work.objects, elsewhere] }
    expect((await deployFailure(ground.engine.apply(reaching, {}, never))).reason.code).toBe(
      'outside-namespace',
    )
    const empty = { ...work, objects: [] }
    expect((await deployFailure(ground.engine.apply(empty, {}, never))).reason.code).toBe(
      'nothing-to-apply',
    )
    expect(await read('ConfigMap', 'reach-kade')).toBeNull()
  })
})

describe('drift and preview', () => {
  it('sees a change made by hand, with its author, and that an update takes it back', async () => {
    const work = await install('drift')
    const deployment = await read('Deployment', 'drift', 'apps/v1')
    expect(deployment).not.toBeNull()
    await ground.cluster.admin.apply(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'drift', namespace },
        spec: { replicas: 4 },
      },
      scaledBy('night-shift'),
    )
    const seen = await ground.tower.until(work.deployment, one => one.drift.length > 0)
    expect(seen.drift).toEqual(['Deployment/drift'])
    const objects = await ground.engine.inspect(work)
    expect(objects.find(one => one.kind === 'Deployment')?.drift).toEqual([
      { path: '/spec/replicas', desired: 1, live: 4, manager: 'night-shift' },
    ])
    await ground.engine.apply(workOf(work, 2), { 'api-key': 'x' }, never)
    await ground.tower.until(work.deployment, one => one.ready && one.drift.length === 0)
  })

  it('sees a variable that somebody took out, which leaves no author', async () => {
    const work = await install('taken-out')
    await ground.cluster.admin.patch(
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'taken-out' },
      [{ op: 'remove', path: '/spec/template/spec/containers/0/env' }],
    )
    await ground.tower.until(work.deployment, one => one.drift.includes('Deployment/taken-out'))
    const objects = await ground.engine.inspect(work)
    expect(objects.find(one => one.kind === 'Deployment')?.drift[0]?.path).toMatch(/\/env\//)
  })

  it('calls no drift what others only added, nor what the server filled in', async () => {
    const work = await install('added')
    await ground.cluster.admin.apply(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'added', namespace, annotations: { note: 'mine' } },
      },
      scaledBy('note-taker'),
    )
    await vi.waitFor(
      async () => {
        const objects = await ground.engine.inspect(work)
        expect(objects.flatMap(one => one.drift)).toEqual([])
        expect(objects.filter(one => one.state !== 'Current')).toEqual([])
      },
      { timeout: 20_000, interval: 200 },
    )
    expect(ground.tower.seen.findLast(one => one.deployment === work.deployment)?.drift).toEqual([])
  })

  it('sees an object that somebody deleted', async () => {
    const work = await install('gone')
    await ground.cluster.admin.request('DELETE', `/api/v1/namespaces/${namespace}/services/gone`)
    const seen = await ground.tower.until(work.deployment, one =>
      one.drift.includes('Service/gone'),
    )
    expect(seen.state).toBe('missing')
    await ground.engine.apply(workOf(work, 2), {}, never)
    await ground.tower.until(work.deployment, one => one.ready && one.drift.length === 0)
  })

  it('previews what would be made, changed and deleted, and never shows a secret', async () => {
    const extra = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'old-one', namespace }, data: {} },
    ]
    const work = workOf({ namespace, name: 'preview' }, 1, { extra })
    const { changes: fresh } = await ground.engine.dryRun(work)
    expect(new Set(fresh.map(one => one.change))).toEqual(new Set(['create']))
    expect(await read('Deployment', 'preview', 'apps/v1')).toBeNull()
    await ground.engine.apply(work, { 'api-key': 'sk-very-secret' }, never)
    const { changes } = await ground.engine.dryRun(workOf(work, 2, { replicas: 3 }))
    const byChange = (change: string) =>
      changes.filter(one => one.change === change).map(one => `${one.kind}/${one.name}`)
    expect(byChange('change')).toEqual(['Deployment/preview'])
    expect(byChange('delete')).toEqual(['ConfigMap/old-one'])
    expect(byChange('unchanged')).toHaveLength(6)
    const deployment = changes.find(one => one.kind === 'Deployment')
    expect(deployment?.before).toMatchObject({ spec: { replicas: 1 } })
    expect(deployment?.after).toMatchObject({ spec: { replicas: 3 } })
    expect(JSON.stringify(changes)).not.toContain('very-secret')
    expect(JSON.stringify(changes)).not.toContain('managedFields')
  })

  it('keeps a secret out of the error that the API server makes of it', async () => {
    const work = workOf({ namespace, name: 'leak' }, 1)
    const objects = work.objects.map(object =>
      object.kind === 'Secret' ? { ...object, type: 'kubernetes.io/dockerconfigjson' } : object,
    )
    const failure = await deployFailure(
      ground.engine.apply({ ...work, objects }, { '.dockerconfigjson': 'sk-very-secret' }, never),
    )
    expect(failure.reason.object).toBe('Secret/leak')
    expect(JSON.stringify([failure.reason, String(failure.cause)])).not.toContain('very-secret')
  })
})
