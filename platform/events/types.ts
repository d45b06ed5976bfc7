import { z } from 'zod'
import { accountEvents } from './account-events.ts'
import { approvalEvents } from './approval-events.ts'
import { auditEvents } from './audit-events.ts'
import { clusterEvents } from './cluster-events.ts'
import {
  AskData,
  CauseData,
  DeploymentRequested,
  operation,
  Phase,
  WaitData,
} from './operation-data.ts'
import { placeEvents } from './place-events.ts'
import { Text } from './placement-data.ts'
import { Via } from './via.ts'

export {
  type AskData,
  type CauseData,
  type ConsentData,
  type Phase,
  phases,
  type RevisionData,
  type WaitData,
} from './operation-data.ts'

/**
 * Every event of Kade. A name is past tense and permanent; outside it is the CloudEvent type `nl.kade.<Name>.v1`.
 * Events name people by account id only, and hold digests and names where a value would be a secret or large.
 */

/** A webhook by its origin: a token may stand in the rest of its address. */
const webhook = { team: z.string(), name: z.string(), origin: z.string() }
const filter = { events: z.array(z.string()), namespaces: z.array(z.string()) }

export const eventSchemas = {
  ...auditEvents,
  ...approvalEvents,
  ...clusterEvents,
  ...placeEvents,
  /** Somebody asked for a change of a deployment, and it was allowed. */
  DeploymentRequested,
  /** The operation waits for other deployments, without a task; told again when what it waits for changes. */
  DeploymentBlocked: z.object({ ...operation, waitsFor: z.array(WaitData).min(1) }),
  /** A worker took the operation up on a cluster; again after a phase or a takeover, with a higher attempt. */
  DeploymentStarted: z.object({
    ...operation,
    cluster: z.string(),
    attempt: z.int(),
    /** How often a worker began there or began anew: to go on after a phase is none. Absent in events of before this was told. */
    tries: z.int().optional(),
    worker: z.string(),
    /** The phase that had ended well before. */
    after: Phase.optional(),
  }),
  /** The objects of a phase were applied to a cluster; those of the next wait until they are ready. */
  PhaseStarted: z.object({ ...operation, cluster: z.string(), revision: z.int(), phase: Phase }),
  /** All objects of the revision were applied to a cluster; readiness is waited for. */
  DeploymentApplied: z.object({
    ...operation,
    cluster: z.string(),
    revision: z.int(),
    /** The last phase, where the revision has several. */
    phase: Phase.optional(),
  }),
  /** The operation ended well: the pods of its revision serve, and what it replaced is gone. */
  DeploymentCompleted: z.object({ ...operation, kind: z.string(), revision: z.int() }),
  /** The operation ended without success. */
  DeploymentFailed: z.object({
    ...operation,
    kind: z.string(),
    revision: z.int().optional(),
    cause: CauseData,
    next: Text,
    /** The phase that was waited for. */
    phase: Phase.optional(),
    /** It ended with a question: the operation needs approval of exactly these items. */
    asks: z.object({ digest: z.string(), items: z.array(AskData) }).optional(),
  }),
  /** The operation was stopped before its next step, by a person or because a newer request took its place. */
  OperationCancelled: z.object({
    ...operation,
    actor: z.string(),
    kind: z.string(),
    /** The operation that took its place. */
    supersededBy: z.uuid().optional(),
  }),
  /** A rollback completed. */
  DeploymentRolledBack: z.object({
    ...operation,
    from: z.int(),
    to: z.int(),
    automatic: z.boolean(),
  }),
  /** The deployment and its objects are gone. */
  DeploymentDeleted: z.object({
    ...operation,
    data: z.enum(['keep', 'delete']),
    /** Clusters that could not be asked: the deployment was forgotten, and what stands there may run on. */
    forgotten: z.array(z.string()).optional(),
  }),
  /** Somebody had the value of a secret shown to them: its name, never the value. */
  SecretRevealed: z.object({
    secret: z.string(),
    /** The applied revision, whose value it was. */
    revision: z.int(),
    actor: z.string(),
    via: Via,
  }),
  /** What is seen in the cluster changed (stream `observed-<uuid>`). */
  HealthChanged: z.object({
    deployment: z.uuid(),
    cluster: z.string(),
    from: z.string(),
    to: z.string(),
    reason: Text.optional(),
  }),
  /** Objects were found changed by hand, or found as desired again (stream `observed-<uuid>`). */
  DriftChanged: z.object({
    deployment: z.uuid(),
    cluster: z.string(),
    drifted: z.boolean(),
    objects: z.array(z.string()),
  }),
  /** A worker that was cut off made deleted objects again, last at that time. */
  ObjectsRepaired: z.object({
    deployment: z.string(),
    cluster: z.string(),
    objects: z.array(z.string()),
    at: z.string(),
  }),
  /** A namespace was asked for. */
  NamespaceRequested: z.object({
    namespace: z.string(),
    team: z.string(),
    environment: z.string(),
    clusters: z.array(z.string()),
    actor: z.string(),
  }),
  /** What may be taken of all clusters together, from now on; null where it has no limit any more. */
  QuotaSet: z.object({
    scope: z.enum(['namespace', 'team', 'environment']),
    name: z.string(),
    limits: z.record(z.string(), z.unknown()).nullable(),
    actor: z.string(),
  }),
  /** A namespace is to stand on more clusters; `everywhere` is on all, also on those that join later. */
  NamespaceSpread: z.object({
    namespace: z.string(),
    clusters: z.array(z.string()),
    everywhere: z.boolean(),
    actor: z.string(),
  }),
  /** A namespace stands prepared on a cluster. */
  NamespaceCreated: z.object({ namespace: z.string(), cluster: z.string() }),
  /** A cluster refused something of a deployment because the quota of its namespace is used up. */
  ResourceQuotaExceeded: z.object({
    namespace: z.string(),
    deployment: z.string(),
    ...operation,
    object: z.string().optional(),
    message: Text,
  }),
  /** Somebody put an app from outside on the shelf, or another version of it (stream `app-<id>`). */
  AppAdded: z.object({
    app: z.string(),
    version: z.string(),
    digest: z.string(),
    /** What stood there before. */
    replaces: z.string().optional(),
    /** Names of the secrets that people give it. */
    takes: z.array(z.string()).optional(),
    actor: z.string(),
    via: Via,
  }),
  /** Somebody took an app from outside off the shelf. */
  AppRemoved: z.object({ app: z.string(), digest: z.string(), actor: z.string(), via: Via }),
  /** A scan of a cluster counted another number of objects that carry Kade's label and are found from no record. */
  LeaksChanged: z.object({ cluster: z.string(), count: z.int().min(0) }),
  /** Events of a team are sent to another place from now on, or other ones (stream `webhook-<id>`). */
  WebhookAdded: z.object({ ...webhook, ...filter, actor: z.string(), via: Via }),
  /** Somebody changed what a webhook is sent or where, enabled it or disabled it. */
  WebhookChanged: z.object({
    ...webhook,
    ...filter,
    enabled: z.boolean(),
    actor: z.string(),
    via: Via,
  }),
  /** Somebody gave a webhook another signing secret; the one before signs beside it for a time, if any. */
  WebhookSecretRotated: z.object({
    ...webhook,
    oldUntil: z.iso.datetime().nullable(),
    actor: z.string(),
    via: Via,
  }),
  /** Kade sends nothing to a webhook any more, because it failed for long or said that it is gone. */
  WebhookDisabled: z.object({ ...webhook, reason: Text }),
  /** Somebody asked for an event that shows that a webhook works. */
  WebhookTested: z.object({ ...webhook, actor: z.string(), via: Via }),
  /** Somebody removed a webhook. */
  WebhookRemoved: z.object({ ...webhook, actor: z.string(), via: Via }),
  ...accountEvents,
} as const

export type EventName = keyof typeof eventSchemas
export type EventData<N extends EventName> = z.infer<(typeof eventSchemas)[N]>

/** An event not yet stored. */
export type NewEvent = {
  [N in EventName]: { readonly type: N; readonly data: EventData<N> }
}[EventName]

/** An event as the store gives it back. `globalPosition` orders events within a category only. */
export type StoredEvent = NewEvent & {
  readonly id: string
  readonly stream: string
  readonly position: number
  readonly globalPosition: number
  readonly at: Date
}
