import { describe, expect, it } from 'vitest'
import { decideFailover, type FailingCandidate, type Standing } from './failover.ts'

const now = new Date('2026-11-28T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)
const calm = { suspect: false, lastMoveAt: null, now }

function cluster(name: string, more: Partial<FailingCandidate> = {}): FailingCandidate {
  return {
    ...{ name, region: name, jurisdiction: 'NL', primary: name === 'amsterdam', labels: {} },
    ...{ health: 'ready', cordoned: false, namespace: true, rooms: null, assumed: [] },
    ...{ elastic: false, down: false, outSince: null, coming: false, draining: false },
    ...more,
  }
}
const gone = (name: string, seconds = 400, more: Partial<FailingCandidate> = {}) =>
  cluster(name, { health: 'unknown', down: true, outSince: ago(seconds), ...more })

function standing(more: Partial<Standing> = {}): Standing {
  return {
    ...{ deployment: 'd1', environment: 'dev', clusters: ['paris'] },
    namespace: ['amsterdam', 'paris', 'warsaw'],
    policy: { mode: 'graceful', after: 300 },
    request: { each: [] },
    ...{ operating: false, leaving: [], failedAt: null, claims: [] },
    ...more,
  }
}
const others = [cluster('amsterdam'), cluster('warsaw', { jurisdiction: 'FR' })]
const decide = (one: Standing, clusters = [...others, gone('paris')], moment = calm) =>
  decideFailover([one], clusters, moment)
const codes = (...given: Parameters<typeof decide>) => decide(...given).held.map(one => one.code)

describe('a deployment on a cluster that is down', () => {
  it('is moved to the cluster that place() finds, and its reason names the one it leaves', () => {
    expect(decide(standing())).toEqual({
      moves: [
        {
          ...{ deployment: 'd1', from: ['paris'], to: ['amsterdam'] },
          reason: expect.objectContaining({ en: expect.stringContaining('paris is down') }),
        },
      ],
      held: [],
    })
  })

  it('goes where its data may stand, or stays and says why of every cluster', () => {
    const lawful = [cluster('amsterdam', { jurisdiction: 'US' }), others[1], gone('paris')].flatMap(
      one => one ?? [],
    )
    const request = { each: [], dataClass: 'personal' as const }
    expect(decide(standing({ request }), lawful).moves[0]?.to).toEqual(['warsaw'])
    const strict = { each: [], dataClass: 'confidential' as const }
    const { moves, held } = decide(standing({ request: strict }), lawful)
    expect(moves).toEqual([])
    expect(held).toMatchObject([{ code: 'no-target' }])
    expect(held[0]?.verdicts?.map(one => [one.cluster, one.code])).toEqual([
      ['amsterdam', 'residency'],
      ['paris', 'unknown'],
      ['warsaw', 'residency'],
    ])
  })

  it('is moved after its time, or as soon as it is known that Kade is not cut off', () => {
    const codesAfter = (seconds: number, mode: 'graceful' | 'immediate') =>
      codes(standing({ policy: { mode, after: 300 } }), [...others, gone('paris', seconds)])
    expect(codesAfter(299, 'graceful')).toEqual(['waits'])
    expect(codesAfter(300, 'graceful')).toEqual([])
    expect(codesAfter(59, 'immediate')).toEqual(['waits'])
    expect(codesAfter(60, 'immediate')).toEqual([])
  })

  it.each([
    ['never', { policy: { mode: 'never' as const, after: 300 } }],
    ['operating', { operating: true }],
    ['failed', { failedAt: ago(599) }],
    ['no-target', { namespace: ['paris'] }],
    ['no-target', { leaving: ['amsterdam', 'warsaw'] }],
  ])('stays, and says "%s"', (code, more) => {
    expect(codes(standing(more))).toEqual([code])
    expect(decide(standing(more)).moves).toEqual([])
  })

  it('stays while its cluster is being joined, and while Kade suspects itself', () => {
    expect(codes(standing(), [...others, gone('paris', 400, { coming: true })])).toEqual(['coming'])
    expect(codes(standing(), undefined, { ...calm, suspect: true })).toEqual(['suspect'])
  })

  it('does not go where a worker is only joining the cluster', () => {
    const joining = cluster('amsterdam', { health: 'joining' })
    expect(decide(standing(), [joining, ...others.slice(1), gone('paris')]).moves[0]?.to).toEqual([
      'warsaw',
    ])
    expect(codes(standing(), [joining, gone('paris')])).toEqual(['no-target'])
  })

  it('is tried again ten minutes after a move that failed', () => {
    expect(decide(standing({ failedAt: ago(600) })).moves).toHaveLength(1)
  })

  it('of several leaves only that one', () => {
    const two = standing({ clusters: ['amsterdam', 'paris'] })
    expect(decide(two).moves[0]).toMatchObject({ from: ['paris'], to: ['amsterdam', 'warsaw'] })
    const unlawful = [
      cluster('amsterdam', { jurisdiction: 'US' }),
      cluster('warsaw'),
      gone('paris'),
    ]
    const request = { each: [], dataClass: 'personal' as const }
    expect(codes({ ...two, request }, unlawful)).toEqual(['no-target'])
    const all = standing({ clusters: ['amsterdam', 'paris', 'warsaw'] })
    expect(codes(all)).toEqual(['no-target'])
  })
})

it('nothing is moved from a cluster that is only unknown', () => {
  const unknown = cluster('paris', { health: 'unknown', outSince: ago(4_000) })
  expect(decide(standing(), [...others, unknown])).toEqual({ moves: [], held: [] })
})

it('one deployment is moved at a time, what waits for nothing and what people use first', () => {
  const all = [
    standing({ deployment: 'a' }),
    standing({ deployment: 'b', environment: 'prod' }),
    standing({ deployment: 'c', policy: { mode: 'immediate', after: 300 } }),
  ]
  const clusters = [...others, gone('paris')]
  const first = decideFailover(all, clusters, calm)
  expect(first.moves.map(one => one.deployment)).toEqual(['c'])
  expect(first.held.map(one => [one.deployment, one.code])).toEqual([
    ['b', 'turn'],
    ['a', 'turn'],
  ])
  const soon = decideFailover(all.slice(0, 2), clusters, { ...calm, lastMoveAt: ago(1) })
  expect(soon.moves).toEqual([])
  const later = decideFailover(all.slice(0, 2), clusters, { ...calm, lastMoveAt: ago(2) })
  expect(later.moves.map(one => one.deployment)).toEqual(['b'])
})
