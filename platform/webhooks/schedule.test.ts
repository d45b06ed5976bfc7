import { describe, expect, it } from 'vitest'
import { webhookEvents } from '#api/webhooks.ts'
import { faultOf } from '../adapters/outgoing/faults.ts'
import { eventSchemas } from '../events/types.ts'
import { outcomeOf, outcomeOfError, pauseAfter, pauses } from './schedule.ts'

const answer = (status: number) => ({ status, headers: {}, body: '' })

it.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [299, 'delivered'],
  [302, 'failed'],
  [400, 'failed'],
  [404, 'failed'],
  [410, 'gone'],
  [500, 'failed'],
])('takes %i for %s', (status, kind) => {
  expect(outcomeOf(answer(status))).toMatchObject({ kind, status })
})

describe('the next try', () => {
  it('comes later each time, with up to a fifth on top, and at some time not at all', () => {
    const waits = pauses.map((_, n) => pauseAfter(n + 1, 0) ?? 0)
    expect(waits).toEqual(waits.toSorted((a, b) => a - b))
    expect(pauseAfter(1, 1)).toBe((pauses[0] ?? 0) * 1.2)
    expect(pauseAfter(pauses.length + 1, 0)).toBeNull()
  })
})

it('tells a failure in the words of the call, and takes no other error for one', () => {
  const fault = faultOf('timeout', 'a.example')
  expect(outcomeOfError(fault)).toEqual({ kind: 'failed', error: fault.text })
  expect(() => outcomeOfError(new Error('a mistake of ours'))).toThrow('a mistake of ours')
})

it('offers only events that there are', () => {
  for (const name of webhookEvents) expect(Object.keys(eventSchemas)).toContain(name)
})
