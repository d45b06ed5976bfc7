import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import type { Work } from '#platform/deployments/work.ts'
import { annotation, label } from '#platform/labels.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import { accessTo, deployFailure, never, workOf } from '#tests/support/engine-work.ts'

const namespace = 'harbour'
const ground = engineGround([namespace])

const plurals = {
  ConfigMap: 'api/v1/configmaps',
  Service: 'api/v1/services',
  Secret: 'api/v1/secrets',
  Deployment: 'apis/apps/v1/deployments',
} as const
type Kind = keyof typeof plurals

function pathOf(kind: Kind, name = ''): string {
  const plural = plurals[kind]
  const cut = plural.lastIndexOf('/')
  return `/${plural.slice(0, cut)}/namespaces/${namespace}${plural.slice(cut)}${name && `/${name}`}`
}

/** As `kubectl apply` without `--server-side` makes an object: one manager, and all of it once more in an annotation. */
async function kubectlApply(object: KubernetesObject): Promise<LiveObject> {
  const { metadata } = object
  const annotations = {
    ...metadata.annotations,
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(object),
  }
  return await ground.cluster.admin.request<LiveObject>(
    'POST',
    // A kind of the list above, as every caller in this file names one.
    `${pathOf(object.kind as Kind)}?fieldManager=kubectl-client-side-apply`,
    { body: { ...object, metadata: { ...metadata, namespace, annotations } } },
  )
}

function read(kind: Kind, name: string): Promise<LiveObject | null> {
  return ground.cluster.admin.get({
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    namespace,
    name,
  })
}

const settings = (name: string, data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels: { by: 'hand' } },
  data,
})

/** The same work, consented to as it asked. */
function consented(work: Work, asks: readonly { kind: string; object: string; uid: string }[]) {
  return { ...workOf(work, work.revision + 1), consents: asks } as Work // the asks' own kinds
}

async function asksOf(call: Promise<unknown>) {
  const failure = await deployFailure(call)
  expect(failure.asks).not.toEqual([])
  return failure
}

