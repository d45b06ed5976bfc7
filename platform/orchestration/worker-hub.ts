import type { Text } from '#api/names.ts'
import type { Ask, Cause, OperationKind } from '#api/operations.ts'
import type { NamespaceSpec } from '#platform/deployments/engine/engine.ts'
import type { DataOrder } from '#platform/deployments/engine/remove.ts'
import type { ClusterScan } from '#platform/deployments/engine/scan.ts'
import type { SecretValues, Work } from '#platform/deployments/work.ts'
import type { Phase } from '#platform/events/types.ts'
import type { Observation } from '#platform/federation/observation.ts'
import type { Survey } from '#platform/federation/survey.ts'
import type { PolicyQuestion } from '#platform/governance/policy-input.ts'

/**
 * By what a worker reports: the operation, its cluster, and the attempt it was given. Once another worker has taken the
 * operation up there, the attempt is higher, and reports by the older claim are refused.
 */
export type Claim = {
  readonly operation: string
  readonly cluster: string
  readonly attempt: number
}

/** What a worker is to do next for an operation on one cluster. */
export type Order = {
  readonly claim: Claim
  readonly kind: OperationKind
  readonly deployment: string
  readonly namespace: string
  readonly name: string
  readonly deadline: Date
  readonly step:
    | {
        readonly type: 'apply'
        readonly work: Work
        readonly secrets: SecretValues
        readonly question: PolicyQuestion
        /** Policies to which an exception holds for exactly this, judged by the policies of this digest. */
        readonly excepted?: { readonly policies: readonly string[]; readonly bundle: string }
        /** Where the namespace is not known to stand on this cluster yet: prepare it first. */
        readonly prepare: NamespaceSpec | null
      }
    | { readonly type: 'settle'; readonly work: Work }
    | ({ readonly type: 'remove' } & DataOrder)
}

/** What a worker made again by itself while the hub was away. */
export type RepairReport = {
  readonly deployment: string
  readonly cluster: string
  /** `Kind/name` */
  readonly objects: readonly string[]
  /** When it did so last. */
  readonly at: Date
}

/** `ended` means: the operation is over, or another worker's; stop and report nothing more. */
export type Received = 'accepted' | 'ended'

/**
 * The hub as a worker sees it. Beside the database these are transactions; from another region they become calls. Every
 * one may come twice, and late: what does not fit the state of the operation changes nothing.
 */
export type WorkerHub = {
  /** Marks the operation as taken up and says what to do now; null where there is nothing to do. */
  start(operation: string, cluster: string, worker: string): Promise<Order | null>
  /** The objects of this phase and of those before it are applied; the next phase waits until it is over. */
  phaseStarted(claim: Claim, phase: Phase): Promise<Received>
  /** All objects are applied; `phase` is the last one, where the revision has several. */
  applied(claim: Claim, phase?: Phase): Promise<Received>
  /** All that the revision replaced is gone. */
  settled(claim: Claim): Promise<Received>
  /** Nothing of it stands there any more but what was kept, as `Kind/name`. */
  removed(claim: Claim, kept?: readonly string[]): Promise<Received>
  /** With `asks` it needs approval: it could go on with somebody's consent to these items. */
  failed(claim: Claim, cause: Cause, next: Text, asks?: readonly Ask[]): Promise<Received>
  /** What this worker sees; of one that does not say who it is, all is taken for what nobody else sees better. */
  observed(seen: readonly Observation[], worker?: string): Promise<void>
  repaired(report: RepairReport): Promise<void>
  /** Which of these ids are of no living deployment. */
  strangers(deployments: readonly string[]): Promise<readonly string[]>
  scanned(cluster: string, scan: ClusterScan): Promise<void>
  surveyed(cluster: string, survey: Survey): Promise<void>
  /** What the worker of this cluster needs to prepare it. */
  namespaceSpec(name: string, cluster: string): Promise<NamespaceSpec | null>
  prepared(namespace: string, cluster: string, failure: string | null): Promise<void>
}

/** The hub does not answer now. What it should hear is kept and told when it does; no fault of what was asked. */
export class HubUnreachable extends Error {
  override name = 'HubUnreachable'
}
