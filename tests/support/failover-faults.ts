/**
 * A world of clusters and deployments under random faults, with a clock of its own: looks, verdicts, suspicion, failover and placement
 * are the real functions; only what they are told is made up. `lives` plays one schedule and answers what was wrong with it.
 */
import fc from 'fast-check'
import type { DataClass } from '#api/data-classes.ts'
import type { Amounts } from '#platform/federation/amounts.ts'
import {
  decideFailover,
  type FailingCandidate,
  failoverRules,
  type Standing,
} from '#platform/federation/failover.ts'
import {
  type HubSuspect,
  healthOf,
  healthRules,
  hubSuspect,
  type Look,
  type Verdict,
} from '#platform/federation/health.ts'
import { mayStandUnder } from '#platform/federation/residency.ts'
import { howMany, type PodDemand } from '#platform/federation/room.ts'
import { suspicionOf } from '#platform/federation/suspicion.ts'

const steps = 48
const start = Date.UTC(2026, 10, 28)
const longAgo = new Date(start - 3_600_000)
const jurisdictions = ['NL', 'FR', 'US', 'unknown'] as const
const classes = [undefined, 'public', 'personal', 'confidential'] as const

const cluster = fc.record({
  jurisdiction: fc.constantFrom(...jurisdictions),
  region: fc.constantFrom('a', 'b'),
  cores: fc.integer({ min: 1, max: 8 }),
  cordoned: fc.integer({ min: 0, max: 9 }).map(one => one === 0),
})
const deployment = fc.record({
  at: fc.nat(5),
  count: fc.constantFrom(1, 1, 1, 2),
  cores: fc.integer({ min: 1, max: 4 }),
  dataClass: fc.constantFrom<DataClass | undefined>(...classes),
  environment: fc.constantFrom('dev' as const, 'staging' as const, 'prod' as const),
  mode: fc.constantFrom(
    'graceful' as const,
    'graceful' as const,
    'immediate' as const,
    'never' as const,
  ),
  after: fc.constantFrom(60, 90),
  /** Clusters its namespace does not stand on, bit by bit. */
  away: fc.nat(63),
  takes: fc.integer({ min: 1, max: 12 }),
  fails: fc.boolean(),
})
const fault = fc.record({
  /** A cluster, or with 6 and 7 the hub itself. */
  where: fc.nat(7),
  kind: fc.constantFrom('gone', 'gone', 'gone', 'worker', 'probe', 'unwell', 'flaps'),
  from: fc.nat(steps - 1),
  for: fc.integer({ min: 1, max: steps }),
})
/** What may go wrong, and where. */
export const schedules = fc.record({
  clusters: fc.array(cluster, { minLength: 2, maxLength: 6 }),
  deployments: fc.array(deployment, { minLength: 1, maxLength: 6 }),
  faults: fc.array(fault, { minLength: 1, maxLength: 5 }),
})
type Schedule = typeof schedules extends fc.Arbitrary<infer T> ? T : never
type Fault = Schedule['faults'][number]

type Living = Standing & {
  clusters: readonly string[]
  leaving: readonly string[]
  failedAt: Date | null
  readonly pod: PodDemand
  readonly plan: Schedule['deployments'][number]
  flight: { readonly to: readonly string[]; readonly until: number } | null
}
type Place = {
  readonly name: string
  readonly plan: Schedule['clusters'][number]
  looks: Look[]
  verdict: Verdict | null
  /** When it was last one of those that are silent by what is seen at that moment alone. */
  suspectedAt: number
}

const amounts = (cores: number): Amounts => ({ cpu: cores * 1000, memory: 0, pods: 0, devices: {} })

