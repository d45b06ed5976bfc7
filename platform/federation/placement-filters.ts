import type { AffinityGroup, Candidate, PlacementRequest, VerdictCode } from './placement.ts'
import { mayStandUnder } from './residency.ts'
import { howMany, occupied, occupiedByAll, surelyFit } from './room.ts'

/**
 * Why a cluster does not come into question; null where it does. What the law and the request say goes before what may be
 * otherwise in an hour. `most` is how many of the divided pods go in. A cluster where it runs already (`isThere`) is not left for being full, cordoned or silent: nothing is moved by that.
 */
export function whyNot(
  candidate: Candidate,
  request: PlacementRequest,
  isThere: boolean,
  most: number,
): VerdictCode | null {
  const standing = mayStandUnder(request.dataClass, candidate.jurisdiction)
  if (standing !== 'yes') return standing === 'unknown' ? 'residency-unknown' : 'residency'
  if (request.regions && !request.regions.includes(candidate.region)) return 'region'
  if (request.affinity && !request.affinity.some(group => isIn(candidate, group))) return 'affinity'
  if (!candidate.namespace) return 'no-namespace'
  if (request.beside?.some(one => !one.clusters.includes(candidate.name))) return 'beside'
  if (!isThere) {
    if (candidate.cordoned) return 'cordoned'
    if (candidate.health === 'not-ready' || candidate.health === 'unknown') return candidate.health
    if (most < leastOf(request)) return 'no-room'
  }
  if (request.kept && !request.kept.includes(candidate.name)) return 'data-elsewhere'
  if (request.clusters && !request.clusters.includes(candidate.name)) return 'not-asked'
  return null
}

/** Pods of the divided ones that a chosen cluster gets at least: all of them where there is only one. */
function leastOf({ divided, count }: PlacementRequest): number {
  if (!divided || divided.count === 0) return 0
  return count === 1 ? divided.count : 1
}

/**
 * How many of the divided pods go in beside the others; -1 where not even those do. Without end where the room is not known, or
 * grows by itself: what is not known is no reason to refuse.
 */
export function mostOf(candidate: Candidate, { each, divided, count }: PlacementRequest): number {
  const { rooms, assumed, elastic } = candidate
  if (rooms === null || elastic) return Number.POSITIVE_INFINITY
  const whole = divided && count === 1 ? [...each, divided] : each
  if ((!divided || count === 1) && surelyFit(rooms, whole, assumed)) return divided?.count ?? 0
  const free = assumed.reduce((before, pod) => occupied(before, pod).rooms, rooms)
  const after = occupiedByAll(free, each)
  if (after.left > 0) return -1
  return divided ? howMany(after.rooms, divided) : 0
}

export function isIn(candidate: Candidate, group: AffinityGroup): boolean {
  const { clusters, regions, labels = {} } = group
  return (
    (clusters?.includes(candidate.name) ?? true) &&
    (regions?.includes(candidate.region) ?? true) &&
    Object.entries(labels).every(([key, value]) => candidate.labels[key] === value)
  )
}
