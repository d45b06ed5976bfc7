import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation, label } from '#platform/labels.ts'
import { DeployFailure } from '../deploy-failure.ts'
import type { Work } from '../work.ts'
import { intentsOf, stamped } from './intent.ts'
import { parentObject, readParent, setId, storedObjects, widened } from './parent.ts'
import { stepOf } from './plan.ts'
import { leftoverOf } from './prune.ts'
import { inStages } from './stages.ts'

function work(objects: readonly KubernetesObject[], revision = 2): Work {
  return {
    deployment: 'd',
    namespace: 'harbour',
    name: 'web',
    operation: 'o',
    revision,
    digest: '',
    objects,
    secretName: 'web',
  }
}

function object(kind: string, name: string, rest: object = {}): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name }, ...rest }
}

function live(of: KubernetesObject): LiveObject {
  const identity = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' }
  return { ...of, metadata: { ...of.metadata, ...identity } }
}

function first<T>(items: readonly T[]): T {
  const [one] = items
  if (one === undefined) throw new Error('there is none')
  return one
}

describe('an intent', () => {
  it('holds no status, no nulls and no server fields, and names its namespace', () => {
    const given = object('Service', 'web', {
      spec: { type: null, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
      status: { loadBalancer: {} },
    })
    const intent = first(intentsOf(work([given])))
    expect(intent.object).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'harbour', labels: { [label.deployment]: 'd' } },
      spec: { ports: [{ protocol: 'TCP', name: 'http', port: 80, targetPort: 'http' }] },
    })
  })

  it('writes a Secret as data only', () => {
    const secret = object('Secret', 'x', { stringData: { a: 'b' }, data: { c: 'ZA==' } })
    const intent = first(intentsOf(work([secret])))
    expect(intent.object.data).toEqual({ a: 'Yg==', c: 'ZA==' })
    expect(intent.object.stringData).toBeUndefined()
  })

  it('leaves replicas to the autoscaler that owns them', () => {
    const deployment = object('Deployment', 'web', { spec: { replicas: 3, paused: false } })
    const scaler = object('HorizontalPodAutoscaler', 'web', {
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } },
    })
    expect(first(intentsOf(work([deployment, scaler]))).object.spec).toEqual({ paused: false })
    expect(first(intentsOf(work([deployment]))).object.spec).toMatchObject({ replicas: 3 })
  })

  it('has the digest of its content, whichever revision it belongs to', () => {
    const given = object('ConfigMap', 'web', { data: { a: '1' } })
    const [one, other] = [work([given], 1), work([given], 7)].map(of => first(intentsOf(of)))
    expect(one?.digest).toBe(other?.digest)
  })

  it('refuses the label of another set', () => {
    const stray = object('ConfigMap', 'x')
    const metadata = { ...stray.metadata, labels: { 'applyset.k8s.io/part-of': 'applyset-x-v1' } }
    expect(() => intentsOf(work([{ ...stray, metadata }]))).toThrow(DeployFailure)
  })
})

describe('a plan', () => {
  const given = object('ConfigMap', 'web', { data: { a: '1' } })
  const intent = first(intentsOf(work([given])))
  const standing = live(stamped(intent, work([given]), 'set', null))

  it('makes what is not there', () => {
    expect(stepOf(intent, [], 2).change).toBe('create')
  })

  it('leaves what an earlier attempt at this revision applied', () => {
    expect(stepOf(intent, [standing], 2).change).toBe('unchanged')
  })

  it('stamps what is the same and of an earlier revision', () => {
    expect(stepOf(intent, [standing], 3).change).toBe('restamp')
  })

  it('changes what is rendered differently', () => {
    const next = first(intentsOf(work([{ ...given, data: { a: '2' } }])))
    expect(stepOf(next, [standing], 3).change).toBe('change')
  })

  it('never touches again what is made only once', () => {
    const metadata = { name: 'web', annotations: { [annotation.action]: 'one-off' } }
    const once = first(intentsOf(work([{ ...given, metadata, data: { a: 'new' } }])))
    expect(stepOf(once, [standing], 3).change).toBe('unchanged')
    expect(stepOf(once, [], 3).change).toBe('create')
  })
})

