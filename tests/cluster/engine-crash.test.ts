import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import { DeployFailure } from '#platform/deployments/deploy-failure.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import type { Engine } from '#platform/deployments/engine/engine.ts'
import type { Work } from '#platform/deployments/work.ts'
import { annotation, label } from '#platform/labels.ts'
import { dyingEngine, survived } from '#tests/support/dying-engine.ts'
import { accessTo, never, workOf } from '#tests/support/engine-work.ts'
import {
  type JoinedCluster,
  namespaceSpec,
  startJoinedCluster,
} from '#tests/support/joined-cluster.ts'

let cluster: JoinedCluster
let whole: Engine
const namespace = 'wreck'
const secrets = { 'api-key': 'sk-very-secret' }

beforeAll(async () => {
  cluster = await startJoinedCluster()
  whole = createEngine(accessTo(cluster))
  const spec = namespaceSpec(namespace)
  await whole.prepareNamespace({
    ...spec,
    bounds: { ...spec.bounds, storage: '500Gi', deployments: 500 },
  })
})

afterAll(async () => await cluster?.stop())

/** An engine whose process dies when its nth call of the cluster was carried out. */
const dyingAt = (nth: number) => dyingEngine(accessTo(cluster), nth)

const kinds = [
  ['v1', 'Secret'],
  ['v1', 'ConfigMap'],
  ['v1', 'ServiceAccount'],
  ['v1', 'Service'],
  ['v1', 'PersistentVolumeClaim'],
  ['apps/v1', 'Deployment'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
] as const

/** `Kind/name@revision` of all that bears the owner label. */
async function standing(work: Work): Promise<string[]> {
  const lists = await Promise.all(
    kinds.map(([apiVersion, kind]) =>
      cluster.admin.list(apiVersion, kind, {
        namespace,
        labelSelector: `${label.deployment}=${work.deployment}`,
        metadataOnly: true,
      }),
    ),
  )
  return lists
    .flatMap(list => list.items)
    .map(
      one => `${one.kind}/${one.metadata.name}@${one.metadata.annotations?.[annotation.revision]}`,
    )
    .toSorted()
}

const map = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { is: name },
})

/** The first revision has an object that the second has not, and the other way round. */
function revisions(name: string): readonly [Work, Work] {
  const first = workOf({ namespace, name }, 1, { replicas: 0, extra: [map(`${name}-old`)] })
  const second = workOf(first, 2, { replicas: 0, env: { B: '2' }, extra: [map(`${name}-new`)] })
  return [first, second]
}

function wholeOf(work: Work, extra: string): string[] {
  const { name, revision } = work
  const titles = kinds.map(([, kind]) => `${kind}/${name}`)
  return [...titles, `ConfigMap/${name}-kade`, `ConfigMap/${name}-${extra}`]
    .map(title => `${title}@${revision}`)
    .toSorted()
}

describe('a worker that dies after its nth call', () => {
  it('is followed by one that ends the installation, with nothing missing or left over', async () => {
    for (let nth = 1; ; nth++) {
      const [work] = revisions(`i${nth}`)
      const alive = await survived(dyingAt(nth).apply(work, secrets, never))
      await whole.apply(work, secrets, never)
      await whole.settle(work, never)
      expect(await standing(work)).toEqual(wholeOf(work, 'old'))
      if (alive) return expect(nth).toBeGreaterThan(9)
    }
  })

  it('is followed by one that ends the update and deletes what is left over', async () => {
    for (let nth = 1; ; nth++) {
      const [first, second] = revisions(`u${nth}`)
      await whole.apply(first, secrets, never)
      const dying = dyingAt(nth)
      const alive = await survived(
        dying.apply(second, secrets, never).then(() => dying.settle(second, never)),
      )
      await whole.apply(second, secrets, never)
      await whole.settle(second, never)
      expect(await standing(second)).toEqual(wholeOf(second, 'new'))
      if (alive) return expect(nth).toBeGreaterThan(15)
    }
  })

  it('is followed by one that ends the removal', async () => {
    for (let nth = 1; ; nth++) {
      const [work] = revisions(`r${nth}`)
      await whole.apply(work, secrets, never)
      const alive = await survived(dyingAt(nth).remove(work, 'delete', never))
      await whole.remove(work, 'delete', never)
      expect(await standing(work)).toEqual([])
      if (alive) return expect(nth).toBeGreaterThan(9)
    }
    // What is removed with its data is looked for longer, once for each call.
  }, 300_000)
})

