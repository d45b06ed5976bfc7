import type { DataClass } from '#api/data-classes.ts'
import type { Verdict } from '#api/placement.ts'
import type { PodDemand } from './room.ts'
import type { Room } from './survey.ts'

/** What is known of how a cluster is. `unknown`: nothing is heard of it; `joining`: it never was ready since the start. */
export type ClusterHealth = 'ready' | 'degraded' | 'not-ready' | 'unknown' | 'joining'

/** A cluster as a placement sees it. */
export type Candidate = {
  readonly name: string
  readonly region: string
  /** `unknown` where nobody said it. */
  readonly jurisdiction: string
  readonly primary: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly health: ClusterHealth
  /** Takes nothing new, because somebody said so. */
  readonly cordoned: boolean
  /** Whether the namespace stands there, or is to. */
  readonly namespace: boolean
  /** What is free, node by node, as it was counted; null where that is not known, or no longer. */
  readonly rooms: readonly Room[] | null
  /** Accepted, and not in that count yet. */
  readonly assumed: readonly PodDemand[]
  /** It gets more nodes when pods wait for room. */
  readonly elastic: boolean
}

/** Clusters that satisfy all that is said here. */
export type AffinityGroup = {
  readonly clusters?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
}

export type PlacementRequest = {
  /** Asked for by name: no others come into question. */
  readonly clusters?: readonly string[] | undefined
  /** Where the data stands that it goes on with: no others come into question either. */
  readonly kept?: readonly string[] | undefined
  readonly dataClass?: DataClass | undefined
  /** One of these, where any are said. */
  readonly regions?: readonly string[] | undefined
  /** The first group that is enough; a cluster in none of them does not come into question. */
  readonly affinity?: readonly AffinityGroup[] | undefined
  /** How many clusters: so many, or all that satisfy. */
  readonly count: number | 'all'
  /** Over how many regions, where it goes to several clusters. */
  readonly spread?: { readonly min?: number | undefined; readonly max?: number | undefined }
  /** Pods that each chosen cluster gets. */
  readonly each: readonly PodDemand[]
  /** Pods that are divided over the chosen clusters; their `count` is the total. */
  readonly divided?: PodDemand | undefined
  /** Deployments it is bound to: they are reached within a cluster only. */
  readonly beside?: readonly { readonly target: string; readonly clusters: readonly string[] }[]
}

/** Where it runs now, with the divided pods there. It moves only where it may not stay. */
export type CurrentPlacement = Readonly<Record<string, number>>

export type VerdictCode = Verdict['code']

export type Decision = {
  /** Sorted by name; empty where there is no placement. `replicas` of the divided pods. */
  readonly chosen: readonly { readonly cluster: string; readonly replicas: number }[]
  /** One for each cluster, sorted by name. */
  readonly verdicts: readonly Verdict[]
}