describe('an object that somebody else made', () => {
  it('is asked for, all of them at once, and nothing is written before', async () => {
    const name = 'both'
    const config = await kubectlApply(settings(name, { 'app.yaml': 'log: debug' }))
    const service = await kubectlApply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { selector: { app: 'old' }, ports: [{ name: 'old', port: 8080 }] },
    })
    const work = workOf({ namespace, name }, 1)
    const { reason, asks } = await asksOf(ground.engine.apply(work, { 'api-key': 'x' }, never))
    expect(reason.code).toBe('foreign-object')
    expect(asks).toMatchObject([
      {
        kind: 'take-over',
        object: `ConfigMap/${name}`,
        uid: config.metadata.uid,
        manager: 'kubectl-client-side-apply',
      },
      { kind: 'take-over', object: `Service/${name}`, uid: service.metadata.uid },
    ])
    expect(await read('ConfigMap', `${name}-kade`)).toBeNull()
    expect(await read('Secret', name)).toBeNull()
    const live = await read('ConfigMap', name)
    expect(live?.metadata.resourceVersion).toBe(config.metadata.resourceVersion)
  })

  it('is taken over with consent: what its maker had and the app has not goes away', async () => {
    const name = 'mine'
    const old = await kubectlApply(settings(name, { 'app.yaml': 'log: debug', extra: 'left over' }))
    await kubectlApply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        replicas: 3,
        minReadySeconds: 7,
        selector: {
          matchLabels: { 'app.kubernetes.io/name': 'qdrant', 'app.kubernetes.io/instance': name },
        },
        template: {
          metadata: {
            labels: { 'app.kubernetes.io/name': 'qdrant', 'app.kubernetes.io/instance': name },
          },
          spec: { containers: [{ name: 'sidecar', image: 'busybox:1' }] },
        },
      },
    })
    // Beside a port of ours it would need a name: only once its fields are ours does it go away.
    const spec = { ports: [{ port: 8080 }] }
    await kubectlApply({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec })
    const work = workOf({ namespace, name }, 1)
    const { asks } = await asksOf(ground.engine.apply(work, {}, never))
    const agreed = consented(work, asks)
    await ground.engine.apply(agreed, { 'api-key': 'x' }, never)
    const config = await read('ConfigMap', name)
    expect(config?.metadata).toMatchObject({ uid: old.metadata.uid })
    expect(config?.metadata.labels).toMatchObject({ [label.deployment]: work.deployment })
    expect(config?.metadata.labels).not.toHaveProperty('by')
    expect(config?.data).toEqual({ 'app.yaml': 'log: info' })
    expect(config?.metadata.annotations).toMatchObject({ [annotation.consent]: agreed.operation })
    expect(JSON.stringify(config?.metadata)).not.toMatch(/kubectl/)
    expect((await read('Service', name))?.spec).toMatchObject({ ports: [{ name: 'http' }] })
    const deployment = await read('Deployment', name)
    expect(deployment?.spec).toMatchObject({
      replicas: 1,
      template: { spec: { containers: [{ name: 'app' }] } },
    })
    expect(deployment?.spec).not.toHaveProperty('minReadySeconds')
    // From now on it is an object like any other: an update asks nothing, a delete takes it along.
    await ground.engine.apply(workOf(work, 3), { 'api-key': 'x' }, never)
    await ground.engine.remove(work, 'delete', never)
    expect(await read('ConfigMap', name)).toBeNull()
  })

  it('is asked for anew when another one stands there by now, and when one more has come', async () => {
    const name = 'swapped'
    await kubectlApply(settings(name, { a: 'first' }))
    const work = workOf({ namespace, name }, 1)
    const first = await asksOf(ground.engine.apply(work, {}, never))
    await ground.cluster.admin.request('DELETE', pathOf('ConfigMap', name))
    const again = await kubectlApply(settings(name, { a: 'second' }))
    const second = await asksOf(ground.engine.apply(consented(work, first.asks), {}, never))
    expect(second.asks).toMatchObject([{ uid: again.metadata.uid }])
    await kubectlApply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { ports: [{ port: 80 }] },
    })
    const third = await asksOf(ground.engine.apply(consented(work, second.asks), {}, never))
    expect(third.asks.map(one => one.object)).toEqual([`ConfigMap/${name}`, `Service/${name}`])
    expect((await read('ConfigMap', name))?.data).toEqual({ a: 'second' })
  })

  it('keeps what others write beside it while it is taken over', async () => {
    const name = 'busy'
    await kubectlApply(settings(name, { 'app.yaml': 'log: debug' }))
    const work = workOf({ namespace, name }, 1)
    const { asks } = await asksOf(ground.engine.apply(work, {}, never))
    const access = accessTo(ground.cluster)
    let touched = 0
    const racing = createEngine({
      ...access,
      deployer: space => {
        const hand = access.deployer(space)
        return {
          ...hand,
          async patch(ref, operations, signal) {
            // Somebody writes between our look and our patch, once. The record of what was applied is patched too.
            if (ref.name === name && touched++ === 0)
              await ground.cluster.admin.patch(ref, [
                { op: 'add', path: '/metadata/annotations/note', value: 'seen' },
              ])
            return await hand.patch(ref, operations, signal)
          },
        }
      },
    })
    await racing.apply(consented(work, asks), {}, never)
    const live = await read('ConfigMap', name)
    expect(touched).toBe(2)
    expect(live?.metadata.annotations).toMatchObject({ note: 'seen' })
    expect(live?.data).toEqual({ 'app.yaml': 'log: info' })
  })

  it('is never taken from what owns it: a controller, another deployment, another set', async () => {
    const owner = await kubectlApply(settings('owner', {}))
    const { uid } = owner.metadata
    const owned: Record<string, Partial<KubernetesObject['metadata']>> = {
      'of-owner': {
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }],
      } as object,
      'of-another': { labels: { [label.deployment]: 'another' } },
      'of-set': { labels: { 'applyset.k8s.io/part-of': 'applyset-x-v1' } },
    }
    const words = [/belongs to ConfigMap\/owner/, /another deployment of Kade/, /ApplySet/]
    for (const [index, [name, metadata]] of Object.entries(owned).entries()) {
      const live = await kubectlApply({
        ...settings(name, {}),
        metadata: { name, namespace, ...metadata },
      })
      const work = workOf({ namespace, name }, 1)
      const asks = [
        { kind: 'take-over', object: `ConfigMap/${name}`, uid: live.metadata.uid } as const,
      ]
      const failure = await deployFailure(
        ground.engine.apply({ ...work, consents: asks }, {}, never),
      )
      expect(failure.reason).toMatchObject({ code: 'foreign-object', object: `ConfigMap/${name}` })
      expect(failure.reason.message.en).toMatch(words[index] ?? /never/)
      expect(failure.asks).toEqual([])
    }
  })

  it('is never taken from the namespace, which Kade has closed with it', async () => {
    const name = 'kade-allow-dns'
    const work = workOf({ namespace, name }, 1)
    const ref = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, name }
    const opensDns = await ground.cluster.admin.get(ref)
    const uid = opensDns?.metadata.uid ?? ''
    const consents = [{ kind: 'take-over', object: `NetworkPolicy/${name}`, uid }] as const
    const failure = await deployFailure(ground.engine.apply({ ...work, consents }, {}, never))
    expect(failure.reason.message.en).toMatch(/is part of the namespace/)
    expect(failure.asks).toEqual([])
    expect(await ground.cluster.admin.get(ref)).toEqual(opensDns)
  })

  it('is shown in a preview, with who keeps it', async () => {
    const name = 'shown'
    await kubectlApply(settings(name, { a: 'b' }))
    const { changes } = await ground.engine.dryRun(workOf({ namespace, name }, 1))
    expect(changes.find(one => one.kind === 'ConfigMap')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name,
      change: 'take-over',
      manager: 'kubectl-client-side-apply',
    })
    expect(changes.find(one => one.kind === 'Service')?.change).toBe('create')
  })
})

