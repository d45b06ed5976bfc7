import { expect, it } from 'vitest'
import { eventSchemas } from './types.ts'
import { currentVersion, type Registry, upcast } from './versions.ts'

const seen = {
  deployment: '1e4a0000-0000-4000-8000-000000000000',
  cluster: 'paris',
  from: 'missing',
  to: 'healthy',
}

it('reads a reason of before as that text in both languages', () => {
  const today = upcast('HealthChanged', 0, { ...seen, reason: '1 of 1 pods ready' })
  expect(eventSchemas.HealthChanged.parse(today).reason).toEqual({
    en: '1 of 1 pods ready',
    nl: '1 of 1 pods ready',
  })
})

it('leaves what has the shape of today as it is', () => {
  const now = { ...seen, reason: { en: 'Ready', nl: 'Gereed' } }
  expect(upcast('HealthChanged', 0, now)).toEqual(now)
  expect(upcast('HealthChanged', 1, seen)).toEqual(seen)
  expect(upcast('DeploymentRequested', 0, { reason: 'because' })).toEqual({ reason: 'because' })
})

const grown: Registry = {
  SignedIn: {
    1: ({ by, ...rest }) => ({ ...rest, how: by }),
    2: data => ({ ...data, strong: false }),
  },
}

it('takes an event through every version between its own and that of today', () => {
  expect(currentVersion('SignedIn', grown)).toBe(3)
  const said = { account: 'a', by: 'link' }
  for (const version of [0, 1])
    expect(upcast('SignedIn', version, said, grown)).toEqual({
      account: 'a',
      how: 'link',
      strong: false,
    })
  expect(upcast('SignedIn', 2, { account: 'a', how: 'link' }, grown)).toEqual({
    account: 'a',
    how: 'link',
    strong: false,
  })
})

it('leaves what a newer Kade wrote', () => {
  const newer = { account: 'a', means: [] }
  expect(upcast('SignedIn', 4, newer, grown)).toEqual(newer)
})

it('counts versions from 1', () => {
  expect(currentVersion('SignedIn')).toBe(1)
  expect(currentVersion('HealthChanged')).toBe(1)
})
