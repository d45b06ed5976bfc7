import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { PlatformError } from '#platform/errors.ts'
import type { Worker } from '#platform/orchestration/worker.ts'
import { joinPlanned } from './join-planned.ts'
import type { PlannedCluster } from './planned-cluster.ts'
import type { Settings } from './settings.ts'

/** Joins a cluster whose every try fails as `connect` does, and lives for so long. */
async function joined(connect: (tell: (message: string) => void) => Promise<never>, ms: number) {
  const stopping = new AbortController()
  let tries = 0
  const states: string[] = []
  const problems: unknown[] = []
  const planned = {
    spec: { name: 'paris', simulated: true },
    connect: async (tell: (message: { en: string; nl: string }) => void) => {
      tries += 1
      return connect(text => tell({ en: text, nl: text }))
    },
    stop: async () => {},
  }
  const registrar = {
    state: async (_cluster: string, state: string) => void states.push(state),
    simulated: async () => {},
    endpoint: async () => {},
  }
  const problem = (_said: string, error: unknown) => void problems.push(error)
  const report = { step: () => {}, line: () => {}, problem }
  const first = joinPlanned(
    // Only what is read before it is connected is there.
    {} as Settings,
    registrar,
    { stopping: stopping.signal } as Worker,
    planned as unknown as PlannedCluster,
    report,
    { deadline: 20, first: 2, longest: 10 },
  )
  await first
  await pause(ms)
  stopping.abort()
  return { tries, states, problems }
}

describe('a cluster that cannot be joined', () => {
  it.each([
    [
      'a credential that is no good now',
      new PlatformError('cluster-unreachable', 'Sign in again.'),
    ],
    ['a guard policy that is late', new Error('It did not come into force.')],
  ])('is tried again: %s', async (_what, error) => {
    const { tries } = await joined(async () => Promise.reject(error), 200)
    expect(tries).toBeGreaterThan(1)
  })

  it('is not where a person refused it', async () => {
    const refused = async () => Promise.reject(new PlatformError('conflict', 'Nobody agreed.'))
    const { tries, states } = await joined(refused, 100)
    expect(tries).toBe(1)
    // Told again: the registry keeps no failure while another worker serves the cluster, which may be gone later.
    expect(states.length).toBeGreaterThan(1)
    expect(new Set(states)).toEqual(new Set(['failed']))
  })

  it('is said to be joining at the first try alone', async () => {
    const { tries, states } = await joined(async tell => {
      tell('Starting.')
      throw new Error('No.')
    }, 200)
    expect(tries).toBeGreaterThan(2)
    expect(states.filter(one => one === 'joining')).toHaveLength(1)
  })

  it('is told of once at the terminal, and again when the reason is another', async () => {
    const reasons = ['No such host.', 'No such host.', 'Sign in again.']
    const { tries, states, problems } = await joined(async () => {
      throw new Error(reasons.shift() ?? 'Sign in again.')
    }, 200)
    expect(tries).toBeGreaterThan(3)
    expect(problems).toEqual([new Error('No such host.'), new Error('Sign in again.')])
    expect(states).toHaveLength(tries)
  })

  it('is not begun twice where a try takes too long', async () => {
    const { tries, states } = await joined(() => new Promise(() => {}), 200)
    expect(tries).toBe(1)
    expect(states).toContain('failed')
  })
})
