import { describe, expect, it } from 'vitest'
import type { HealthState } from '#api/health.ts'
import type { Phase } from '#platform/events/types.ts'
import type { Status } from './readiness/status.ts'
import type { MemberSeen, ParentSeen, PodSeen } from './sightings.ts'
import { judge, type Scene } from './verdict.ts'

const owner = { deployment: 'd', namespace: 'harbour', name: 'web' }
const now = 1_000_000
const kinds = new Set(['Deployment', 'Job', 'ConfigMap'])
const both = (said: string) => ({ en: said, nl: said })

function member(title: string, state: Status['state'], revision = 2): MemberSeen {
  const [kind = ''] = title.split('/')
  return {
    type: 'member',
    ...owner,
    apiVersion: 'v1',
    kind,
    title,
    uid: title,
    revision,
    digest: 'x',
    held: 'x',
    touched: false,
    status: { state, message: both(`${title} is ${state}`) },
    observed: true,
  }
}

const of = new Map<string, Phase>([
  ['ConfigMap/web', 'pre'],
  ['Job/migrate', 'pre'],
  ['Job/smoke', 'test'],
  ['Job/warm', 'post'],
])

function scene(
  reached: Phase,
  members: readonly MemberSeen[],
  more: { done?: string[]; pods?: readonly PodSeen[]; parent?: Partial<ParentSeen> } = {},
): Scene {
  return {
    ...owner,
    parent: {
      type: 'parent',
      ...owner,
      revision: 2,
      objects: ['Deployment/web', ...of.keys()],
      leftover: [],
      phases: { reached, of, done: more.done ?? [] },
      ...more.parent,
    },
    members: new Map(members.map(one => [one.title, one])),
    pods: new Map((more.pods ?? []).map(one => [one.uid, one])),
    replicaSets: new Map(),
    revisionSince: 0,
    troubleSince: new Map(),
    drifted: new Set(),
  }
}

function seen(given: Scene) {
  return judge(given, now, { kinds, simulated: false }).observation
}

const ground = member('ConfigMap/web', 'Current')
const old = member('Deployment/web', 'Current', 1)
const serving = member('Deployment/web', 'Current')
const prepared = member('Job/migrate', 'Current')
const badPod: PodSeen = {
  type: 'pod',
  ...owner,
  uid: 'p',
  controller: 'Job/migrate',
  trouble: { code: 'crash-loop', message: both('exit code 3'), patience: 15_000 },
}

describe('a preparation', () => {
  it('runs beside what serves, which stays as well as it is', () => {
    expect(seen(scene('pre', [ground, old, member('Job/migrate', 'InProgress')]))).toMatchObject({
      state: 'healthy',
      revision: 1,
      ready: false,
      drift: [],
      gate: { revision: 2, phase: 'pre', open: false },
    })
  })

  it('opens the next phase when it is done, and not when it was suspended or belongs to an earlier revision', () => {
    const open = (job: MemberSeen) => seen(scene('pre', [ground, old, job])).gate?.open
    expect(open(prepared)).toBe(true)
    expect(open({ ...prepared, suspended: true })).toBe(false)
    expect(open({ ...prepared, revision: 1 })).toBe(false)
    expect(seen(scene('pre', [ground, old])).gate?.open).toBe(false)
  })

  it('fails in the words of its pod once the job has given up, and not while it tries again', () => {
    const failed = scene('pre', [ground, old, member('Job/migrate', 'Failed')], { pods: [badPod] })
    expect(seen(failed)).toMatchObject({
      state: 'healthy',
      gate: { open: false, failure: { code: 'job-failed', object: 'Job/migrate' } },
    })
    expect(seen(failed).gate?.failure?.message.en).toContain('exit code 3')
    expect(seen(failed).failure).toBeUndefined()
    const trying = scene('pre', [ground, old, member('Job/migrate', 'InProgress')], {
      pods: [badPod],
    })
    expect(seen({ ...trying, troubleSince: new Map([['p', 0]]) }).gate).toEqual({
      revision: 2,
      phase: 'pre',
      open: false,
    })
  })

  it('is waited for by an app that was never there, until it fails', () => {
    const state = (job: Status['state']) => seen(scene('pre', [ground, member('Job/migrate', job)]))
    expect(state('InProgress')).toMatchObject({
      state: 'progressing',
      reason: { en: 'It waits for Job/migrate', nl: 'Het wacht op Job/migrate' },
      drift: [],
    })
    expect(state('Failed')).toMatchObject({ state: 'missing', ready: false })
  })
})

describe('the phases after it', () => {
  it.each<[Phase, readonly MemberSeen[], boolean, boolean]>([
    ['main', [ground, serving], true, false],
    ['main', [ground, old], false, false],
    ['main', [ground, member('Deployment/web', 'InProgress')], false, false],
    ['test', [ground, serving, member('Job/smoke', 'InProgress')], false, false],
    ['test', [ground, serving, member('Job/smoke', 'Current')], true, false],
    ['post', [ground, serving, member('Job/warm', 'InProgress')], false, false],
    ['post', [ground, serving, member('Job/warm', 'Current')], true, true],
    ['post', [ground, serving, member('Job/warm', 'Failed')], true, true],
  ])('%s is over, and the revision ready, only when it is: %#', (reached, members, open, ready) => {
    const done = reached === 'post' ? ['Job/migrate', 'Job/smoke'] : ['Job/migrate']
    const given = scene(reached, members, { done })
    expect(seen(given)).toMatchObject({ gate: { phase: reached, open }, ready })
  })

  it('fail with a test that finds something wrong', () => {
    const given = scene('test', [ground, serving, prepared, member('Job/smoke', 'Failed')])
    expect(seen(given).gate).toMatchObject({ open: false, failure: { object: 'Job/smoke' } })
  })

  it('serve with a job after them that failed, and say so', () => {
    const given = scene('post', [ground, serving, prepared, member('Job/warm', 'Failed')])
    expect(seen(given)).toMatchObject({
      state: 'healthy' satisfies HealthState,
      reason: {
        en: 'Deployment/web is Current. Job/warm failed: Job/warm is Failed',
        nl: 'Deployment/web is Current. Job/warm is mislukt: Job/warm is Failed',
      },
    })
    expect(seen(given).gate).not.toHaveProperty('failure')
  })

  it('serve with a job after them that goes on, and say so', () => {
    const jobs = [member('Job/smoke', 'InProgress', 1), member('Job/warm', 'InProgress')]
    const given = scene('post', [ground, serving, ...jobs], { done: ['Job/migrate', 'Job/smoke'] })
    expect(seen(given)).toMatchObject({
      state: 'healthy',
      reason: {
        en: 'Deployment/web is Current. Job/warm has not ended',
        nl: 'Deployment/web is Current. Job/warm is nog niet klaar',
      },
    })
  })

  it('miss no hook that has ended well and is gone, and every other one', () => {
    const given = (done: string[]) => scene('post', [ground, serving], { done })
    const { drift } = seen(given(['Job/migrate']))
    expect(drift).toEqual(['Job/smoke', 'Job/warm'])
  })
})

it('a job that clears itself away is missed only while it may not have come yet', () => {
  const parent = { vanishing: ['Job/once'], objects: ['Deployment/web', 'Job/once'] }
  const { phases: _none, ...bare } = { ...scene('main', []).parent, ...parent } as ParentSeen
  const given = { ...scene('main', [serving]), parent: bare }
  expect(seen(given)).toMatchObject({ state: 'healthy', ready: true, drift: [] })
  const young = { ...given, revisionSince: now - 1_000 }
  expect(seen(young)).toMatchObject({ state: 'progressing', ready: false })
})
