/**
 * Decides where a deployment runs, and says why of every cluster: filter → order → spread → divide. Pure: it knows no clock, no
 * database and no cluster, so server, preview and tests decide alike. The order of clusters in its input means nothing.
 */
import { divide } from './divide.ts'
import type {
  AffinityGroup,
  Candidate,
  CurrentPlacement,
  Decision,
  PlacementRequest,
  VerdictCode,
} from './placement.ts'
import { isIn, mostOf, whyNot } from './placement-filters.ts'
import { reasonFor } from './placement-reasons.ts'

type Eligible = { readonly candidate: Candidate; readonly most: number }
type Part = { readonly candidate: Pick<Candidate, 'name'>; readonly most: number }

/** A way to choose that is not enough, and the code that says so of the clusters it had. */
type Choice = { readonly names: ReadonlySet<string> } | { readonly short: VerdictCode }

/**
 * One or more clusters for the request, or none with the reasons. `current` is where it runs by now: it stays there wherever it
 * may, and of its divided pods as few move as possible.
 */
export function place(
  request: PlacementRequest,
  candidates: readonly Candidate[],
  current: CurrentPlacement = {},
): Decision {
  const sorted = candidates.toSorted(byName)
  const codes = new Map<string, VerdictCode>()
  const eligible: Eligible[] = []
  for (const candidate of sorted) {
    const most = roomFor(candidate, request, current)
    const code = whyNot(candidate, request, isThere(candidate, current), most)
    if (code) codes.set(candidate.name, code)
    else eligible.push({ candidate, most })
  }
  const choice = chooseAmong(eligible, request, current)
  const names = 'names' in choice ? choice.names : new Set<string>()
  for (const { candidate } of eligible)
    codes.set(
      candidate.name,
      'short' in choice
        ? choice.short
        : names.has(candidate.name)
          ? whyChosen(candidate, request, current, eligible.length)
          : 'not-needed',
    )
  const replicas = divided(
    eligible.filter(({ candidate }) => names.has(candidate.name)),
    request.divided?.count ?? 0,
    current,
  )
  return {
    chosen: [...replicas].map(([cluster, count]) => ({ cluster, replicas: count })),
    verdicts: sorted.map(candidate => {
      const code = codes.get(candidate.name) ?? 'not-needed'
      const chosen = names.has(candidate.name)
      const reason = reasonFor(code, { candidate, request, eligible: eligible.length })
      return { cluster: candidate.name, chosen, code, reason }
    }),
  }
}

function isThere({ name }: Candidate, current: CurrentPlacement): boolean {
  return Object.hasOwn(current, name)
}

/** How many of the divided pods a cluster may have. What runs there already has its room; alone it is never sent away for room. */
function roomFor(
  candidate: Candidate,
  request: PlacementRequest,
  current: CurrentPlacement,
): number {
  if (!isThere(candidate, current)) return mostOf(candidate, request)
  if (request.count === 1) return Number.POSITIVE_INFINITY
  return (current[candidate.name] ?? 0) + Math.max(0, mostOf(candidate, request))
}

/**
 * The first affinity group that is enough, or all of those that come into question where no groups are said. A group in which it
 * runs already goes first: it is not moved back because an earlier group would do again.
 */
function chooseAmong(
  eligible: readonly Eligible[],
  request: PlacementRequest,
  current: CurrentPlacement,
): Choice {
  let short: Choice = { short: 'too-few-clusters' }
  const running = eligible.filter(({ candidate }) => isThere(candidate, current))
  const holds = (group: AffinityGroup) =>
    running.length > 0 && running.every(({ candidate }) => isIn(candidate, group))
  const groups = request.affinity ?? [{}]
  for (const group of [...groups.filter(holds), ...groups.filter(one => !holds(one))]) {
    const members = eligible
      .filter(({ candidate }) => isIn(candidate, group))
      .toSorted((a, b) => inOrder(a.candidate, b.candidate, current))
    const choice = choose(members, request)
    if ('names' in choice) return choice
    if (members.length > 0) short = choice
  }
  return short
}

