import type { ObjectStatus } from '#api/deployments.ts'
import type { Logs } from '#api/logs.ts'
import type { DeploymentMetrics } from '#api/metrics.ts'
import type { DryRun } from '#platform/deployments/engine/engine.ts'
import type { Work } from '#platform/deployments/work.ts'
import type { MonitorKind } from '#platform/monitor-kinds.ts'
import type { ClusterNote, Told } from './cluster-note.ts'

/** What the gateway may ask of a cluster, or have told there. Only a worker answers: nothing else holds a cluster credential. */
export type Question =
  | { readonly type: 'dry-run'; readonly work: Work }
  | { readonly type: 'objects'; readonly work: Work }
  | { readonly type: 'metrics'; readonly namespace: string; readonly name: string }
  | { readonly type: 'tell'; readonly notes: readonly ClusterNote[] }
  | {
      readonly type: 'logs'
      readonly namespace: string
      readonly name: string
      readonly lines: number
      /** RFC 3339; only lines from this second on. */
      readonly since?: string | undefined
    }

export type Answer<Q extends Question = Question> = Q extends { type: 'dry-run' }
  ? DryRun
  : Q extends { type: 'objects' }
    ? readonly ObjectStatus[]
    : Q extends { type: 'metrics' }
      ? DeploymentMetrics
      : Q extends { type: 'tell' }
        ? Told
        : Logs

/** A task as a worker holds it; `attempt` counts the tries of the task, not those of its operation. */
export type Task = {
  readonly id: string
  readonly kind: 'advance' | 'prepare-namespace'
  readonly cluster: string
  /** Operation id for `advance`, namespace name for `prepare-namespace`. */
  readonly subject: string
  readonly attempt: number
}

export type WorkerHeartbeat = {
  readonly worker: string
  readonly clusters: readonly {
    readonly name: string
    readonly reachable: boolean
    /** Of one that is not reachable: it answered, though not as it should. */
    readonly answered?: boolean
    readonly version?: string
    /** Kinds of monitors that can be made there; absent where that could not be found out. */
    readonly monitors?: readonly MonitorKind[]
  }[]
}

/**
 * All that hub and worker say to each other. Two carriers: `in-process` for `kade up`, `sql` for a worker of its own
 * beside the database. A worker from another region gets a third, over HTTPS, behind this same port.
 */
export type ClusterAgent = {
  /** Takes tasks of these clusters until stopped. A handler that throws has its task tried again, with backoff, then dead-lettered. */
  claim(
    clusters: readonly string[],
    handle: (task: Task, signal: AbortSignal) => Promise<void>,
  ): Promise<() => Promise<void>>
  heartbeat(beat: WorkerHeartbeat): Promise<void>
  /** Answers questions about these clusters until stopped. */
  answer(
    clusters: readonly string[],
    answer: (cluster: string, question: Question) => Promise<unknown>,
  ): Promise<() => Promise<void>>
  /** Throws `cluster-unreachable` when no worker has answered within the deadline (milliseconds). */
  ask<Q extends Question>(cluster: string, question: Q, deadline: number): Promise<Answer<Q>>
}
