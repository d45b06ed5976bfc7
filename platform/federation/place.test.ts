import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataClass, dataClasses } from '#api/data-classes.ts'
import { nothing } from './amounts.ts'
import { place } from './place.ts'
import type { Candidate, Decision, PlacementRequest } from './placement.ts'
import type { PodDemand } from './room.ts'

const node = { cpu: 4000, memory: 8 * 2 ** 30, pods: 20, devices: {} }
const pod = (cpu: number, count = 1): PodDemand => ({
  request: { ...nothing, cpu, memory: 2 ** 20, pods: 1 },
  count,
})

function cluster(name: string, more: Partial<Candidate> = {}): Candidate {
  return {
    name,
    region: `eu-${name}`,
    jurisdiction: 'NL',
    primary: false,
    labels: {},
    health: 'ready',
    cordoned: false,
    namespace: true,
    rooms: [node],
    assumed: [],
    elastic: false,
    ...more,
  }
}

const one: PlacementRequest = { count: 1, each: [pod(500)] }
const amsterdam = cluster('amsterdam', { primary: true })
const paris = cluster('paris', { jurisdiction: 'FR' })
const warsaw = cluster('warsaw', { jurisdiction: 'PL' })
const three = [warsaw, amsterdam, paris]

function names({ chosen }: Decision): string[] {
  return chosen.map(one => one.cluster)
}

function codes({ verdicts }: Decision): Record<string, string> {
  return Object.fromEntries(verdicts.map(({ cluster, code }) => [cluster, code]))
}

describe('one cluster', () => {
  it('is the primary where it satisfies, with a reason for every cluster in both languages', () => {
    const decision = place(one, three)
    expect(decision.chosen).toEqual([{ cluster: 'amsterdam', replicas: 0 }])
    expect(codes(decision)).toEqual({
      amsterdam: 'usual',
      paris: 'not-needed',
      warsaw: 'not-needed',
    })
    for (const { reason } of decision.verdicts) {
      expect(reason.en.length).toBeGreaterThan(10)
      expect(reason.nl).not.toBe(reason.en)
    }
  })

  it('is one that is ready before one that joins, and one that joins when no other would do', () => {
    const joining = { ...amsterdam, health: 'joining' as const }
    expect(names(place(one, [joining, paris]))).toEqual(['paris'])
    const alone = place(one, [joining])
    expect(names(alone)).toEqual(['amsterdam'])
    expect(alone.verdicts[0]?.reason.en).toContain('has not joined yet')
  })

  it('is none that is silent, unwell or cordoned, whoever asks for it by name', () => {
    for (const more of [
      { health: 'unknown' },
      { health: 'not-ready' },
      { cordoned: true },
    ] as const) {
      const decision = place({ ...one, clusters: ['amsterdam'] }, [
        { ...amsterdam, ...more },
        paris,
      ])
      expect(decision.chosen).toEqual([])
      expect(codes(decision)).toEqual({
        amsterdam: 'cordoned' in more ? 'cordoned' : more.health,
        paris: 'not-asked',
      })
    }
  })

  it('stays where it is for as long as the law and its request allow', () => {
    const worse = { ...paris, health: 'unknown', cordoned: true, rooms: [] } as const
    const stays = place(one, [amsterdam, worse], { paris: 0 })
    expect(codes(stays)).toEqual({ amsterdam: 'not-needed', paris: 'stays' })
    const moved = place({ ...one, dataClass: 'confidential' }, [amsterdam, worse], { paris: 0 })
    expect(codes(moved)).toEqual({ amsterdam: 'best', paris: 'residency' })
  })

  it('is where the deployments it is bound to run, and where its namespace stands', () => {
    const beside = [{ target: 'team-a/models', clusters: ['paris'] }]
    const decision = place({ ...one, beside }, [...three, cluster('lyon', { namespace: false })])
    expect(codes(decision)).toEqual({
      amsterdam: 'beside',
      lyon: 'no-namespace',
      paris: 'best',
      warsaw: 'beside',
    })
    expect(decision.verdicts[0]?.reason.nl).toContain('team-a/models (paris)')
  })
})

describe('residency', () => {
  it('lets data stand only under a law that its class allows, and never under one nobody said', () => {
    const unknown = cluster('somewhere', { jurisdiction: 'unknown' })
    const decision = place({ ...one, dataClass: 'confidential' }, [...three, unknown])
    expect(codes(decision)).toEqual({
      amsterdam: 'best',
      paris: 'residency',
      somewhere: 'residency-unknown',
      warsaw: 'residency',
    })
    expect(names(place({ ...one, dataClass: 'personal' }, [unknown]))).toEqual([])
    expect(names(place({ ...one, dataClass: 'public' }, [unknown]))).toEqual(['somewhere'])
  })

  it('is no matter of how a country is written', () => {
    for (const jurisdiction of ['nl', 'NL ', 'Netherlands', '', 'NLD'])
      expect(names(place({ ...one, dataClass: 'personal' }, [{ ...paris, jurisdiction }]))).toEqual(
        [],
      )
  })
})

