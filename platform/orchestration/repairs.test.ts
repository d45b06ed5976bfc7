import { afterEach, expect, it, vi } from 'vitest'
import type { Observation } from '#platform/federation/observation.ts'
import { type Repairs, startRepairs } from './repairs.ts'
import type { RepairReport } from './worker-hub.ts'

let repairs: Repairs | undefined
afterEach(() => repairs?.stop())

const inParis = (deployment: string) => ({ deployment, cluster: 'paris' })

const missing = (deployment: string, drift = ['Service/chat']): Observation => ({
  deployment,
  namespace: 'team-a',
  name: deployment,
  cluster: 'paris',
  revision: 1,
  state: 'degraded',
  ready: false,
  drift,
  at: new Date(),
})

/** Repairs that look every few milliseconds; the clock is the test's own. */
function start() {
  const state = { away: true, now: 1_000_000, looks: 0, repaired: [] as string[] }
  const reports: RepairReport[] = []
  const lines: string[] = []
  repairs = startRepairs({
    isAway: () => {
      state.looks += 1
      return state.away
    },
    report: async report => void reports.push(report),
    log: message => lines.push(message),
    now: () => state.now,
    every: 5,
  })
  const engine = {
    repair: async ({ deployment }: { deployment: string }) => {
      state.repaired.push(deployment)
      return { made: ['Service/chat'] }
    },
  }
  return { repairs, state, reports, engine, lines }
}

it('repairs only while the hub is away, and tells of it once it is back', async () => {
  const { repairs, state, reports, engine } = start()
  state.away = false
  repairs.seen(engine, missing('chat'))
  repairs.seen(engine, missing('well', []))
  await vi.waitFor(() => expect(state.looks).toBeGreaterThan(4))
  expect(state.repaired).toEqual([])
  state.away = true
  await vi.waitFor(() => expect(state.repaired).toEqual(['chat']))
  expect(reports).toEqual([])
  state.away = false
  await vi.waitFor(() => expect(reports).toHaveLength(1))
  expect(reports[0]).toMatchObject({ deployment: 'chat', objects: ['Service/chat'] })
})

it('leaves a deployment alone that a task is at work on, and one that it has just tried', async () => {
  const { repairs, state, engine } = start()
  const release = await repairs.busyWith(inParis('chat'))
  repairs.seen(engine, missing('chat'))
  repairs.seen(engine, missing('other'))
  await vi.waitFor(() => expect(state.repaired).toEqual(['other']))
  release()
  await vi.waitFor(() => expect(state.repaired).toEqual(['other', 'chat']))
  state.now += 20_000
  await vi.waitFor(() => expect(state.repaired).toHaveLength(4))
})

it('repairs each cluster of a deployment by itself', async () => {
  const { repairs, state, reports, engine } = start()
  const there: string[] = []
  const inMilan = {
    repair: async ({ deployment }: { deployment: string }) => {
      there.push(deployment)
      return { made: ['Service/chat'] }
    },
  }
  const release = await repairs.busyWith(inParis('chat'))
  repairs.seen(engine, missing('chat'))
  repairs.seen(inMilan, { ...missing('chat'), cluster: 'milan' })
  await vi.waitFor(() => expect(there).toEqual(['chat']))
  expect(state.repaired).toEqual([])
  release()
  await vi.waitFor(() => expect(state.repaired).toEqual(['chat']))
  // What is whole in one may be broken in the other.
  repairs.seen(engine, { ...missing('chat', []), state: 'healthy' })
  state.now += 20_000
  await vi.waitFor(() => expect(there).toEqual(['chat', 'chat']))
  expect(state.repaired).toEqual(['chat'])
  state.away = false
  await vi.waitFor(() => expect(reports).toHaveLength(2))
  expect(reports.map(one => one.cluster).sort()).toEqual(['milan', 'paris'])
})

it('tells of what was made also where something else was refused', async () => {
  const { repairs, state, reports, lines } = start()
  const failed = new Error('The quota is used up.')
  repairs.seen({ repair: async () => ({ made: ['Service/chat'], failed }) }, missing('chat'))
  await vi.waitFor(() =>
    expect(lines).toEqual([
      'team-a/chat could not be repaired.',
      'team-a/chat: Service/chat was gone, and is there again.',
    ]),
  )
  state.away = false
  await vi.waitFor(() => expect(reports[0]?.objects).toEqual(['Service/chat']))
})

it('forgets what is whole again', async () => {
  const { repairs, state, engine } = start()
  repairs.seen(engine, missing('chat'))
  await vi.waitFor(() => expect(state.repaired).toEqual(['chat']))
  repairs.seen(engine, { ...missing('chat', []), state: 'healthy' })
  repairs.seen(engine, missing('mark'))
  state.now += 60_000
  await vi.waitFor(() => expect(state.repaired).toContain('mark'))
  expect(state.repaired).toEqual(['chat', 'mark'])
})

it('lets a task wait for the repair that is under way', async () => {
  const { repairs } = start()
  const order: string[] = []
  const mayEnd = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const engine = {
    repair: async () => {
      begun.resolve()
      await mayEnd.promise
      order.push('repaired')
      return { made: [] }
    },
  }
  repairs.seen(engine, missing('chat'))
  await begun.promise
  const task = repairs.busyWith(inParis('chat')).then(() => order.push('task'))
  mayEnd.resolve()
  await task
  expect(order).toEqual(['repaired', 'task'])
})