/** The best clusters in order, under the spread: one of each region first, as far as a least number of regions is asked. */
function choose(
  ordered: readonly Eligible[],
  { count, spread = {}, divided }: PlacementRequest,
): Choice {
  const { min = 1, max = Number.POSITIVE_INFINITY } = spread
  const pods = divided?.count ?? Number.POSITIVE_INFINITY
  const wished = count === 'all' ? ordered.length : count
  // A cluster without any of the divided pods would be chosen for nothing.
  const wanted = divided && divided.count > 0 ? Math.min(wished, pods) : wished
  if (ordered.length === 0 || ordered.length < wanted) return { short: 'too-few-clusters' }
  const regions = new Set<string>()
  const picked: Eligible[] = []
  for (const one of ordered)
    if (picked.length < wanted && regions.size < min && !regions.has(one.candidate.region)) {
      regions.add(one.candidate.region)
      picked.push(one)
    }
  if (regions.size < min) return { short: 'too-few-regions' }
  for (const one of ordered) {
    const fits = regions.has(one.candidate.region) || regions.size < max
    if (picked.length >= wanted || picked.includes(one) || !fits) continue
    regions.add(one.candidate.region)
    picked.push(one)
  }
  if (regions.size > max || (picked.length < wanted && count !== 'all'))
    return { short: 'too-few-regions' }
  const room = picked.reduce((sum, { most }) => sum + most, 0)
  if (divided && room < divided.count) return { short: 'too-little-room' }
  return { names: new Set(picked.map(({ candidate }) => candidate.name)) }
}

const healthOrder: Readonly<Record<Candidate['health'], number>> = {
  ready: 0,
  degraded: 1,
  joining: 2,
  'not-ready': 3,
  unknown: 4,
}

/** Where it runs first; then by health, the usual one, what is known to be free, and last by name. */
function inOrder(a: Candidate, b: Candidate, current: CurrentPlacement): number {
  return (
    Number(isThere(b, current)) - Number(isThere(a, current)) ||
    healthOrder[a.health] - healthOrder[b.health] ||
    Number(b.primary) - Number(a.primary) ||
    freeCores(b) - freeCores(a) ||
    byName(a, b)
  )
}

/** Whole cores, so that a pod more or less does not change the order; none where it is not known. */
function freeCores({ rooms, assumed }: Candidate): number {
  const free = (rooms ?? []).reduce((sum, room) => sum + room.cpu, 0)
  const taken = assumed.reduce((sum, pod) => sum + pod.count * pod.request.cpu, 0)
  return Math.max(0, Math.floor((free - taken) / 1000))
}

function whyChosen(
  candidate: Candidate,
  { clusters, kept }: PlacementRequest,
  current: CurrentPlacement,
  eligible: number,
): VerdictCode {
  if (isThere(candidate, current)) return 'stays'
  if (clusters) return 'asked'
  if (kept) return 'data-here'
  return candidate.primary && eligible > 1 ? 'usual' : 'best'
}

/**
 * What stays where it is stays; the difference is divided by what each can still take, or taken off by what each has. A cluster that
 * would be left without any gets one of whoever has most.
 */
function divided(
  chosen: readonly Part[],
  total: number,
  current: CurrentPlacement,
): ReadonlyMap<string, number> {
  const held = new Map(chosen.map(({ candidate: { name } }) => [name, current[name] ?? 0]))
  const has = (name: string) => held.get(name) ?? 0
  const give = (name: string, count: number) => held.set(name, has(name) + count)
  const missing = total - [...held.values()].reduce((a, b) => a + b, 0)
  const usual = Math.max(1, ...chosen.map(({ most }) => most).filter(Number.isFinite))
  const more = chosen.map(({ candidate: { name }, most }) => ({
    name,
    weight: Number.isFinite(most) ? most - has(name) : usual,
    most: most - has(name),
  }))
  const less = [...held].map(([name, most]) => ({ name, weight: most, most }))
  for (const [name, part] of divide(missing, more)) give(name, part)
  for (const [name, part] of divide(-missing, less)) give(name, -part)
  if (total < chosen.length) return held
  for (const [name, count] of held)
    if (count === 0) {
      const [richest = name] = [...held.keys()].toSorted((a, b) => has(b) - has(a))
      give(richest, -1)
      give(name, 1)
    }
  return held
}

/** Divides a total anew over the clusters where it runs, whatever room they have: as few pods as possible go elsewhere. */
export function divideAgain(
  clusters: readonly string[],
  total: number,
  current: CurrentPlacement,
): CurrentPlacement {
  const all = clusters.map(name => ({ candidate: { name }, most: Number.POSITIVE_INFINITY }))
  return Object.fromEntries(divided(all, total, current))
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