/** Plays a schedule; null where everything held, else what did not. */
export function lives(schedule: Schedule): {
  readonly wrong: string | null
  readonly moved: number
} {
  const places = schedule.clusters.map(
    (plan, i): Place => ({
      ...{ name: `c${i}`, plan, looks: [], verdict: null, suspectedAt: 0 },
    }),
  )
  const living = schedule.deployments.map((plan, i) => settle(plan, i, places))
  let lastMoveAt: Date | null = null
  let moved = 0
  let suspect: HubSuspect | null = null
  for (let step = 0; step < steps; step++) {
    const now = new Date(start + step * healthRules.every)
    const at = now.toISOString()
    for (const place of places) {
      const look = lookAt(place, schedule.faults, step, at)
      place.looks = [...place.looks.slice(1 - healthRules.of), look]
      place.verdict = healthOf(place.looks, place.verdict, now, longAgo)
    }
    for (const one of living) land(one, step, now, places)
    suspect = doubt(places, suspect, now)
    const candidates = places.map(place => candidateOf(place, living))
    const moment = { suspect: suspect !== null, lastMoveAt, now }
    const { moves, held } = decideFailover(living, candidates, moment)
    for (const move of moves) {
      const one = living.find(({ deployment: id }) => id === move.deployment)
      if (!one) return { wrong: 'it moved what is not there', moved }
      const wrong = faultOf(one, move, candidates, moment) ?? tooSoon(one, move, places, now)
      if (wrong) return { wrong: `step ${step}, ${one.deployment}: ${wrong}`, moved }
      one.flight = { to: move.to, until: step + one.plan.takes }
      Object.assign(one, { operating: true })
      lastMoveAt = now
      moved += 1
    }
    if (moves.length > 1) return { wrong: 'two moves at one moment', moved }
    const downs = new Set(candidates.filter(one => one.down).map(one => one.name))
    const spoken = new Set([...moves, ...held].map(one => one.deployment))
    const silent = living.find(
      one => one.clusters.some(name => downs.has(name)) && !spoken.has(one.deployment),
    )
    if (silent) return { wrong: `${silent.deployment} was held back without a reason`, moved }
  }
  return { wrong: null, moved }
}

/** Whether Kade suspects itself at this step; what was seen at that moment alone is kept to judge that by. */
function doubt(places: readonly Place[], before: HubSuspect | null, now: Date): HubSuspect | null {
  const watched = places.flatMap(({ name, looks, verdict }) =>
    verdict ? [{ cluster: name, looks, health: verdict }] : [],
  )
  const seen = hubSuspect(watched.map(({ cluster, health }) => ({ cluster, ...health })))
  const { suspect, clusters } = suspicionOf(before, watched, now)
  for (const place of places) {
    if (seen?.silent.includes(place.name)) place.suspectedAt = now.getTime()
    place.verdict = clusters.find(one => one.cluster === place.name)?.health ?? place.verdict
  }
  return suspect
}

/** A move too soon after most clusters were silent together: one good look lifts no suspicion, and its time is nobody's outage. */
function tooSoon(
  { plan }: Living,
  { from }: { from: readonly string[] },
  places: readonly Place[],
  now: Date,
): string | null {
  const since = (place: Place) => now.getTime() - place.suspectedAt
  if (places.some(place => since(place) < healthRules.toRise * healthRules.every))
    return 'one good look lifted the suspicion'
  const wait = plan.mode === 'immediate' ? 60 : plan.after
  const early = places.find(place => from.includes(place.name) && since(place) < wait * 1000)
  return early ? `${early.name} was silent with most others just before` : null
}

/** What must never be, of one move. */
function faultOf(
  one: Living,
  move: { from: readonly string[]; to: readonly string[] },
  candidates: readonly FailingCandidate[],
  { suspect, lastMoveAt, now }: { suspect: boolean; lastMoveAt: Date | null; now: Date },
): string | null {
  const called = (name: string) => candidates.find(candidate => candidate.name === name)
  const added = move.to.filter(name => !one.clusters.includes(name))
  if (suspect) return 'moved while Kade suspects itself'
  if (one.flight) return 'two moves of one deployment'
  if (one.plan.mode === 'never') return 'moved what is never moved'
  if (lastMoveAt && now.getTime() - lastMoveAt.getTime() < failoverRules.between) return 'too fast'
  if (one.failedAt && now.getTime() - one.failedAt.getTime() < failoverRules.again)
    return 'tried again too soon'
  if (move.to.length !== one.clusters.length || new Set(move.to).size !== move.to.length)
    return 'the number of clusters changed'
  if (added.length === 0 || added.length !== move.from.length) return 'an eviction without a target'
  const wait = one.plan.mode === 'immediate' ? 60 : one.plan.after
  for (const name of move.from) {
    const left = called(name)
    if (!left?.down || !left.outSince) return `${name} is not down`
    if (now.getTime() - left.outSince.getTime() < wait * 1000) return `${name} is not down for long`
    if (move.to.includes(name)) return 'it goes where it flees from'
  }
  if (one.clusters.some(name => !move.from.includes(name) && !move.to.includes(name)))
    return 'moved away from a cluster that is well'
  for (const name of added) {
    const to = called(name)
    if (!to) return 'no such cluster'
    if (mayStandUnder(one.plan.dataClass, to.jurisdiction) !== 'yes') return `residency: ${name}`
    if (to.health !== 'ready' && to.health !== 'degraded') return `${name} is ${to.health}`
    if (to.cordoned || one.leaving.includes(name)) return `${name} takes nothing`
    if (!one.namespace.includes(name)) return `no namespace on ${name}`
    const free = (to.rooms ?? []).map(room => ({
      ...room,
      cpu: room.cpu - to.assumed.reduce((sum, pod) => sum + pod.request.cpu, 0),
    }))
    if (howMany(free, one.pod) < 1) return `${name} has no room`
  }
  return null
}