describe('deleting more than half', () => {
  it('is asked for object by object, and done with consent to exactly these', async () => {
    const name = 'shrinks'
    const extra = Array.from({ length: 9 }, (_, index) =>
      settings(`${name}-${index}`, { n: String(index) }),
    )
    const work = workOf({ namespace, name }, 1, { extra })
    await ground.engine.apply(work, {}, never)
    const next = workOf(work, 2)
    await ground.engine.apply(next, {}, never)
    const { reason, asks } = await asksOf(ground.engine.settle(next, never))
    expect(reason.code).toBe('prune-too-large')
    expect(asks.map(one => one.object).toSorted()).toEqual(
      extra.map(one => `ConfigMap/${one.metadata.name}`),
    )
    expect(asks.every(one => one.kind === 'prune')).toBe(true)
    expect(await read('ConfigMap', `${name}-0`)).not.toBeNull()
    // Consent to all but one, or to another object of that name, is no consent to them all.
    const fewer = consented(next, asks.slice(1))
    await ground.engine.apply(fewer, {}, never)
    await asksOf(ground.engine.settle(fewer, never))
    const other = asks.map((one, index) => (index === 0 ? { ...one, uid: 'another' } : one))
    await asksOf(ground.engine.settle({ ...fewer, consents: other }, never))
    expect(await ground.engine.settle({ ...fewer, consents: asks }, never)).toEqual({ deleted: 9 })
    expect(await read('ConfigMap', `${name}-0`)).toBeNull()
    expect(await read('ConfigMap', name)).not.toBeNull()
  })
})
