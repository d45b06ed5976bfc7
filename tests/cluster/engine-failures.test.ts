import { beforeAll, describe, expect, it } from 'vitest'
import { nextStep } from '#platform/deployments/engine/causes.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import { type AppOptions, never, workOf } from '#tests/support/engine-work.ts'
import { namespaceSpec } from '#tests/support/joined-cluster.ts'
import { plays, podStages } from '#tests/support/pod-stages.ts'

const namespace = 'storm'
const ground = engineGround([], { stages: podStages })
beforeAll(async () => {
  const { bounds, ...spec } = namespaceSpec(namespace)
  await ground.engine.prepareNamespace({ ...spec, bounds: { ...bounds, cpu: '1000' } })
  await ground.engine.prepareNamespace({
    ...namespaceSpec('small'),
    bounds: { ...bounds, cpu: '500m', memory: '1Gi' },
  })
})

async function failureOf(name: string, options: AppOptions, where = namespace) {
  const work = workOf({ namespace: where, name }, 1, options)
  await ground.engine.apply(work, { 'api-key': 'sk-hidden' }, never)
  const seen = await ground.tower.until(work.deployment, one => one.failure !== undefined)
  expect(seen).toMatchObject({ ready: false, state: 'degraded', revision: 1 })
  expect(nextStep(seen.failure?.code ?? '')?.nl).toBeTruthy()
  return { work, failure: seen.failure }
}

describe.concurrent('a deployment that cannot become ready', () => {
  it('says that the image cannot be fetched, in the words of the pod', async () => {
    const { work, failure } = await failureOf('pull', { labels: plays('image-pull-failure') })
    expect(failure).toMatchObject({ code: 'image-pull-failed', object: 'Deployment/pull' })
    expect(failure?.message.en).toContain('qdrant/qdrant:v1.15.4')
    const objects = await ground.engine.inspect(work)
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
      await ground.engine.apply(work, {}, never)
      await ground.tower.until(work.deployment, one => one.ready)
      await ground.engine.apply(workOf(work, 2, { labels, progressDeadline }), {}, never)
      const failed = await ground.tower.until(work.deployment, one => one.failure !== undefined)
      expect(failed.revision).toBe(2)
      const before = ground.tower.seen.length
      await ground.engine.apply(workOf(work, 3, { progressDeadline }), {}, never)
      await ground.tower.until(work.deployment, one => one.ready && one.revision === 3)
      const since = ground.tower.seen
        .slice(before)
        .filter(one => one.deployment === work.deployment)
      expect(since.filter(one => one.revision === 3 && one.failure !== undefined)).toEqual([])
    },
  )
})