/** A worker that has written the parent of its revision and then loses its breath, until it is woken. */
async function asleepAfterParent(work: Work): Promise<{ wake(): Promise<void> }> {
  const asleep = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const access = accessTo(cluster)
  const engine = createEngine({
    ...access,
    deployer: name => {
      const hand = access.deployer(name)
      return {
        ...hand,
        async apply(object, options) {
          const live = await hand.apply(object, options)
          if (object.metadata.name.endsWith('-kade')) {
            written.resolve()
            await asleep.promise
          }
          return live
        },
      }
    },
  })
  const end = engine.apply(work, secrets, never).then(() => undefined, superseded)
  await written.promise
  return {
    wake: () => {
      asleep.resolve()
      return end
    },
  }
}

describe('two workers at once', () => {
  it('end with the objects of the newer revision, whatever the order of their writes', async () => {
    for (let round = 1; round <= 5; round++) {
      const [first, second] = revisions(`t${round}`)
      await whole.apply(first, secrets, never)
      const third = { ...first, revision: 3, objects: workOf(first, 3, { replicas: 0 }).objects }
      const older = whole.apply(second, secrets, never).catch(superseded)
      await Promise.all([whole.apply(third, secrets, never), older])
      await whole.settle(third, never)
      const names = await standing(third)
      expect(names).toEqual(names.map(one => one.replace(/@.*/, '@3')))
      expect(names).toHaveLength(8)
    }
  })

  it('leave nothing behind when the older one wakes up after the newer has ended', async () => {
    const [first, second] = revisions('zombie')
    await whole.apply(first, secrets, never)
    const older = await asleepAfterParent(second)
    const third = { ...first, revision: 3 }
    await whole.apply(third, secrets, never)
    await whole.settle(third, never)
    await older.wake()
    // Creating is not fenced, so it may have made its own object; the next operation finds it by its label.
    const fourth = { ...first, revision: 4 }
    await whole.apply(fourth, secrets, never)
    await whole.settle(fourth, never)
    expect(await standing(fourth)).toEqual(wholeOf(fourth, 'old'))
  })

  it('do not bring a deleted deployment back', async () => {
    const [first, second] = revisions('undead')
    await whole.apply(first, secrets, never)
    const older = await asleepAfterParent(second)
    await whole.remove(second, 'delete', never)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 20_000 })
    try {
      await older.wake()
    } finally {
      vi.useRealTimers()
    }
    expect(await standing(second)).toEqual([])
  })

  it('delete nothing when one kind cannot be listed', async () => {
    const [first, second] = revisions('blind')
    await whole.apply(first, secrets, never)
    await whole.apply(second, secrets, never)
    const access = accessTo(cluster)
    const blind = createEngine({
      ...access,
      deployer: name => ({
        ...access.deployer(name),
        list: () => Promise.reject(new KubeError({ code: 500, message: 'no answer' })),
      }),
    })
    await expect(blind.settle(second, never)).rejects.toThrow('no answer')
    expect(await standing(second)).toContain('ConfigMap/blind-old@1')
  })
})

function superseded(error: unknown): void {
  if (error instanceof DeployFailure && error.reason.code === 'superseded') return
  throw error
}

describe('an update that never ended', () => {
  it('leaves nothing behind when the next revision comes', async () => {
    for (const nth of [3, 12, 15, 18]) {
      const [first, second] = revisions(`n${nth}`)
      await whole.apply(first, secrets, never)
      await survived(dyingAt(nth).apply(second, secrets, never))
      const third = { ...first, revision: 3 }
      await whole.apply(third, secrets, never)
      await whole.settle(third, never)
      expect(await standing(third)).toEqual(wholeOf(third, 'old'))
    }
  })

  it('stops between two objects when it is cancelled, and writes nothing more', async () => {
    const [first] = revisions('cancelled')
    const cancel = new AbortController()
    const access = accessTo(cluster)
    const engine = createEngine({
      ...access,
      deployer: name => {
        const hand = access.deployer(name)
        return {
          ...hand,
          async apply(object, options) {
            const live = await hand.apply(object, options)
            if (object.kind === 'ConfigMap' && object.metadata.name.endsWith('-kade'))
              cancel.abort()
            return live
          },
        }
      },
    })
    await expect(engine.apply(first, secrets, cancel.signal)).rejects.toThrow(/abort/)
    expect(await standing(first)).toEqual(['ConfigMap/cancelled-kade@1'])
  })
})
