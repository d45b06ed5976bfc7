import { describe, expect, it } from 'vitest'
import type { CauseCode } from './causes.ts'
import type { Status } from './readiness/status.ts'
import type { MemberSeen, PodSeen, ReplicaSetSeen } from './sightings.ts'
import { judge, type Scene } from './verdict.ts'

const owner = { deployment: 'd', namespace: 'harbour', name: 'web' }
const now = 1_000_000
const kinds = new Set(['Deployment', 'StatefulSet', 'Service'])

function member(kind: string, rest: Partial<MemberSeen> = {}): MemberSeen {
  return {
    type: 'member',
    ...owner,
    apiVersion: 'v1',
    kind,
    title: `${kind}/web`,
    uid: `${kind}-uid`,
    revision: 2,
    digest: 'x',
    held: 'x',
    touched: false,
    ...rest,
  }
}

const both = (said: string) => ({ en: said, nl: said })

function workload(state: Status['state'], said: string, rest: Partial<MemberSeen> = {}) {
  return member('Deployment', {
    status: { state, message: both(said) },
    rollout: '2',
    observed: true,
    ...rest,
  })
}

function replicaSet(uid: string, rollout: string): ReplicaSetSeen {
  return { type: 'replica-set', ...owner, uid, controller: 'Deployment-uid', rollout }
}

function pod(controller: string, code: CauseCode, patience: number): PodSeen {
  const trouble = { code, message: both(`${code}!`), patience }
  return { type: 'pod', ...owner, uid: `pod-of-${controller}`, controller, trouble }
}

function scene(members: readonly MemberSeen[], rest: Partial<Scene> = {}): Scene {
  return {
    ...owner,
    parent: {
      type: 'parent',
      ...owner,
      revision: 2,
      objects: ['Deployment/web', 'Service/web', 'Secret/web'],
      leftover: [],
    },
    members: new Map(members.map(one => [one.title, one])),
    pods: new Map(),
    replicaSets: new Map([
      ['old', replicaSet('old', '1')],
      ['new', replicaSet('new', '2')],
    ]),
    revisionSince: 0,
    troubleSince: new Map(),
    drifted: new Set(),
    ...rest,
  }
}

function seen(given: Scene, simulated = false) {
  return judge(given, now, { kinds, simulated }).observation
}

const service = member('Service')
const ready = workload('Current', '1 of 1 pods ready')
const busy = workload('InProgress', '0 of 1 pods ready')

describe('a deployment', () => {
  it('is ready when its workloads are current and all objects bear the revision', () => {
    expect(seen(scene([ready, service]))).toMatchObject({
      state: 'healthy',
      ready: true,
      revision: 2,
      reason: both('1 of 1 pods ready'),
    })
  })

  it('says so when nothing of it is real', () => {
    expect(seen(scene([ready, service]), true).reason).toEqual({
      en: '1 of 1 pods ready (simulated)',
      nl: '1 of 1 pods ready (gesimuleerd)',
    })
  })

  it('has the lowest revision of its objects, and is not ready until all have reached it', () => {
    const lagging = scene([ready, member('Service', { revision: 1 })])
    expect(seen(lagging)).toMatchObject({ revision: 1, ready: false })
  })

  it('is being created while its objects are expected, and missing when they do not come', () => {
    const young = scene([service], { revisionSince: now - 1_000 })
    expect(judge(young, now, { kinds, simulated: false })).toMatchObject({
      observation: { state: 'progressing', ready: false, drift: [] },
      recheckIn: 14_000,
    })
    expect(seen(scene([service]))).toMatchObject({ state: 'missing', drift: ['Deployment/web'] })
  })

  it('shows as drift what bears its label and is not of its revision', () => {
    const stray = member('Service', { title: 'Service/stray', revision: 1 })
    expect(seen(scene([ready, service, stray]))).toMatchObject({
      ready: true,
      revision: 2,
      drift: ['Service/stray'],
    })
  })

  it('is missing when nothing of it is there', () => {
    expect(seen(scene([], { parent: null }))).toMatchObject({
      state: 'missing',
      revision: null,
      ready: false,
    })
  })

  it('is suspended, and ready, when scaled down', () => {
    expect(seen(scene([{ ...ready, suspended: true }, service]))).toMatchObject({
      state: 'suspended',
      ready: true,
    })
  })

  it('is not ready when somebody has scaled it down by hand', () => {
    const byHand = scene([{ ...ready, suspended: true }, service], {
      drifted: new Set(['Deployment/web']),
    })
    expect(seen(byHand)).toMatchObject({ state: 'suspended', ready: false })
  })

  it('is as well as the worst of its workloads', () => {
    const other = member('StatefulSet', { status: { state: 'Failed', message: both('no') } })
    const parent = {
      type: 'parent' as const,
      ...owner,
      revision: 2,
      objects: ['Deployment/web', 'StatefulSet/web'],
      leftover: [],
    }
    expect(seen(scene([ready, other], { parent }))).toMatchObject({
      state: 'degraded',
      reason: both('no'),
      failure: { code: 'not-ready-in-time', object: 'StatefulSet/web' },
    })
  })
})

