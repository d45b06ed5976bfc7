import {
  type HubSuspect,
  healthRules,
  hubSuspect,
  isHeard,
  type Look,
  recentOf,
  type Verdict,
} from './health.ts'

/** A cluster with its looks, oldest first, and the verdict on it. */
export type Watched = {
  readonly cluster: string
  readonly looks: readonly Look[]
  readonly health: Verdict
}

/**
 * Whether Kade suspects itself now, and since when each cluster counts as out with that. A suspicion is held as a cluster is: those that
 * fell silent together, or during it, count as silent until each was heard of as often in a row as brings a cluster back. The time of
 * a suspicion that is over is nobody's outage, so for what fell silent in it that time begins anew.
 */
export function suspicionOf<W extends Watched>(
  before: HubSuspect | null,
  clusters: readonly W[],
  now: Date,
): { readonly suspect: HubSuspect | null; readonly clusters: readonly W[] } {
  const isIn = ({ health: { outSince } }: Watched) =>
    before !== null && outSince !== null && Date.parse(outSince) >= Date.parse(before.since)
  const isHeld = (one: Watched) =>
    isIn(one) || (before?.silent.includes(one.cluster) && !isBack(one, now))
  const suspect = hubSuspect(
    clusters.map(one => ({
      cluster: one.cluster,
      outSince: before && isHeld(one) ? before.since : one.health.outSince,
    })),
  )
  if (!before || suspect) return { suspect, clusters }
  const anew = (one: W): W => ({ ...one, health: { ...one.health, outSince: now.toISOString() } })
  return { suspect, clusters: clusters.map(one => (isIn(one) ? anew(one) : one)) }
}

function isBack({ looks }: Watched, now: Date): boolean {
  const { toRise } = healthRules
  const recent = recentOf(looks, toRise, now)
  return recent.length === toRise && recent.every(isHeard)
}
