import type { Amounts } from './amounts.ts'

/** What keeps pods off a node that do not say they stand it. */
export type Taint = { readonly key: string; readonly value?: string; readonly effect: string }

/** What is free on one node. Pods do not straddle nodes, so room is counted node by node. */
export type Room = Amounts & { readonly taints?: readonly Taint[] }

/** What a worker counted in its cluster. */
export type Survey = {
  /** When the counting began: what came later is not in it. */
  readonly at: Date
  readonly nodes: number
  /** Nodes that are ready and not cordoned; the figures below are of these. */
  readonly usable: number
  readonly allocatable: Amounts
  /** The sum of what the pods on them asked for. */
  readonly requested: Amounts
  /** Labels that all nodes have alike, such as `topology.kubernetes.io/region`. */
  readonly labels: Readonly<Record<string, string>>
  /** Something there makes nodes when pods wait for room. */
  readonly elastic: boolean
  /** The roomiest nodes; what they hold is no more than what the cluster holds. */
  readonly rooms: readonly Room[]
  /** What the scheduled pods of each deployment of Kade asked for, by id. */
  readonly seen: Readonly<Record<string, Amounts>>
}
