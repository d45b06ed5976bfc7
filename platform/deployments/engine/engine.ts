import type { ObjectChange, ObjectStatus } from '#api/deployments.ts'
import type { Logs } from '#api/logs.ts'
import type { DeploymentMetrics } from '#api/metrics.ts'
import type { Phase } from '#platform/events/types.ts'
import type { ClusterNote, Told } from '#platform/federation/cluster-note.ts'
import type { Observation } from '#platform/federation/observation.ts'
import type { Survey } from '#platform/federation/survey.ts'
import type { MonitorKind } from '#platform/monitor-kinds.ts'
import type { SecretValues, Work } from '../work.ts'
import type { ClusterScan, FindStrangers } from './scan.ts'

export type NamespaceSpec = {
  readonly name: string
  readonly team: string
  readonly environment: 'dev' | 'staging' | 'prod'
  /** Kubernetes quantities for ResourceQuota and LimitRange. */
  readonly bounds: {
    readonly cpu: string
    readonly memory: string
    readonly storage: string
    readonly deployments: number
    /** By the name of their resource. */
    readonly devices?: Readonly<Record<string, number>> | undefined
  }
}

export type ApplyResult = {
  readonly created: number
  readonly configured: number
  readonly unchanged: number
  readonly calls: number
  /** The phase that was applied last; null for a revision without phases. */
  readonly phase: Phase | null
  /** False while a later phase waits for that one. */
  readonly isWhole: boolean
}

export type DryRun = {
  readonly changes: readonly ObjectChange[]
  /** Digest of what the work was compared with. */
  readonly live: string
}

/** What a repair made again, as `Kind/name`, and the first error that it met on its way. */
export type Repaired = { readonly made: readonly string[]; readonly failed?: unknown }

/**
 * What Kade does in one cluster. Every method is idempotent and level-triggered: after a kill it is simply called again.
 * Errors that concern the user are `DeployFailure` with a cause; anything else is infrastructure and is retried.
 */
export type Engine = {
  /** Namespace with Pod Security restricted, default-deny NetworkPolicy, LimitRange, ResourceQuota, role bindings. */
  prepareNamespace(spec: NamespaceSpec): Promise<void>
  /** Plans and applies the objects of the work in stages, phase by phase, as the namespace's `kade-deployer`. Prunes nothing. */
  apply(work: Work, secrets: SecretValues, signal: AbortSignal): Promise<ApplyResult>
  /** After the new pods serve: prunes what the revision no longer has and shrinks the parent's hints. */
  settle(work: Work, signal: AbortSignal): Promise<{ readonly deleted: number }>
  /**
   * Deletes the deployment's objects in reverse order and waits until they are gone. Kept data stays, labelled, without an owner;
   * answers what is kept by then, as `Kind/name`.
   */
  remove(
    target: { deployment: string; namespace: string; name: string },
    data: 'keep' | 'delete',
    signal: AbortSignal,
    /** Earlier deployments of its name, whose kept data goes with its own. */
    of?: readonly string[],
  ): Promise<readonly string[]>
  /** Makes objects again that are gone, from the deployment's record in the cluster alone. */
  repair(
    target: { deployment: string; namespace: string; name: string },
    signal: AbortSignal,
  ): Promise<Repaired>
  dryRun(work: Work): Promise<DryRun>
  /** The work's objects as they stand, with the fields somebody else changed. */
  inspect(work: Work): Promise<readonly ObjectStatus[]>
  /** The last `lines` lines, of those from the second of `since` (RFC 3339) on. */
  logs(target: { namespace: string; name: string }, lines: number, since?: string): Promise<Logs>
  metrics(target: { namespace: string; name: string }): Promise<DeploymentMetrics>
  /** Writes notes as Events on the objects of their deployments, each once however often it is told. */
  tell(notes: readonly ClusterNote[], signal: AbortSignal): Promise<Told>
  /** Follows all of Kade's deployments in this cluster; calls back with each change, and with everything after a relist. */
  observe(onChange: (seen: Observation) => void): Promise<() => Promise<void>>
  /** Looks through all of Kade's objects for what no record leads to, and mends hints. Deletes nothing. */
  scan(strangersOf: FindStrangers, signal: AbortSignal): Promise<ClusterScan>
  /** Counts what the nodes have and what the pods on them asked for. Reads all pods, so it is for a slow rhythm. */
  survey(signal: AbortSignal): Promise<Survey>
  /** Cheap liveness of the API server, within 5 s: its version, and the kinds of monitors that can be made there, where known. */
  probe(): Promise<{ readonly version: string; readonly monitors?: readonly MonitorKind[] }>
  close(): Promise<void>
}
