/**
 * Decides which deployments are moved away from a cluster that is down, and why the others are not. Pure: it knows no clock, database
 * or cluster. A deployment is moved only where `place()` finds it another cluster beforehand, one at a time in all, and never while
 * Kade suspects that it is cut off itself.
 */
import type { Text } from '#api/names.ts'
import type { Verdict as PlaceVerdict } from '#api/placement.ts'
import { failoverReasons } from './failover-reasons.ts'
import { healthRules } from './health.ts'
import { place } from './place.ts'
import type { Candidate, PlacementRequest } from './placement.ts'

/** `graceful` waits `after` seconds, `immediate` no longer than it takes to know whether Kade itself is cut off. */
export type FailoverPolicy = {
  readonly mode: 'graceful' | 'immediate' | 'never'
  /** Seconds that a cluster has to be down. */
  readonly after: number
}

/** A deployment as failover sees it. */
export type Standing = {
  readonly deployment: string
  readonly environment: 'dev' | 'staging' | 'prod'
  readonly clusters: readonly string[]
  /** Clusters on which its namespace stands. */
  readonly namespace: readonly string[]
  readonly policy: FailoverPolicy
  /** What is asked of its place; how many clusters is as many as it runs on. */
  readonly request: Omit<PlacementRequest, 'count'>
  /** An operation of it is open. */
  readonly operating: boolean
  /** Names of its own volumes, which would stay behind. */
  readonly claims: readonly string[]
  /** Clusters that it left, on which it may stand still. */
  readonly leaving: readonly string[]
  /** When it was last tried to move it by itself, in vain; null where that never was. */
  readonly failedAt: Date | null
}

/** A cluster with what decides whether something is moved away from it. */
export type FailingCandidate = Candidate & {
  /** Both signals say so, still. */
  readonly down: boolean
  readonly outSince: Date | null
  /** A worker is starting or joining it at this moment, for less than two minutes. */
  readonly coming: boolean
  /** Somebody is emptying it. */
  readonly draining: boolean
}

export type HeldCode =
  | 'suspect'
  | 'never'
  | 'coming'
  | 'waits'
  | 'operating'
  | 'failed'
  | 'no-target'
  | 'turn'
  /** It was asked for, and the door said no. */
  | 'refused'
  /** Its volumes would stay behind on the cluster that is drained. */
  | 'volumes'
  /** No other cluster will do than the one that is drained. */
  | 'nowhere'

export type Move = {
  readonly deployment: string
  readonly from: readonly string[]
  /** As many as it ran on; those that are not down stay among them. */
  readonly to: readonly string[]
  readonly reason: Text
}

export type Held = {
  readonly deployment: string
  readonly from: readonly string[]
  readonly code: HeldCode
  readonly reason: Text
  /** Of `no-target`: why each cluster will not do. */
  readonly verdicts?: readonly PlaceVerdict[]
}

export const failoverRules = {
  /** Milliseconds between two moves: one in two seconds. */
  between: 2_000,
  /** Milliseconds after a move that failed, before it is tried again. */
  again: 600_000,
  /** Seconds that are waited for where nobody said otherwise. */
  after: 300,
} as const

export type FailoverMoment = {
  readonly suspect: boolean
  /** When the last deployment was moved by itself; null where none was. */
  readonly lastMoveAt: Date | null
  readonly now: Date
}

/** What is to be done now: at most one move, and what is held back from one, with the reason. What runs well is in neither. */
export function decideFailover(
  standings: readonly Standing[],
  clusters: readonly FailingCandidate[],
  moment: FailoverMoment,
): { readonly moves: readonly Move[]; readonly held: readonly Held[] } {
  const byName = new Map(clusters.map(cluster => [cluster.name, cluster]))
  const isDown = (name: string) => byName.get(name)?.down ?? false
  const { lastMoveAt, now } = moment
  const moves: Move[] = []
  const held: Held[] = []
  for (const standing of standings.filter(one => one.clusters.some(isDown)).toSorted(inTurn)) {
    const from = standing.clusters.filter(isDown).toSorted()
    const hold = (code: HeldCode, verdicts?: readonly PlaceVerdict[]) => {
      const { deployment } = standing
      const reason = failoverReasons[code](from)
      held.push({ deployment, from, code, reason, ...(verdicts && { verdicts }) })
    }
    const code = whyWait(
      standing,
      from.flatMap(name => byName.get(name) ?? []),
      moment,
    )
    if (code) {
      hold(code)
      continue
    }
    const { chosen, verdicts } = target(standing, clusters, isDown)
    if (chosen.length === 0) hold('no-target', verdicts)
    else if (
      moves.length > 0 ||
      (lastMoveAt && now.getTime() - lastMoveAt.getTime() < failoverRules.between)
    )
      hold('turn')
    else moves.push({ deployment: standing.deployment, from, to: chosen, reason: movedAway(from) })
  }
  return { moves, held }
}

function whyWait(
  { policy, operating, failedAt }: Standing,
  down: readonly FailingCandidate[],
  { suspect, now }: FailoverMoment,
): HeldCode | null {
  if (suspect) return 'suspect'
  if (policy.mode === 'never') return 'never'
  if (down.some(one => one.coming)) return 'coming'
  // Whether most clusters fell silent together is known only after that window.
  const least = healthRules.window
  const wait = policy.mode === 'immediate' ? least : Math.max(least, policy.after * 1000)
  const isTime = (since: Date | null) => since !== null && now.getTime() - since.getTime() >= wait
  if (!down.every(one => isTime(one.outSince))) return 'waits'
  if (operating) return 'operating'
  if (failedAt && now.getTime() - failedAt.getTime() < failoverRules.again) return 'failed'
  return null
}

/** Where it runs afterwards: what it does not leave of where it is, and as many others as it loses. Empty where that cannot be. */
export function target(
  { clusters, namespace, request, leaving }: Standing,
  candidates: readonly FailingCandidate[],
  leaves: (name: string) => boolean,
): { readonly chosen: readonly string[]; readonly verdicts: readonly PlaceVerdict[] } {
  const stays = clusters.filter(name => !leaves(name))
  const { chosen, verdicts } = place(
    { ...request, count: clusters.length },
    candidates.map(one => ({
      ...one,
      // What is being joined may never be: nothing is moved there before it is.
      health: one.down || one.health === 'joining' ? ('unknown' as const) : one.health,
      // What it left is emptied first, or it would be emptied of what came back.
      cordoned: one.cordoned || one.draining || leaving.includes(one.name),
      namespace: namespace.includes(one.name),
    })),
    Object.fromEntries(stays.map(name => [name, 0])),
  )
  const names = chosen.map(one => one.cluster)
  const isWhole = names.length === clusters.length && stays.every(name => names.includes(name))
  return { chosen: isWhole ? names : [], verdicts }
}

const turns = { prod: 0, staging: 1, dev: 2 } as const

/** Who is moved first: what waits for nothing, then what people use, then by id, so that the order is always the same. */
export function inTurn(a: Standing, b: Standing): number {
  const isUrgent = (one: Standing) => Number(one.policy.mode === 'immediate')
  return (
    isUrgent(b) - isUrgent(a) ||
    turns[a.environment] - turns[b.environment] ||
    (a.deployment < b.deployment ? -1 : 1)
  )
}

function movedAway(from: readonly string[]): Text {
  const names = from.join(', ')
  return {
    en: `${names} is down, by its worker and by what is seen without it.`,
    nl: `${names} is uit, volgens de worker en volgens wat zonder die worker te zien is.`,
  }
}
