import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { nextStep } from '#platform/deployments/engine/causes.ts'
import type { Work } from '#platform/deployments/work.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { annotation, label } from '#platform/labels.ts'
import { dyingEngine, survived } from '#tests/support/dying-engine.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import { type AppOptions, accessTo, jobObject, never, workOf } from '#tests/support/engine-work.ts'
import { namespaceSpec } from '#tests/support/joined-cluster.ts'
import { plays, podStages } from '#tests/support/pod-stages.ts'

const namespace = 'storm'
const ground = engineGround([], { stages: podStages, disableQpsLimits: true })
beforeAll(async () => {
  const { bounds, ...spec } = namespaceSpec(namespace)
  await ground.engine.prepareNamespace({
    ...spec,
    bounds: { ...bounds, cpu: '1000', storage: '500Gi', deployments: 500 },
  })
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

describe.concurrent('a revision with phases', () => {
  type HookOptions = Parameters<typeof jobObject>[2]
  /** As the platform hands it over: with its owner on the pods. */
  const hook = (deployment: string, name: string, phase: string, options: HookOptions = {}) =>
    jobObject(namespace, name, {
      ...options,
      labels: { [label.deployment]: deployment, ...options.labels },
      annotations: { [annotation.phase]: phase },
    })
  const read = (kind: string, name: string, apiVersion = 'v1') =>
    ground.cluster.admin.get({ apiVersion, kind, namespace, name })
  const jobUid = async (name: string) => (await read('Job', name, 'batch/v1'))?.metadata.uid

  /** Applies phase by phase, as the hub has it done; the phases in the order they were waited for. */
  async function run(work: Work): Promise<{ waited: string[]; seen: Observation }> {
    const waited: string[] = []
    for (;;) {
      const { phase, isWhole } = await ground.engine.apply(work, {}, never)
      const seen = await ground.tower.until(
        work.deployment,
        ({ gate, ready }) =>
          gate?.revision === work.revision &&
          gate.phase === phase &&
          (gate.failure !== undefined || (isWhole ? ready : gate.open)),
      )
      waited.push(phase ?? 'none')
      if (isWhole || seen.gate?.failure) return { waited, seen }
    }
  }

  /** A first revision, and its next ones, with the same hooks. */
  function named(name: string, hooks: (deployment: string) => readonly KubernetesObject[]) {
    const deployment = randomUUID()
    return (revision: number, options: AppOptions = {}) =>
      workOf({ deployment, namespace, name }, revision, { extra: hooks(deployment), ...options })
  }

  it('goes through them in order, and nothing of the app is there before its preparation is done', async () => {
    const at = named('ordered', id =>
      ['post', 'test', 'pre'].map(phase => hook(id, `ordered-${phase}`, phase)),
    )
    const work = at(1)
    const first = await ground.engine.apply(work, {}, never)
    expect(first).toMatchObject({ phase: 'pre', isWhole: false, created: 6 })
    expect(await read('Deployment', 'ordered', 'apps/v1')).toBeNull()
    expect(await read('Service', 'ordered')).toBeNull()
    const { waited, seen } = await run(work)
    expect(waited.filter(phase => phase !== 'pre')).toEqual(['main', 'test', 'post'])
    expect(seen).toMatchObject({ state: 'healthy', ready: true, revision: 1, drift: [] })

    // What prepares has nothing to do for the same object; what tries and follows the app runs for every revision.
    const uids = () => Promise.all(['pre', 'test', 'post'].map(one => jobUid(`ordered-${one}`)))
    const before = await uids()
    const next = at(2, { env: { LOG: 'debug' } })
    expect((await run(next)).waited).toEqual(['main', 'test', 'post'])
    const after = await uids()
    expect(after.map((uid, index) => uid === before[index])).toEqual([true, false, false])
    expect(await ground.engine.settle(next, never)).toEqual({ deleted: 0 })
    await ground.engine.remove(work, 'delete', never)
    expect(await uids()).toEqual([undefined, undefined, undefined])
    const pods = { namespace, labelSelector: `${label.deployment}=${work.deployment}` }
    expect((await ground.cluster.admin.list('v1', 'Pod', pods)).items).toEqual([])
  })

  it('stops at a preparation that fails, in the words of its pod, and the revision before goes on serving', async () => {
    const rule = (port: number) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'broken', namespace },
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: { a: 'b' } } }], ports: [{ port }] }],
      },
    })
    const without = { without: ['NetworkPolicy'] }
    const first = named('broken', () => [])(1)
    const id = first.deployment
    const pre = (options: HookOptions) => hook(id, 'broken-pre', 'pre', options)
    const of = (revision: number, port: number, options: HookOptions) => {
      const work = workOf(first, revision, { ...without, extra: [pre(options)] })
      return { ...work, objects: [...work.objects, rule(port)] }
    }
    await run(of(1, 1111, {}))
    const before = await read('Deployment', 'broken', 'apps/v1')
    const fails = { labels: plays('exit-with-error') }
    const { waited, seen } = await run(of(2, 2222, fails))
    expect(waited).toEqual(['pre'])
    expect(seen.gate?.failure).toMatchObject({ code: 'job-failed', object: 'Job/broken-pre' })
    expect(seen.gate?.failure?.message.nl).toContain('exitcode 3')
    expect(seen).toMatchObject({ state: 'healthy', revision: 1, ready: false, drift: [] })
    const after = await read('Deployment', 'broken', 'apps/v1')
    expect(after?.metadata.generation).toBe(before?.metadata.generation)
    expect(after?.metadata.annotations?.[annotation.revision]).toBe('1')
    // The pods of the revision before may reach what they are bound to.
    const portsOf = async () =>
      JSON.stringify((await read('NetworkPolicy', 'broken', 'networking.k8s.io/v1'))?.spec)
    expect(await portsOf()).toMatch(/2222.*1111/)

    // Asked for again, it is tried again, though its object is the same.
    const failed = await jobUid('broken-pre')
    expect((await run(of(3, 2222, fails))).waited).toEqual(['pre'])
    expect(await jobUid('broken-pre')).not.toBe(failed)
    expect((await run(of(4, 2222, {}))).seen).toMatchObject({ ready: true, revision: 4 })
    expect(await portsOf()).not.toContain('1111')
  })

  it('fails when its test does, and goes back without preparing once more', async () => {
    const at = named('tested', id => [
      hook(id, 'tested-pre', 'pre'),
      hook(id, 'tested-test', 'test'),
    ])
    const first = at(1)
    await run(first)
    const id = first.deployment
    const broken = at(2, {
      extra: [
        hook(id, 'tested-pre', 'pre', { env: { TO: '2' } }),
        hook(id, 'tested-test', 'test', { labels: plays('exit-with-error') }),
      ],
    })
    const { waited, seen } = await run(broken)
    expect(waited).toEqual(['pre', 'main', 'test'])
    expect(seen.gate).toMatchObject({ phase: 'test', failure: { code: 'job-failed' } })
    expect(seen).toMatchObject({ state: 'healthy', ready: false, revision: 2 })
    const prepared = await jobUid('tested-pre')
    const back = await run(at(3))
    expect(back.waited).toEqual(['main', 'test'])
    expect(back.seen).toMatchObject({ ready: true, revision: 3, drift: [] })
    expect(await jobUid('tested-pre')).toBe(prepared)
    // Gone back to after the newer one has served, it is another object than the one that ran last.
    const next = at(4, { extra: [hook(id, 'tested-pre', 'pre', { env: { TO: '2' } })] })
    expect((await run(next)).waited).toEqual(['main'])
    await ground.engine.settle(next, never)
    expect((await run(at(5))).waited).toEqual(['pre', 'main', 'test'])
  })

  it('serves though a job that follows it fails, and says so', async () => {
    const at = named('noisy', id => [
      hook(id, 'noisy-post', 'post', { labels: plays('exit-with-error') }),
    ])
    const { waited, seen } = await run(at(1))
    expect(waited).toEqual(['main', 'post'])
    expect(seen).toMatchObject({ state: 'healthy', ready: true })
    expect(seen.reason?.en).toMatch(/Job\/noisy-post failed: .*exit code 3/)
  })

  it('ends as it should after a kill at any moment, and prepares once', async () => {
    const lives = Array.from({ length: 26 }, async (_, index) => {
      const name = `killed-${index}`
      const work = named(name, id => [
        hook(id, `${name}-pre`, 'pre'),
        hook(id, `${name}-test`, 'test'),
      ])(1)
      const dying = dyingEngine(accessTo(ground.cluster), index * 2 + 1)
      let alive = await survived(dying.apply(work, {}, never))
      const made = await jobUid(`${name}-pre`)
      if (alive) {
        await ground.tower.until(work.deployment, seen => seen.gate?.open === true)
        alive = await survived(dying.apply(work, {}, never))
      }
      const { seen } = await run(work)
      expect(seen).toMatchObject({ ready: true, revision: 1, drift: [] })
      if (made !== undefined) expect(await jobUid(`${name}-pre`)).toBe(made)
      return alive
    })
    expect((await Promise.all(lives)).at(-1)).toBe(true)
  })
})
