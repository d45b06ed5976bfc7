import type { Namespace } from '#api/clusters.ts'
import type { DeploymentInput } from '#api/deployments.ts'
import type { Verdict } from '#api/placement.ts'
import type { Violation } from '#api/problem.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { PlacementData } from '#platform/events/placement-data.ts'
import { readCandidates } from '#platform/federation/candidates.ts'
import { clusterUnknown, noCluster, noPlacement } from '#platform/federation/no-placement.ts'
import { divideAgain, place } from '#platform/federation/place.ts'
import type { Decision, PlacementRequest } from '#platform/federation/placement.ts'
import type { PodDemand } from '#platform/federation/room.ts'
import type { DeploymentState } from './deployment.ts'
import { digestOf } from './digest.ts'
import type { splitDemand } from './divided-replicas.ts'
import type { KeptData } from './kept-data.ts'

/** What a draft asks of the place it goes to, once it is known what its pods ask for. */
export type Needs = {
  readonly each: readonly PodDemand[]
  /** The same, where its replicas are divided. */
  readonly split: ReturnType<typeof splitDemand>
  /** All of its replicas together. */
  readonly total: number
  /** Deployments it is bound to. */
  readonly beside: NonNullable<PlacementRequest['beside']>
}

export type Placed = {
  /** Empty where there is no placement, and `refusal` says why. */
  readonly clusters: readonly string[]
  readonly verdicts: readonly Verdict[]
  readonly refusal: PlatformError | null
  /** Of replicas that are divided: the part of each cluster. */
  readonly replicas?: Readonly<Record<string, number>>
  /** For the event; absent where nothing was decided that was not known. */
  readonly data?: PlacementData
}

export type Place = (needs: Needs) => Promise<Placed>

type Asked = Pick<DeploymentInput, 'cluster' | 'placement' | 'dataClass'>

/**
 * Where a new deployment goes: to the data that was kept of the last of its name, where there is any and nobody sends it elsewhere by
 * name; its class of data is then that of the last, unless another is asked. Throws `cluster-unknown` for a cluster that is not there.
 */
export function placeNew(
  context: PlatformContext,
  sql: Sql,
  namespace: Namespace | null,
  wish: Asked,
  kept: Pick<KeptData, 'clusters' | 'dataClass'> = {},
): Place {
  const asked = { ...wish, dataClass: wish.dataClass ?? kept.dataClass }
  return async needs => {
    const candidates = await readCandidates(sql, namespace, context.clock())
    const names = candidates.map(one => one.name)
    refuseStrange([asked.cluster, ...(asked.placement?.waves ?? []).flat()], names)
    const wanted = asked.cluster === undefined ? {} : { clusters: [asked.cluster] }
    // Of data that was kept on several, each goes on.
    const count = asked.placement?.clusters ?? (kept.clusters?.length || 1)
    const wishes = { ...requestOf(asked), count, ...demandsOf(asked, needs) }
    const { chosen, verdicts } = place({ ...wishes, ...wanted, kept: kept.clusters }, candidates)
    const refusal =
      chosen.length > 0
        ? indivisible(asked, needs)
        : names.length > 0
          ? noPlacement(verdicts, kept.clusters)
          : noCluster()
    const data = dataOf(asked, verdicts)
    return {
      clusters: chosen.map(one => one.cluster),
      verdicts,
      refusal,
      data,
      ...parts(asked, chosen),
    }
  }
}

/** What a change says of the place of a deployment. */
export type Where = Asked & {
  /** It is moved to exactly these. */
  readonly to?: readonly string[] | undefined
  /** Where it runs afterwards in any case; empty where that is decided yet. */
  readonly settled: readonly string[]
}

/**
 * What a change asks of the place: to run on other clusters where it names some, or wishes something else than before. Otherwise it
 * stays where it is.
 */
export function whereNext(
  { clusters, placement }: Identity,
  asked: Asked & { readonly to?: readonly string[] | undefined },
): Where {
  const { cluster, dataClass } = asked
  const to = asked.to ?? (cluster === undefined ? undefined : [cluster])
  if (to) return { ...asked, to: to.toSorted(), settled: to }
  const isNew =
    asked.placement !== undefined && digestOf(asked.placement) !== digestOf(placement?.wish ?? {})
  return isNew ? { ...asked, settled: [] } : { dataClass, settled: clusters }
}

export function sameClusters(some: readonly string[], others: readonly string[]): boolean {
  return some.toSorted().join() === others.toSorted().join()
}

type Identity = NonNullable<DeploymentState['identity']>

/** Where a deployment runs after a change. It moves only where that was asked: by other clusters, or another wish. */
export function placeNext(
  context: PlatformContext,
  sql: Sql,
  namespace: Namespace | null,
  identity: Identity,
  where: Where,
): Place {
  const { to } = where
  const isHere = sameClusters(to ?? where.settled, identity.clusters)
  if (isHere) return placeAgain(context, sql, identity, where)
  return async needs => {
    const { clusters, placement } = identity
    const wish = {
      dataClass: where.dataClass ?? placement?.dataClass,
      placement: withCount(where.placement ?? placement?.wish, to?.length),
    }
    const candidates = await readCandidates(sql, namespace, context.clock())
    const names = candidates.map(one => one.name)
    refuseStrange([...(to ?? []), ...(where.placement?.waves ?? []).flat()], names)
    const wishes = { ...requestOf(wish), ...demandsOf(wish, needs) }
    const request = { ...wishes, ...(to && { clusters: to, count: to.length }) }
    const here = Object.fromEntries(clusters.map(name => [name, identity.replicas?.[name] ?? 0]))
    const { chosen, verdicts } = place(request, candidates, here)
    if (chosen.length === 0) return { clusters, verdicts, refusal: noPlacement(verdicts) }
    const next = chosen.map(one => one.cluster)
    const refusal = indivisible(wish, needs)
    return {
      clusters: next,
      verdicts,
      refusal,
      data: dataOf(wish, verdicts),
      ...parts(wish, chosen),
    }
  }
}