describe('the parent', () => {
  const [a, b, c] = intentsOf(
    work([object('ConfigMap', 'a'), object('Secret', 'b'), object('Service', 'c')]),
  )
  if (a === undefined || b === undefined || c === undefined) throw new Error('three intents')

  it('is widened by what earlier revisions had, each object once', () => {
    const one = widened(null, [a, b])
    expect(one.leftover).toEqual([])
    const two = widened(one, [b, c])
    expect(two.leftover.map(({ name }) => name)).toEqual(['a'])
    const back = widened(widened(two, [c]), [a])
    expect(back.leftover.map(({ name }) => name).toSorted()).toEqual(['b', 'c'])
  })

  it('is read back as it was written, objects included, and without secret values', () => {
    const filled = { ...b, object: { ...b.object, data: { key: 'c2VjcmV0' } } }
    const inventory = widened(null, [a, filled])
    const parent = live(parentObject(work([]), inventory, [a, filled], null))
    expect(readParent(parent, work([]))).toEqual({
      deployment: 'd',
      revision: 2,
      resourceVersion: '1',
      ...inventory,
    })
    expect(storedObjects(parent)).toEqual([a.object, b.object])
    expect(parent.metadata.annotations).toMatchObject({
      'applyset.k8s.io/contains-group-kinds': 'ConfigMap,Secret',
    })
  })

  it('says nothing of its objects once somebody has spoiled them', () => {
    const parent = live(parentObject(work([]), widened(null, [a]), [a], null))
    for (const spoiled of ['', 'b2RkZA==', 'H4sIAAAAAAAA/w=='])
      expect(storedObjects({ ...parent, binaryData: { 'objects.json.gz': spoiled } })).toEqual([])
  })

  it('is refused with the id of another set', () => {
    const parent = live(parentObject(work([]), widened(null, [a]), [a], null))
    expect(() => readParent(parent, { namespace: 'other', name: 'web' })).toThrow(DeployFailure)
    expect(setId('harbour', 'web')).toMatch(/^applyset-[\w-]{43}-v1$/)
  })
})

describe('pruning', () => {
  const inventory = { objects: [], leftover: [] }
  const ours = (kind: string, annotations: Record<string, string> = {}) =>
    live({
      apiVersion: 'v1',
      kind,
      metadata: { name: 'old', labels: { [label.deployment]: 'd' }, annotations },
    })
  const gone = (one: LiveObject) => leftoverOf([one], inventory, 'd').length === 1

  it('takes what is ours and no longer meant', () => {
    expect(gone(ours('ConfigMap'))).toBe(true)
  })

  it('takes no data, nothing that asks to stay, nothing of a controller, nothing of others', () => {
    expect(gone(ours('PersistentVolumeClaim'))).toBe(false)
    expect(gone(ours('ConfigMap', { 'kade.dev/prune': 'disabled' }))).toBe(false)
    expect(gone(ours('ConfigMap', { [annotation.action]: 'no-wait, keep' }))).toBe(false)
    const child = ours('ConfigMap')
    const ownerReferences = [{ kind: 'Job', name: 'j', uid: 'j' }]
    expect(gone({ ...child, metadata: { ...child.metadata, ownerReferences } })).toBe(false)
    expect(leftoverOf([ours('ConfigMap')], inventory, 'other')).toEqual([])
  })
})

describe('stages', () => {
  it('put network rules and configuration before pods, and doors after them', () => {
    const order = inStages(
      ['Ingress', 'Deployment', 'Secret', 'Widget', 'NetworkPolicy', 'CustomResourceDefinition'],
      kind => kind,
    )
    expect(order).toEqual([
      ['CustomResourceDefinition'],
      ['Secret', 'NetworkPolicy'],
      ['Deployment', 'Widget'],
      ['Ingress'],
    ])
  })

  it('stamp revision, operation and digest on every object', () => {
    const given = first(intentsOf(work([object('ConfigMap', 'a')])))
    expect(stamped(given, work([]), 'set', null).metadata.annotations).toEqual({
      [annotation.revision]: '2',
      [annotation.operation]: 'o',
      [annotation.objectDigest]: given.digest,
    })
  })
})
