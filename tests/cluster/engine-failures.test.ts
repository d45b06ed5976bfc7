import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextStep } from '#platform/deployments/engine/causes.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import type { Engine } from '#platform/deployments/engine/engine.ts'
import { type AppOptions, accessTo, never, watchTower, workOf } from '#tests/support/engine-work.ts'
import {
  type JoinedCluster,
  namespaceSpec,
  startJoinedCluster,
} from '#tests/support/joined-cluster.ts'
import { plays, podStages } from '#tests/support/pod-stages.ts'

let cluster: JoinedCluster
let engine: Engine
const tower = watchTower()
let stopObserving: () => Promise<void>
const namespace = 'storm'

beforeAll(async () => {
  cluster = await startJoinedCluster('amsterdam', { stages: podStages })
  engine = createEngine(accessTo(cluster))
  const { bounds, ...spec } = namespaceSpec(namespace)
  await engine.prepareNamespace({ ...spec, bounds: { ...bounds, cpu: '1000' } })
  await engine.prepareNamespace({
    ...namespaceSpec('small'),
    bounds: { ...bounds, cpu: '500m', memory: '1Gi' },
  })
  stopObserving = await engine.observe(tower.onChange)
})

afterAll(async () => {
  await stopObserving?.()
  await cluster?.stop()
})

async function failureOf(name: string, options: AppOptions, where = namespace) {
  const work = workOf({ namespace: where, name }, 1, options)
  await engine.apply(work, { 'api-key': 'sk-hidden' }, never)
  const seen = await tower.until(work.deployment, one => one.failure !== undefined)
  expect(seen).toMatchObject({ ready: false, state: 'degraded', revision: 1 })
  expect(nextStep(seen.failure?.code ?? '')?.nl).toBeTruthy()
  return { work, failure: seen.failure }
}

describe.concurrent('a deployment that cannot become ready', () => {
  it('says that the image cannot be fetched, in the words of the pod', async () => {
    const { work, failure } = await failureOf('pull', { labels: plays('image-pull-failure') })
    expect(failure).toMatchObject({ code: 'image-pull-failed', object: 'Deployment/pull' })
    expect(failure?.message.en).toContain('qdrant/qdrant:v1.15.4')
    const objects = await engine.inspect(work)
    expect(objects.find(one => one.kind === 'Deployment')).toMatchObject({
      state: 'InProgress',
      message: { nl: expect.stringContaining('ImagePullBackOff') },
    })
  })

  it('says that the app crashes again and again', async () => {
    const { failure } = await failureOf('crash', { labels: plays('crash-loop') })
    expect(failure?.code).toBe('crash-loop')
    expect(failure?.message.en).toContain('exit code 1')
  })

  it('says that pods which never answer were not ready in time', async () => {
    const { failure } = await failureOf('slow', {
      labels: plays('never-ready'),
      progressDeadline: 3,
    })
    expect(failure?.code).toBe('not-ready-in-time')
  })

  it('says that no node has room for it', async () => {
    const { failure } = await failureOf('large', { cpu: '900' })
    expect(failure?.code).toBe('unschedulable')
    expect(failure?.message.nl).toMatch(/Insufficient cpu/)
  })

  it('says that the quota is used up', async () => {
    const { failure } = await failureOf('greedy', { cpu: '600m' }, 'small')
    expect(failure?.code).toBe('quota-exceeded')
    expect(failure?.message.en).toContain('exceeded quota')
  })

  it.each([
    ['a failed pull', plays('image-pull-failure'), 600],
    ['running out of time', plays('never-ready'), 2],
  ])(
    'is well again after %s and a roll back, and old pods are held against nobody',
    async (what, labels, progressDeadline) => {
      const name = what.replaceAll(' ', '-')
      const work = workOf({ namespace, name }, 1, { progressDeadline })
      await engine.apply(work, {}, never)
      await tower.until(work.deployment, one => one.ready)
      await engine.apply(workOf(work, 2, { labels, progressDeadline }), {}, never)
      const failed = await tower.until(work.deployment, one => one.failure !== undefined)
      expect(failed.revision).toBe(2)
      const before = tower.seen.length
      await engine.apply(workOf(work, 3, { progressDeadline }), {}, never)
      await tower.until(work.deployment, one => one.ready && one.revision === 3)
      const since = tower.seen.slice(before).filter(one => one.deployment === work.deployment)
      expect(since.filter(one => one.revision === 3 && one.failure !== undefined)).toEqual([])
    },
  )
})