describe('a trouble of its pods', () => {
  const pods = (one: PodSeen) => new Map([[one.uid, one]])

  it('fails the deployment at once when waiting will not mend it', () => {
    const given = scene([busy, service], { pods: pods(pod('new', 'image-pull-failed', 0)) })
    expect(seen(given)).toMatchObject({
      state: 'degraded',
      failure: { code: 'image-pull-failed', object: 'Deployment/web' },
    })
  })

  it('is told at once and fails it only when it has lasted', () => {
    const unlucky = pod('new', 'unschedulable', 15_000)
    const given = (since: number) =>
      scene([busy, service], {
        pods: pods(unlucky),
        troubleSince: new Map([[unlucky.uid, since]]),
      })
    const early = judge(given(now - 5_000), now, { kinds, simulated: false })
    expect(early.observation).toMatchObject({
      state: 'progressing',
      reason: both('unschedulable!'),
    })
    expect(early.observation.failure).toBeUndefined()
    expect(early.recheckIn).toBe(10_000)
    expect(seen(given(now - 15_000)).failure?.code).toBe('unschedulable')
  })

  it('is held against nobody when the pod is of an older template', () => {
    const given = scene([busy, service], { pods: pods(pod('old', 'image-pull-failed', 0)) })
    expect(seen(given)).toMatchObject({ state: 'progressing' })
    expect(seen(given).failure).toBeUndefined()
  })

  it('is held against nobody before the controller has looked at the newest version', () => {
    const given = scene([{ ...busy, observed: false }, service], {
      pods: pods(pod('new', 'image-pull-failed', 0)),
    })
    expect(seen(given).failure).toBeUndefined()
  })

  it('gives the cause when the workload ran out of time', () => {
    const late = workload('Failed', 'exceeded its deadline', {
      status: {
        state: 'Failed',
        message: both('exceeded its deadline'),
        code: 'not-ready-in-time',
      },
    })
    const since = (ago: number) => new Map([[late.uid, now - ago]])
    const fresh = scene([late, service], { troubleSince: since(1_000) })
    expect(judge(fresh, now, { kinds, simulated: false }).recheckIn).toBe(4_000)
    expect(seen(fresh).failure).toBeUndefined()
    const lasting = scene([late, service], { troubleSince: since(5_000) })
    expect(seen(lasting).failure?.code).toBe('not-ready-in-time')
    const crashing = { ...lasting, pods: pods(pod('new', 'crash-loop', 15_000)) }
    expect(seen(crashing).failure?.code).toBe('crash-loop')
  })
})

it('waits neither for a workload that asks for it, nor for one that is gone', () => {
  const parent = {
    type: 'parent',
    ...owner,
    revision: 2,
    objects: ['Deployment/web', 'StatefulSet/later'],
    leftover: [],
  } as const
  const later = member('StatefulSet', {
    title: 'StatefulSet/later',
    status: { state: 'Failed', message: both('It failed') },
  })
  const noWait = ['StatefulSet/later']
  expect(seen(scene([ready, later], { parent }))).toMatchObject({ ready: false, state: 'degraded' })
  for (const members of [[ready, later], [ready]])
    expect(seen(scene(members, { parent: { ...parent, noWait } }))).toMatchObject({
      ready: true,
      state: 'healthy',
    })
})

it('what is made once may bear the revision that made it', () => {
  const members = [workload('Current', 'Serves'), member('Service', { revision: 1 })]
  const { parent } = scene(members)
  if (!parent) throw new Error('the scene has a parent')
  expect(seen(scene(members))).toMatchObject({ ready: false, revision: 1 })
  const oneOff = ['Service/web']
  expect(seen(scene(members, { parent: { ...parent, oneOff } }))).toMatchObject({
    ready: true,
    revision: 2,
  })
})