function settle(
  plan: Schedule['deployments'][number],
  i: number,
  places: readonly Place[],
): Living {
  const first = plan.at % places.length
  const clusters = [...new Set([first, (first + plan.count - 1) % places.length])].map(
    at => `c${at}`,
  )
  const lawful = places.every(
    ({ name, plan: { jurisdiction } }) =>
      !clusters.includes(name) || mayStandUnder(plan.dataClass, jurisdiction) === 'yes',
  )
  const dataClass = lawful ? plan.dataClass : undefined
  const pod = { request: amounts(plan.cores), count: 1 }
  return {
    deployment: `d${i}`,
    environment: plan.environment,
    clusters,
    namespace: places
      .map(one => one.name)
      .filter((name, at) => clusters.includes(name) || !(plan.away & (1 << at))),
    policy: { mode: plan.mode, after: plan.after },
    request: { each: [pod], ...(dataClass && { dataClass }) },
    ...{ operating: false, leaving: [], failedAt: null, flight: null, claims: [] },
    pod,
    plan: { ...plan, dataClass },
  }
}

/** Whether a fault that flaps shows at this step. */
const shows = (fault: Fault, step: number) =>
  step >= fault.from && step < fault.from + fault.for && (fault.kind !== 'flaps' || step % 2 === 0)

function lookAt({ name }: Place, faults: readonly Fault[], step: number, at: string): Look {
  const here = faults.filter(one => shows(one, step) && (one.where > 5 || `c${one.where}` === name))
  const has = (kind: Fault['kind']) => here.some(one => one.kind === kind)
  // What cuts the hub off cuts off both signals of all clusters.
  if (here.some(one => one.where > 5) || has('gone') || has('flaps'))
    return { at, worker: 'unreachable', probe: 'silent' }
  return {
    at,
    worker: has('worker') ? 'silent' : has('unwell') ? 'unwell' : 'well',
    probe: has('probe') ? 'silent' : has('unwell') ? 'unwell' : 'well',
  }
}

/** A move ends in its time: it runs where it went, or stays where it was; what it left is emptied when that is back. */
function land(one: Living, step: number, now: Date, places: readonly Place[]): void {
  const isBack = (name: string) =>
    places.find(place => place.name === name)?.verdict?.state === 'ready'
  one.leaving = one.leaving.filter(name => !isBack(name))
  if (!one.flight || one.flight.until > step) return
  const { to } = one.flight
  Object.assign(one, { flight: null, operating: false })
  if (one.plan.fails) one.failedAt = now
  else {
    one.leaving = [...one.leaving, ...one.clusters.filter(name => !to.includes(name))]
    one.clusters = to
  }
}

function candidateOf({ name, plan, verdict }: Place, living: readonly Living[]): FailingCandidate {
  const runs = living.filter(one => one.clusters.includes(name))
  const taken = runs.reduce((sum, one) => sum + one.plan.cores, 0)
  const comes = living.filter(one => one.flight?.to.includes(name) && !one.clusters.includes(name))
  return {
    name,
    region: plan.region,
    jurisdiction: plan.jurisdiction,
    primary: name === 'c0',
    labels: {},
    health: verdict?.state ?? 'ready',
    cordoned: plan.cordoned,
    namespace: true,
    rooms: [{ ...amounts(Math.max(0, plan.cores - taken)), pods: 100 }],
    assumed: comes.map(one => one.pod),
    elastic: false,
    down: verdict?.down ?? false,
    outSince: verdict?.outSince ? new Date(verdict.outSince) : null,
    coming: false,
    draining: false,
  }
}

/** Plays so many schedules from this seed; throws with the smallest one that goes wrong. Answers how many moves there were. */
export function play(numRuns: number, seed: number): number {
  let moved = 0
  fc.assert(
    fc.property(schedules, schedule => {
      const life = lives(schedule)
      moved += life.moved
      if (life.wrong) throw new Error(life.wrong)
    }),
    { numRuns, seed },
  )
  return moved
}
