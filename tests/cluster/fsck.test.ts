import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { kindsAnnotation } from '#platform/deployments/engine/parent.ts'
import type { ClusterScan } from '#platform/deployments/engine/scan.ts'
import { annotation, label } from '#platform/labels.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import { never, workOf } from '#tests/support/engine-work.ts'

const namespace = 'harbour'
const ground = engineGround([namespace])
/** Ids that the hub has no deployment for. */
const strangers = new Set<string>()

function scan(): Promise<ClusterScan> {
  return ground.engine.scan(async ids => ids.filter(id => strangers.has(id)), never)
}

async function leaks(): Promise<string[]> {
  const { leaks: found, count, unread } = await scan()
  expect(unread).toEqual([])
  expect(count).toBe(found.length)
  return found.map(({ kind, name }) => `${kind}/${name}`)
}

function labelled(kind: string, name: string, deployment: string): KubernetesObject {
  const labels = { [label.deployment]: deployment, [label.instance]: 'by-hand' }
  return { apiVersion: 'v1', kind, metadata: { name, namespace, labels } }
}

async function install(name: string, options = {}) {
  const work = workOf({ namespace, name }, 1, options)
  await ground.engine.apply(work, { 'api-key': 'sk-very-secret' }, never)
  return work
}

async function removeByHand(kind: string, name: string, apiVersion = 'v1'): Promise<void> {
  const ref = { apiVersion, kind, namespace, name }
  const live = await ground.cluster.admin.get(ref)
  if (live !== null)
    await ground.cluster.admin.remove(ref, { uid: live.metadata.uid }, 'Background')
}

function parent(name: string) {
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `${name}-kade` }
  return ground.cluster.admin.get(ref)
}

describe('looking through a cluster for leaks', () => {
  it('finds none in what Kade itself has made, and of a cluster without routes', async () => {
    await install('clean')
    expect(await leaks()).toEqual([])
  })

  it('lists what was made by hand with the label of a deployment, until it is gone', async () => {
    const { deployment } = await install('hand')
    const byHand = [
      labelled('ConfigMap', 'hand-made', deployment),
      labelled('Secret', 'hand-secret', deployment),
    ]
    for (const object of byHand) await ground.cluster.admin.apply(object, { manager: 'somebody' })
    const found = await scan()
    expect(found.leaks).toEqual([
      {
        namespace,
        kind: 'ConfigMap',
        name: 'hand-made',
        deployment: 'by-hand',
        why: { en: expect.stringContaining('no revision'), nl: expect.any(String) },
      },
      expect.objectContaining({ kind: 'Secret', name: 'hand-secret' }),
    ])
    await removeByHand('ConfigMap', 'hand-made')
    expect(await leaks()).toEqual(['Secret/hand-secret'])
    await removeByHand('Secret', 'hand-secret')
    expect(await leaks()).toEqual([])
  })

  it('lists all of a deployment whose record is gone, or that the hub does not have', async () => {
    const { deployment } = await install('lost', { without: ['Secret', 'PersistentVolumeClaim'] })
    strangers.add(deployment)
    const all = [
      'ConfigMap/lost',
      'Deployment/lost',
      'NetworkPolicy/lost',
      'Service/lost',
      'ServiceAccount/lost',
    ]
    expect(await leaks()).toEqual(['ConfigMap/lost', 'ConfigMap/lost-kade', ...all.slice(1)])
    strangers.clear()
    await removeByHand('ConfigMap', 'lost-kade')
    expect(await leaks()).toEqual(all)
    await ground.engine.remove({ deployment, namespace, name: 'lost' }, 'delete', never)
    expect(await leaks()).toEqual([])
  })

  it('mends the list of kinds of a record, and leaves its revision as it is', async () => {
    await install('hint')
    const whole = (await parent('hint'))?.metadata.annotations
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'hint-kade' }
    const path = `/metadata/annotations/${kindsAnnotation.replace('/', '~1')}`
    await ground.cluster.admin.patch(ref, [{ op: 'replace', path, value: '' }])
    expect(await scan()).toMatchObject({ repaired: 1, count: 0 })
    const mended = (await parent('hint'))?.metadata.annotations
    expect(mended).toEqual(whole)
    expect(mended?.[annotation.revision]).toBe('1')
    expect(await scan()).toMatchObject({ repaired: 0 })
  })

  it('says nothing of leaks when a kind cannot be listed, and names that kind', async () => {
    const { deployment } = await install('blind')
    await ground.cluster.admin.apply(labelled('ConfigMap', 'unseen', deployment), {
      manager: 'somebody',
    })
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      name: 'kade:observer',
    }
    const live = await ground.cluster.admin.get(role)
    const rules = live?.rules
    if (!Array.isArray(rules)) throw new Error('the observer has a role')
    const less = rules.filter(rule => !rule.resources.includes('horizontalpodautoscalers'))
    await ground.cluster.admin.patch(role, [{ op: 'replace', path: '/rules', value: less }])
    // The authorizer learns of it a moment later.
    await expect
      .poll(async () => (await scan()).unread, { timeout: 30_000 })
      .toEqual(['HorizontalPodAutoscaler'])
    expect(await scan()).toMatchObject({ leaks: [], count: 0 })
    await ground.cluster.admin.patch(role, [{ op: 'replace', path: '/rules', value: rules }])
    await expect.poll(async () => (await scan()).unread, { timeout: 30_000 }).toEqual([])
    expect(await leaks()).toEqual(['ConfigMap/unseen'])
    await removeByHand('ConfigMap', 'unseen')
  })

  it('calls neither kept data nor what an open operation still has a leak', async () => {
    const extra = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'before', namespace } }]
    const work = await install('open', { extra })
    await ground.engine.apply(workOf(work, 2), {}, never)
    // The second revision does not have it, and nothing has been pruned yet.
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'before' }
    expect(await ground.cluster.admin.get(ref)).not.toBeNull()
    expect(await leaks()).toEqual([])
    await ground.engine.remove(work, 'keep', never)
    strangers.add(work.deployment)
    expect(await leaks()).toEqual([])
    const claim = await ground.cluster.admin.get({
      ...ref,
      kind: 'PersistentVolumeClaim',
      name: 'open',
    })
    expect(claim?.metadata.labels?.[label.data]).toBe('keep')
  })
})
