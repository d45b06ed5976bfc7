import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Phase } from '#platform/events/types.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { openScenes } from './scenes.ts'
import type { ParentSeen } from './sightings.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function parent(reached: Phase): ParentSeen {
  return {
    type: 'parent',
    deployment: 'd',
    namespace: 'harbour',
    name: 'web',
    revision: 1,
    objects: ['Job/migrate', 'Deployment/web'],
    leftover: [],
    phases: { reached, of: new Map([['Job/migrate', 'pre']]), done: ['Job/migrate'] },
  }
}

it('gives the objects of a phase their time to come, however long the one before it took', () => {
  const told: Observation[] = []
  const scenes = openScenes({
    cluster: 'amsterdam',
    simulated: false,
    kinds: new Set(['Job', 'Deployment']),
    checkDrift: async () => null,
    onChange: seen => told.push(seen),
  })
  scenes.tellAll(false)
  scenes.seen(parent('pre'))
  vi.advanceTimersByTime(60_000)
  scenes.seen(parent('main'))
  vi.advanceTimersByTime(1_500)
  expect(told.at(-1)).toMatchObject({ state: 'progressing', drift: [] })
  vi.advanceTimersByTime(20_000)
  expect(told.at(-1)).toMatchObject({ state: 'missing', drift: ['Deployment/web'] })
  scenes.close()
})

it('tells of mere progress once a second, and of what decides at once', () => {
  const told: Observation[] = []
  const scenes = openScenes({
    cluster: 'amsterdam',
    simulated: false,
    kinds: new Set(['Deployment']),
    checkDrift: async () => null,
    onChange: seen => told.push(seen),
  })
  const own = { deployment: 'd', namespace: 'harbour', name: 'web' }
  const workload = (state: 'Current' | 'InProgress', message: string) =>
    scenes.seen({
      ...{
        type: 'member',
        ...own,
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        title: 'Deployment/web',
      },
      ...{ uid: 'u', revision: 1, digest: 'x', held: 'x', touched: false, observed: true },
      status: { state, message: { en: message, nl: message } },
    })
  scenes.tellAll(false)
  scenes.seen({ type: 'parent', ...own, revision: 1, objects: ['Deployment/web'], leftover: [] })
  vi.advanceTimersByTime(300)
  workload('InProgress', '0 of 2')
  vi.advanceTimersByTime(300)
  expect(told).toEqual([])
  workload('InProgress', '1 of 2')
  vi.advanceTimersByTime(1_000)
  expect(told.map(one => one.reason?.en)).toEqual(['1 of 2'])
  workload('InProgress', '1 of 2, still')
  vi.advanceTimersByTime(300)
  workload('Current', '2 of 2')
  vi.advanceTimersByTime(300)
  expect(told.map(one => one.reason?.en)).toEqual(['1 of 2', '2 of 2'])
  vi.advanceTimersByTime(5_000)
  expect(told).toHaveLength(2)
  scenes.close()
})
