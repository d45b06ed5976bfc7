import { expect, it } from 'vitest'
import { planDrain } from './drain.ts'
import type { FailingCandidate, Standing } from './failover.ts'

const now = new Date('2026-11-28T12:00:00Z')
const request = { request: { cpu: 1000, memory: 0, pods: 1, devices: {} }, count: 1 }

function cluster(name: string, more: Partial<FailingCandidate> = {}): FailingCandidate {
  return {
    ...{ name, region: name, jurisdiction: 'NL', primary: false, labels: {}, health: 'ready' },
    ...{ cordoned: false, namespace: true, rooms: null, assumed: [], elastic: false },
    ...{ down: false, outSince: null, coming: false, draining: false },
    ...more,
  }
}
function standing(deployment: string, more: Partial<Standing> = {}): Standing {
  return {
    ...{ deployment, environment: 'dev', clusters: ['paris'], namespace: ['amsterdam', 'paris'] },
    ...{ policy: { mode: 'graceful', after: 300 }, request: { each: [request] } },
    ...{ operating: false, leaving: [], failedAt: null, claims: [] },
    ...more,
  }
}
const paris = cluster('paris', { draining: true, cordoned: true })

it('moves what can go, also what is never moved by itself, and keeps what has volumes', () => {
  const all = [
    standing('a', { policy: { mode: 'never', after: 300 } }),
    standing('b', { claims: ['data'] }),
    standing('c', { clusters: ['amsterdam'] }),
    standing('d', { operating: true }),
  ]
  const { moves, held } = planDrain(all, [cluster('amsterdam'), paris], now)
  expect(moves.map(one => [one.deployment, one.from, one.to])).toEqual([
    ['a', ['paris'], ['amsterdam']],
  ])
  expect(held.map(one => [one.deployment, one.code])).toEqual([
    ['b', 'volumes'],
    ['d', 'operating'],
  ])
})

it('counts what it has decided as taken, and what is used first goes first', () => {
  const room = { cpu: 1500, memory: 1, pods: 10, devices: {} }
  const all = [standing('a'), standing('b', { environment: 'prod' })]
  const { moves, held } = planDrain(all, [cluster('amsterdam', { rooms: [room] }), paris], now)
  expect(moves.map(one => one.deployment)).toEqual(['b'])
  expect(held).toMatchObject([{ deployment: 'a', code: 'nowhere' }])
  expect(held[0]?.verdicts?.map(one => [one.cluster, one.code])).toEqual([
    ['amsterdam', 'no-room'],
    ['paris', 'cordoned'],
  ])
})

it('goes nowhere where the law forbids it, and to no cluster that is drained as well', () => {
  const strict = standing('a', { request: { each: [], dataClass: 'confidential' } })
  const abroad = [cluster('amsterdam', { jurisdiction: 'US' }), paris]
  expect(planDrain([strict], abroad, now).held).toMatchObject([{ code: 'nowhere' }])
  const both = [cluster('amsterdam', { draining: true }), paris]
  expect(planDrain([standing('a')], both, now).held).toMatchObject([{ code: 'nowhere' }])
})
