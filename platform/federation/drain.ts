/**
 * Decides what leaves a cluster that somebody empties, and what cannot, and why. Pure, as failover is: it asks `place()` for a target
 * beforehand, and counts what it has decided already as taken.
 */

import {
  type FailingCandidate,
  failoverRules,
  type Held,
  type HeldCode,
  inTurn,
  type Move,
  type Standing,
  target,
} from './failover.ts'
import { failoverReasons } from './failover-reasons.ts'

export type Drain = { readonly moves: readonly Move[]; readonly held: readonly Held[] }

/** What becomes of everything that runs on clusters that are being drained. What nobody may move by itself goes too, but for volumes. */
export function planDrain(
  standings: readonly Standing[],
  clusters: readonly FailingCandidate[],
  now: Date,
): Drain {
  const draining = new Set(clusters.filter(one => one.draining).map(one => one.name))
  const leaves = (name: string) => draining.has(name)
  const moves: Move[] = []
  const held: Held[] = []
  let candidates = clusters
  for (const standing of standings.filter(one => one.clusters.some(leaves)).toSorted(inTurn)) {
    const { deployment, request } = standing
    const from = standing.clusters.filter(leaves).toSorted()
    const hold = (code: HeldCode, verdicts?: Held['verdicts']) =>
      held.push({
        deployment,
        from,
        code,
        reason: failoverReasons[code](from),
        ...(verdicts && { verdicts }),
      })
    const code = whyStay(standing, now)
    const { chosen, verdicts } = code ? { chosen: [] } : target(standing, candidates, leaves)
    if (code) hold(code)
    else if (chosen.length === 0) hold('nowhere', verdicts)
    else {
      moves.push({ deployment, from, to: chosen, reason: emptied(from) })
      const added = chosen.filter(name => !standing.clusters.includes(name))
      candidates = candidates.map(one =>
        added.includes(one.name) ? { ...one, assumed: [...one.assumed, ...request.each] } : one,
      )
    }
  }
  return { moves, held }
}

function whyStay({ claims, operating, failedAt }: Standing, now: Date): HeldCode | null {
  if (claims.length > 0) return 'volumes'
  if (operating) return 'operating'
  if (failedAt && now.getTime() - failedAt.getTime() < failoverRules.again) return 'failed'
  return null
}

function emptied(from: readonly string[]): Move['reason'] {
  const names = from.join(', ')
  return { en: `${names} is being emptied.`, nl: `${names} wordt leeggemaakt.` }
}