describe('room', () => {
  it('is counted node by node: two halves are no whole, and half a GPU is none', () => {
    const halves = cluster('halves', {
      rooms: [
        { ...node, cpu: 1500 },
        { ...node, cpu: 1500 },
      ],
    })
    const gpu = { ...pod(100), request: { ...pod(100).request, devices: { 'nvidia.com/gpu': 1 } } }
    expect(codes(place({ count: 1, each: [pod(2000)] }, [halves]))).toEqual({ halves: 'no-room' })
    expect(names(place({ count: 1, each: [pod(1000, 2)] }, [halves]))).toEqual(['halves'])
    expect(codes(place({ count: 1, each: [gpu] }, three))).toMatchObject({ amsterdam: 'no-room' })
    const rich = cluster('rich', { rooms: [{ ...node, devices: { 'nvidia.com/gpu': 1 } }] })
    expect(names(place({ count: 1, each: [gpu] }, [...three, rich]))).toEqual(['rich'])
    expect(names(place({ count: 1, each: [{ ...gpu, count: 2 }] }, [...three, rich]))).toEqual([])
  })

  it('is less by what was accepted and not counted yet', () => {
    const busy = { ...amsterdam, assumed: [pod(1000, 4)] }
    expect(codes(place(one, [busy]))).toEqual({ amsterdam: 'no-room' })
    expect(names(place(one, [{ ...busy, assumed: [pod(1000, 3)] }]))).toEqual(['amsterdam'])
  })

  it('is no reason to refuse where it is not known or grows by itself, and the choice says so', () => {
    const large = { count: 1, each: [pod(9000)] }
    for (const more of [{ rooms: null }, { elastic: true }]) {
      const decision = place(large, [{ ...amsterdam, ...more }])
      expect(names(decision)).toEqual(['amsterdam'])
      expect(decision.verdicts[0]?.reason.en).toMatch(/is not known|gets more nodes/)
    }
  })

  it('on a tainted node is there for who stands the taint, or asks for its device', () => {
    const taints = [{ key: 'team', value: 'a', effect: 'NoSchedule' }]
    const tainted = cluster('tainted', { rooms: [{ ...node, taints }] })
    const standing = (toleration: object) =>
      names(place({ count: 1, each: [{ ...pod(100), tolerations: [toleration] }] }, [tainted]))
    expect(names(place(one, [tainted]))).toEqual([])
    expect(standing({ key: 'team', operator: 'Equal', value: 'a' })).toEqual(['tainted'])
    expect(standing({ operator: 'Exists' })).toEqual(['tainted'])
    expect(standing({ key: 'team', value: 'b' })).toEqual([])
    expect(standing({ key: 'team', operator: 'Exists', effect: 'NoExecute' })).toEqual([])
    const devices = { 'nvidia.com/gpu': 1 }
    const gpuTaint = [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }]
    const gpus = cluster('gpus', { rooms: [{ ...node, devices, taints: gpuTaint }] })
    const asking = { ...pod(100), request: { ...pod(100).request, devices } }
    expect(names(place({ count: 1, each: [asking] }, [gpus]))).toEqual(['gpus'])
    expect(names(place(one, [gpus]))).toEqual([])
  })
})

