import { expect, it } from 'vitest'
import { asOfToday } from './as-of-today.ts'
import { eventSchemas } from './types.ts'

const seen = {
  deployment: '1e4a0000-0000-4000-8000-000000000000',
  cluster: 'paris',
  from: 'missing',
  to: 'healthy',
}

it('reads a reason of before as that text in both languages', () => {
  const today = asOfToday('HealthChanged', { ...seen, reason: '1 of 1 pods ready' })
  expect(eventSchemas.HealthChanged.parse(today).reason).toEqual({
    en: '1 of 1 pods ready',
    nl: '1 of 1 pods ready',
  })
})

it('leaves what has the shape of today as it is', () => {
  const now = { ...seen, reason: { en: 'Ready', nl: 'Gereed' } }
  expect(asOfToday('HealthChanged', now)).toEqual(now)
  expect(asOfToday('HealthChanged', seen)).toEqual(seen)
  expect(asOfToday('DeploymentRequested', { reason: 'because' })).toEqual({ reason: 'because' })
})