/** Throws `cluster-unknown` for the first that is not among the clusters there are. */
function refuseStrange(asked: readonly (string | undefined)[], names: readonly string[]): void {
  const strange = asked.find(one => one !== undefined && !names.includes(one))
  if (strange !== undefined) throw clusterUnknown(strange, names)
}

/** Who names the clusters says how many. */
function withCount(wish: Asked['placement'], count: number | undefined): Asked['placement'] {
  if (count === undefined || (count === 1 && wish?.clusters === undefined)) return wish
  return { ...wish, clusters: count }
}

/**
 * Whether a deployment may stay where it is, with what is asked of its place now; what is left out is as it was asked before. Where
 * it may not, it is refused: a deployment does not move by itself.
 */
export function placeAgain(
  context: PlatformContext,
  sql: Sql,
  identity: Identity,
  asked: Asked = {},
): Place {
  return async needs => {
    const { clusters, placement } = identity
    const wish = {
      dataClass: asked.dataClass ?? placement?.dataClass,
      placement: asked.placement ?? placement?.wish,
    }
    const candidates = await readCandidates(sql, { clusters: [] }, context.clock())
    const here = new Set(clusters)
    const { chosen, verdicts } = place(
      { ...requestOf(wish), each: [], count: clusters.length },
      candidates.map(one => ({ ...one, namespace: here.has(one.name) })),
      Object.fromEntries(clusters.map(name => [name, 0])),
    )
    const stays = chosen.length === clusters.length && chosen.every(one => here.has(one.cluster))
    const known = verdicts.filter(one => here.has(one.cluster))
    const before = { dataClass: placement?.dataClass, placement: placement?.wish }
    const isNew = digestOf(wish) !== digestOf(before)
    return {
      clusters,
      verdicts: known,
      refusal: stays || known.length === 0 ? indivisible(wish, needs) : noPlacement(known),
      ...(isDivided(wish) && {
        replicas: divideAgain(clusters, needs.total, identity.replicas ?? {}),
      }),
      ...(isNew && {
        data: dataOf(
          wish,
          known.map(one => namedBefore(one, placement)),
        ),
      }),
    }
  }
}

/** Where it was asked for by name, it is still for that, whatever else was asked since: what is named is not left by itself. */
function namedBefore(verdict: Verdict, before: Identity['placement']): Verdict {
  const last = before?.verdicts.find(one => one.cluster === verdict.cluster)
  if (!verdict.chosen || !last?.chosen || last.code !== 'asked') return verdict
  return { ...verdict, code: 'asked', reason: last.reason }
}

function isDivided({ placement }: Asked): boolean {
  return placement?.replicas === 'divided'
}

function demandsOf(wish: Asked, { each, beside, split }: Needs) {
  if (!isDivided(wish)) return { each, beside }
  const none = { request: { cpu: 0, memory: 0, pods: 0, devices: {} }, count: 0 }
  return { each: split.rest, divided: split.divided ?? none, beside }
}

function parts(wish: Asked, chosen: Decision['chosen']): Pick<Placed, 'replicas'> {
  if (!isDivided(wish)) return {}
  return { replicas: Object.fromEntries(chosen.map(one => [one.cluster, one.replicas])) }
}

/** The refusal of what has no workload whose replicas could be divided. */
function indivisible(wish: Asked, { split, total }: Needs): PlatformError | null {
  if (!isDivided(wish) || total === 0 || split.divided) return null
  const detail = {
    en: 'the app has no workload whose replicas can be divided',
    nl: 'de app heeft geen workload waarvan de replica’s te verdelen zijn',
  }
  return new PlatformError(
    'settings-invalid',
    { en: 'Its replicas cannot be divided.', nl: 'De replica’s zijn niet te verdelen.' },
    {
      violations: [{ pointer: '/placement/replicas', detail }],
      next: {
        en: 'Have every cluster get all of them ("each"). Nothing was changed.',
        nl: 'Laat elk cluster ze allemaal krijgen ("each"). Er is niets gewijzigd.',
      },
    },
  )
}

function requestOf({ placement = {}, dataClass }: Asked): Omit<PlacementRequest, 'each'> {
  const { regions, affinity, clusters: count = 1, spread } = placement
  return { count, dataClass, regions, affinity, ...(spread && { spread }) }
}

function dataOf({ placement, dataClass }: Asked, verdicts: readonly Verdict[]): PlacementData {
  return {
    ...(dataClass && { dataClass }),
    ...(placement && { wish: placement }),
    verdicts: [...verdicts],
  }
}

/** What stands in the way of a placement, for a preview. */
export function placementViolations({ refusal }: Pick<Placed, 'refusal'>): readonly Violation[] {
  return refusal?.details.violations ?? []
}