describe('wishes', () => {
  it('take the first affinity group that is enough, and do not go back to an earlier one', () => {
    const affinity = [{ clusters: ['amsterdam'] }, { regions: ['eu-paris'] }]
    const full = { ...amsterdam, rooms: [] }
    expect(codes(place({ ...one, affinity }, [full, paris, warsaw]))).toEqual({
      amsterdam: 'no-room',
      paris: 'best',
      warsaw: 'affinity',
    })
    expect(names(place({ ...one, affinity }, three, { paris: 0 }))).toEqual(['paris'])
    const labelled = cluster('green', { labels: { energy: 'green' } })
    const green = [{ labels: { energy: 'green' } }]
    expect(names(place({ ...one, affinity: green }, [...three, labelled]))).toEqual(['green'])
  })

  it('for regions are hard', () => {
    const decision = place({ ...one, regions: ['eu-warsaw'] }, three)
    expect(codes(decision)).toEqual({ amsterdam: 'region', paris: 'region', warsaw: 'best' })
  })

  it('for several clusters take the best of them, or none and say how many would do', () => {
    expect(names(place({ ...one, count: 2 }, three))).toEqual(['amsterdam', 'paris'])
    expect(names(place({ ...one, count: 'all' }, three))).toHaveLength(3)
    const decision = place({ ...one, count: 4 }, three)
    expect(decision.chosen).toEqual([])
    expect(codes(decision)).toMatchObject({ paris: 'too-few-clusters' })
    expect(decision.verdicts[0]?.reason.en).toContain('4 clusters are asked for, and 3 would do')
  })

  it('for a spread take one of each region first, and fail where there are too few', () => {
    const second = cluster('utrecht', { region: 'eu-amsterdam' })
    const asked = { ...one, count: 2, spread: { min: 2 } }
    expect(names(place(asked, [amsterdam, second, warsaw]))).toEqual(['amsterdam', 'warsaw'])
    expect(codes(place(asked, [amsterdam, second]))).toEqual({
      amsterdam: 'too-few-regions',
      utrecht: 'too-few-regions',
    })
    const close = { ...one, count: 2, spread: { max: 1 } }
    expect(names(place(close, [amsterdam, second, warsaw]))).toEqual(['amsterdam', 'utrecht'])
  })

  it('to divide pods follow the room, keep the total and move as few as possible', () => {
    const wide = cluster('wide', { rooms: [node, node, node] })
    const asked = { count: 2, each: [], divided: pod(1000, 8) }
    const first = place(asked, [amsterdam, wide])
    expect(first.chosen).toEqual([
      { cluster: 'amsterdam', replicas: 2 },
      { cluster: 'wide', replicas: 6 },
    ])
    const more = place({ ...asked, divided: pod(1000, 9) }, [amsterdam, wide], {
      amsterdam: 2,
      wide: 6,
    })
    const [here = 0, there = 0] = more.chosen.map(one => one.replicas)
    expect([here >= 2, there >= 6, here + there]).toEqual([true, true, 9])
    const fewer = place({ ...asked, divided: pod(1000, 4) }, [amsterdam, wide], {
      amsterdam: 2,
      wide: 6,
    })
    expect(fewer.chosen.map(one => one.replicas)).toEqual([1, 3])
    const joined = place({ ...asked, divided: pod(1000, 3) }, [amsterdam, wide], { wide: 3 })
    expect(joined.chosen).toEqual([
      { cluster: 'amsterdam', replicas: 1 },
      { cluster: 'wide', replicas: 2 },
    ])
    expect(codes(place({ ...asked, divided: pod(1000, 17) }, [amsterdam, wide]))).toEqual({
      amsterdam: 'too-little-room',
      wide: 'too-little-room',
    })
  })
})

const amounts = fc.record({
  cpu: fc.integer({ min: 0, max: 16_000 }),
  memory: fc.integer({ min: 0, max: 2 ** 35 }),
  pods: fc.integer({ min: 0, max: 12 }),
  devices: fc.record({ 'nvidia.com/gpu': fc.integer({ min: 0, max: 2 }) }),
})
const pods = fc.record({
  request: fc.record({
    cpu: fc.integer({ min: 0, max: 3000 }),
    memory: fc.integer({ min: 0, max: 2 ** 32 }),
    pods: fc.constant(1),
    devices: fc.constantFrom({}, {}, {}, { 'nvidia.com/gpu': 1 }),
  }),
  count: fc.integer({ min: 1, max: 5 }),
})
const candidates = fc.uniqueArray(
  fc.record<Candidate>({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
    region: fc.constantFrom('r1', 'r2', 'r3'),
    jurisdiction: fc.constantFrom('NL', 'NL', 'FR', 'US', 'unknown', 'EU'),
    primary: fc.boolean(),
    labels: fc.constantFrom({}, { energy: 'green' }),
    health: fc.constantFrom(
      'ready',
      'ready',
      'ready',
      'degraded',
      'not-ready',
      'unknown',
      'joining',
    ),
    cordoned: fc.constantFrom(false, false, false, true),
    namespace: fc.constantFrom(true, true, true, false),
    rooms: fc.option(fc.array(amounts, { maxLength: 4 })),
    assumed: fc.array(pods, { maxLength: 2 }),
    elastic: fc.constantFrom(false, false, true),
  }),
  { selector: one => one.name, minLength: 1, maxLength: 7 },
)
/** Absent more often than not, so that most requests can be satisfied. */
function seldom<T>(wish: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: wish })
}
const groups = fc.constantFrom(
  { regions: ['r1', 'r2'] },
  { clusters: ['b', 'c'] },
  { labels: { energy: 'green' } },
)
const upToThree = seldom(fc.integer({ min: 1, max: 3 }))
const requests = fc.record<PlacementRequest>({
  dataClass: seldom(fc.constantFrom(...DataClass.options)),
  regions: seldom(fc.subarray(['r1', 'r2', 'r3'], { minLength: 1 })),
  affinity: seldom(fc.array(groups, { minLength: 1, maxLength: 3 })),
  count: fc.constantFrom(1, 1, 2, 3, 'all' as const),
  spread: fc.record({ min: upToThree, max: upToThree }),
  each: fc.array(pods, { maxLength: 1 }),
  divided: seldom(pods),
})
const runs = { numRuns: 2_000 }
/** Two cores are shared with others. */
const patience = 60_000

