import { expect, it } from 'vitest'
import { failoverOf } from './failover-flags.ts'

it('takes what was chosen for when a cluster is down, and nothing where nothing was', () => {
  expect(failoverOf({})).toEqual({})
  expect(failoverOf({ failover: 'never' })).toEqual({ failover: { mode: 'never', after: 300 } })
  const flags = { failover: 'graceful', failoverAfter: 600_000, failoverData: 'leave' } as const
  expect(failoverOf(flags)).toEqual({ failover: { mode: 'graceful', after: 600, data: 'leave' } })
  expect(() => failoverOf({ failoverAfter: 600_000 })).toThrow('--failover')
})
