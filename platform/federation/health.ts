/**
 * How a cluster is, from two signals that do not depend on each other: what its workers say, and what somebody sees who asks its API
 * server without them. Pure: it knows no clock, database or cluster.
 *
 *   ready ⇄ degraded ──▶ unknown (silent) or not-ready (answers, and is not well) ──▶ ready
 *
 * One look decides nothing: three of the last five take a cluster down, and only five good ones in a row bring it back. It is down for
 * both signals, or it is not down: where only its worker is silent, nothing is known of it, and nothing is moved away.
 */

/** `unreachable`: a worker serves it and does not reach it; `silent`: nobody reports on it. */
export type WorkerSays = 'well' | 'unwell' | 'unreachable' | 'silent'
/** `none`: nobody beside its worker ever reached it, or not for so long while its worker did, so silence says nothing. */
export type ProbeSays = 'well' | 'unwell' | 'silent' | 'none'

/** What both signals said at one moment. */
export type Look = { readonly at: string; readonly worker: WorkerSays; readonly probe: ProbeSays }

export type HealthWhy =
  | 'well'
  /** Its looks come and go. */
  | 'flapping'
  /** Its worker reaches it, and others do not. */
  | 'worker-only'
  /** It answers others, and no worker serves it. */
  | 'unserved'
  /** No worker reaches it, and there is nobody else who could. */
  | 'one-signal'
  | 'both-silent'
  | 'both-unwell'
  | 'coming-back'
  /** It is back, and what was moved away from it in the meantime is removed there before it counts. */
  | 'clearing'

export type Verdict = {
  readonly state: 'ready' | 'degraded' | 'not-ready' | 'unknown'
  readonly since: string
  readonly why: HealthWhy
  /** Both signals say so, still: what may move is moved away from it. */
  readonly down: boolean
  /** Since when no look was good, by either signal; null while one is. */
  readonly outSince: string | null
}

/** Milliseconds, but for `of`, `toFall` and `toRise`, which count looks. */
export const healthRules = {
  /** Between two looks. */
  every: 5_000,
  /** What is older says nothing any more. */
  window: 60_000,
  of: 5,
  toFall: 3,
  toRise: 5,
  /** A worker that said nothing for so long is silent; also how long nothing is decided after Kade itself was away. */
  lease: 20_000,
  /** How long a cluster that is back is held until it is rid of what was moved away: it ends, also where that never succeeds. */
  clearing: 600_000,
  /** Silence towards everybody but its worker, which reaches it: after that there is no other way there, and it is no second signal. */
  noWay: 600_000,
} as const

type Kind = 'good' | 'worker-only' | 'unserved' | 'one-signal' | 'both-silent' | 'both-unwell'

function kindOf({ worker, probe }: Look): Kind {
  if (worker === 'well') return probe === 'well' || probe === 'none' ? 'good' : 'worker-only'
  if (probe === 'well') return 'unserved'
  if (probe === 'none') return 'one-signal'
  return worker === 'unwell' || probe === 'unwell' ? 'both-unwell' : 'both-silent'
}

const isServed = (kind: Kind) => kind === 'good' || kind === 'worker-only'
const isReached = (kind: Kind) => isServed(kind) || kind === 'unserved'
const isOut = (kind: Kind) => kind === 'both-silent' || kind === 'both-unwell'

/** Whether something was heard of a cluster at this look, by either signal. */
export function isHeard(look: Look): boolean {
  return isReached(kindOf(look))
}

/**
 * The health of a cluster by its looks (oldest first), of which those count that are within the window before `now`. `before` is the
 * last verdict, null at first. `watchingSince` is since when Kade looks without a gap: within a lease of it nothing gets worse. `hasLeft`:
 * deployments that were moved away from it may stand there still.
 */
export function healthOf(
  looks: readonly Look[],
  before: Verdict | null,
  now: Date,
  watchingSince: Date,
  hasLeft = false,
): Verdict {
  const { of, toFall, toRise, lease } = healthRules
  const recent = recentOf(looks, of, now)
  const newest = recent.at(-1)
  const last = before ?? firstVerdict(now)
  const graced = now.getTime() - watchingSince.getTime() < lease
  if (!newest || graced) return { ...last, down: false, outSince: null }
  const kinds = recent.map(kindOf)
  const kind = kindOf(newest)
  const outSince = isReached(kind) ? null : (last.outSince ?? newest.at)
  const to = (state: Verdict['state'], why: HealthWhy, down = false): Verdict => ({
    state,
    since: state === last.state ? last.since : now.toISOString(),
    why,
    down,
    outSince,
  })
  const outs = kinds.filter(isOut)
  if (outs.length >= toFall) {
    const why = outs.at(-1) === 'both-unwell' ? 'both-unwell' : 'both-silent'
    return to(why === 'both-unwell' ? 'not-ready' : 'unknown', why, isOut(kind))
  }
  if (kinds.filter(one => !isServed(one)).length >= toFall)
    return to(
      'unknown',
      kinds.findLast(one => one === 'unserved' || one === 'one-signal') ?? 'one-signal',
    )
  const wasDown = last.state === 'unknown' || last.state === 'not-ready'
  const isBack = kinds.length >= toRise && kinds.every(isServed)
  if (wasDown && !isBack)
    return to(last.state, isServed(kind) && last.why !== 'clearing' ? 'coming-back' : last.why)
  if (wasDown && hasLeft) {
    const since = last.why === 'clearing' ? last.since : now.toISOString()
    const isLate = now.getTime() - Date.parse(since) > healthRules.clearing
    if (!isLate) return { ...to('not-ready', 'clearing'), since }
  }
  const wrong = kinds.filter(one => one !== 'good')
  if (wrong.length >= toFall && wrong.every(one => one === 'worker-only'))
    return to('degraded', 'worker-only')
  if (wrong.length >= 2) return to('degraded', 'flapping')
  // What began as degraded stays so until as many good looks are there as bring a cluster back.
  if (last.state === 'degraded' && (wrong.length > 0 || kinds.length < toRise))
    return to('degraded', last.why)
  return to('ready', 'well')
}

/** The newest so many of the looks (oldest first) that count at this moment. */
export function recentOf(looks: readonly Look[], most: number, now: Date): readonly Look[] {
  const newest = looks.slice(-most)
  const since = now.getTime() - healthRules.window
  const first = newest.findIndex(look => Date.parse(look.at) >= since)
  return first === -1 ? [] : newest.slice(first)
}

function firstVerdict(now: Date): Verdict {
  return { state: 'ready', since: now.toISOString(), why: 'well', down: false, outSince: null }
}

/** A cluster that is silent by all that is known of it, as one of many. */
export type Silence = { readonly cluster: string; readonly outSince: string | null }

export type HubSuspect = { readonly since: string; readonly silent: readonly string[] }

/**
 * Whether Kade itself is more likely to be cut off than its clusters are to be gone: more than half of those that were not silent
 * before, and at least two, fell silent within one window. Null where it is not. Of this moment alone; `suspicionOf` holds it.
 */
export function hubSuspect(clusters: readonly Silence[]): HubSuspect | null {
  const silent = clusters
    .flatMap(({ cluster, outSince }) => (outSince ? [{ cluster, at: Date.parse(outSince) }] : []))
    .toSorted((a, b) => a.at - b.at)
  for (const [before, { at }] of silent.entries()) {
    const together = silent.slice(before).filter(one => one.at - at <= healthRules.window)
    if (together.length >= 2 && together.length > (clusters.length - before) / 2)
      return {
        since: new Date(at).toISOString(),
        silent: together.map(one => one.cluster).toSorted(),
      }
  }
  return null
}
