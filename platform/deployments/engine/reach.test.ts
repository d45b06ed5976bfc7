import { describe, expect, it } from 'vitest'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation } from '#platform/labels.ts'
import { DeployFailure } from '../deploy-failure.ts'
import { intentsOf } from './intent.ts'
import { phaseIn } from './phases.ts'
import type { Step } from './plan.ts'
import { lookAtHook } from './reach.ts'

const work = { deployment: 'd', namespace: 'n', name: 'web', operation: 'o', digest: '' }

function job(phase: string, image = 'a') {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'hook', annotations: { [annotation.phase]: phase } },
    spec: { template: { spec: { containers: [{ image }] } } },
  }
}

function stepOf(phase: string, change: Step['change'] = 'restamp'): Step {
  const [intent] = intentsOf({ ...work, revision: 2, objects: [job(phase)], secretName: null })
  if (!intent) throw new Error('one object, one intent')
  return { intent, seen: null, change }
}

function live(step: Step, revision: number, state: 'Complete' | 'Failed' | 'runs'): LiveObject {
  const { object, digest } = step.intent
  return {
    ...object,
    metadata: {
      ...object.metadata,
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      annotations: { [annotation.objectDigest]: digest, [annotation.revision]: `${revision}` },
    },
    status: state === 'runs' ? { active: 1 } : { conditions: [{ type: state, status: 'True' }] },
  }
}

const nothingDone = { done: new Set<string>(), work: { revision: 2 } }

describe('a hook of an earlier revision', () => {
  it.each([
    ['pre', 'Complete', 'restamp', true],
    ['pre', 'runs', 'restamp', false],
    ['pre', 'Failed', 'replace', false],
    ['test', 'Complete', 'replace', false],
    ['test', 'runs', 'replace', false],
    ['post', 'Failed', 'replace', false],
  ] as const)('in phase %s that is %s: %s', (phase, state, change, isOver) => {
    const step = stepOf(phase)
    const looked = lookAtHook(step, live(step, 1, state), nothingDone)
    expect(looked).toMatchObject({ isOver, step: { change } })
  })

  it('that was made from another object is replaced', () => {
    const step = stepOf('pre', 'change')
    const other = { ...step, intent: { ...step.intent, digest: 'another' } }
    expect(lookAtHook(step, live(other, 1, 'Complete'), nothingDone)).toMatchObject({
      isOver: false,
      step: { change: 'replace' },
    })
  })
})

describe('a hook of this revision', () => {
  it.each(['Complete', 'Failed', 'runs'] as const)('that is %s is left as it is', state => {
    const step = stepOf('test', 'unchanged')
    expect(lookAtHook(step, live(step, 2, state), nothingDone)).toEqual({
      isOver: state === 'Complete',
      step,
    })
  })

  it('that was suspended has not ended', () => {
    const step = stepOf('pre', 'unchanged')
    const suspended = { ...live(step, 2, 'runs'), spec: { suspend: true } }
    const status = { conditions: [{ type: 'Suspended', status: 'True' }] }
    expect(lookAtHook(step, { ...suspended, status }, nothingDone).isOver).toBe(false)
  })

  it('that ended well is not made again when it is gone, unless it is one of every revision', () => {
    for (const [phase, isOver] of [
      ['pre', true],
      ['test', false],
    ] as const) {
      const step = stepOf(phase, 'create')
      const done = new Set([step.intent.digest, `${step.intent.digest}@1`])
      const looked = lookAtHook(step, null, { ...nothingDone, done })
      expect(looked).toMatchObject({ isOver, step: { change: isOver ? 'done' : 'create' } })
    }
  })
})

it('what pods stand on comes with the first phase, and only where there is one', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }
  expect(phaseIn([job('pre'), map])(map)).toBe('pre')
  expect(phaseIn([job('test'), map])(map)).toBe('main')
})

it('a phase that there is not is refused, with those that there are', () => {
  expect(() => phaseIn([job('prepare')])).toThrow(DeployFailure)
  expect(() => phaseIn([job('prepare')])).toThrow(/pre, main, test or post/)
})
