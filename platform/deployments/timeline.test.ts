import { expect, test } from 'vitest'
import { HealthState } from '#api/health.ts'
import type { StoredEvent } from '#platform/events/types.ts'
import { textOf } from './timeline.ts'

function seen(to: HealthState): StoredEvent {
  const deployment = '5f0a4c3e-8c55-4c0e-9a53-0d1f4a7d2b11'
  return {
    id: '5f0a4c3e-8c55-4c0e-9a53-0d1f4a7d2b12',
    stream: `observed-${deployment}`,
    position: 0,
    globalPosition: 1,
    at: new Date(0),
    type: 'HealthChanged',
    data: { deployment, cluster: 'paris', from: 'unknown', to },
  }
}

test('a state that was seen has a Dutch word in a Dutch sentence', () => {
  expect(textOf(seen('healthy'))).toEqual({
    en: 'Seen on paris as healthy.',
    nl: 'Gezien op paris als gezond.',
  })
  const words = HealthState.options.map(state => textOf(seen(state)).nl.split(' als ')[1])
  expect(words).toEqual(['gezond.', 'bezig.', 'verstoord.', 'gepauzeerd.', 'afwezig.', 'onbekend.'])
})