function asCurrent({ chosen }: Decision): Record<string, number> {
  return Object.fromEntries(chosen.map(({ cluster, replicas }) => [cluster, replicas]))
}

function isLawful(decision: Decision, request: PlacementRequest, given: readonly Candidate[]) {
  const allowed = request.dataClass ? dataClasses[request.dataClass].jurisdictions : 'any'
  if (allowed === 'any') return
  for (const { cluster } of decision.chosen)
    expect(allowed).toContain(given.find(one => one.name === cluster)?.jurisdiction)
}

describe('whatever is asked of whatever clusters', () => {
  it(
    'no data stand where they may not, also where they stand by now, and none after another cluster comes',
    () => {
      fc.assert(
        fc.property(requests, candidates, candidates, (request, given, others) => {
          const first = place(request, given)
          isLawful(first, request, given)
          // The same clusters, seen otherwise, and more of them.
          const later = [...others, ...given.filter(one => !others.some(o => o.name === one.name))]
          isLawful(place(request, later, asCurrent(first)), request, later)
        }),
        runs,
      )
    },
    patience,
  )

  it(
    'totals are kept, no more is chosen than asked, and nobody is chosen for nothing',
    () => {
      fc.assert(
        fc.property(requests, candidates, candidates, (request, given, others) => {
          const first = place(request, given)
          for (const [decision, among] of [
            [first, given],
            [place(request, others, asCurrent(first)), others],
          ] as const) {
            if (decision.chosen.length === 0) continue
            const total = decision.chosen.reduce((sum, { replicas }) => sum + replicas, 0)
            expect(total).toBe(request.divided?.count ?? 0)
            if (request.divided)
              for (const { replicas } of decision.chosen) expect(replicas).toBeGreaterThan(0)
            const regionOf = (name: string) => among.find(one => one.name === name)?.region
            const regions = new Set(names(decision).map(regionOf)).size
            expect(regions).toBeGreaterThanOrEqual(request.spread?.min ?? 1)
            expect(regions).toBeLessThanOrEqual(request.spread?.max ?? 7)
            if (request.count !== 'all')
              expect(decision.chosen.length).toBeLessThanOrEqual(request.count)
          }
        }),
        runs,
      )
    },
    patience,
  )

  it(
    'the same input gives the same answer in whatever order, sorted, with one verdict per cluster',
    () => {
      fc.assert(
        fc.property(
          requests,
          candidates.chain(given =>
            fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
          ),
          (request, [given, shuffled]) => {
            const decision = place(request, given)
            expect(place(request, shuffled)).toEqual(decision)
            const named = decision.verdicts.map(one => one.cluster)
            expect(named).toEqual(given.map(one => one.name).toSorted())
            expect(names(decision)).toEqual(
              decision.verdicts.filter(one => one.chosen).map(one => one.cluster),
            )
          },
        ),
        runs,
      )
    },
    patience,
  )

  it(
    'what was placed stays, however its clusters are and whatever room is left',
    () => {
      const conditions = fc.record({
        health: fc.constantFrom<Candidate['health']>('ready', 'degraded', 'not-ready', 'unknown'),
        cordoned: fc.boolean(),
        rooms: fc.option(fc.array(amounts, { maxLength: 2 })),
      })
      const changes = fc.array(conditions, { minLength: 7, maxLength: 7 })
      let placed = 0
      fc.assert(
        fc.property(requests, candidates, changes, (request, given, changed) => {
          const decision = place(request, given)
          if (decision.chosen.length === 0 || request.count === 'all') return
          placed += 1
          const now = given.map((one, n) => ({ ...one, ...changed[n] }))
          expect(place(request, now, asCurrent(decision)).chosen).toEqual(decision.chosen)
        }),
        runs,
      )
      expect(placed).toBeGreaterThan(runs.numRuns / 20)
    },
    patience,
  )
})
