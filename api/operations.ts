import { z } from 'zod'
import { Id, Text, Time } from './names.ts'

export const OperationKind = z.enum(['create', 'update', 'rollback', 'restart', 'move', 'delete'])
export type OperationKind = z.infer<typeof OperationKind>

export const OperationState = z.enum([
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'needs-approval',
])
export type OperationState = z.infer<typeof OperationState>

/** Why an operation ended as it did, and what the reader can do. `code` is stable, the texts may be improved. */
export const Cause = z.object({
  code: z.string(),
  message: Text,
  /** The object it concerns, `Kind/name`. */
  object: z.string().optional(),
  /** The cluster on which it went wrong, of several. */
  cluster: z.string().optional(),
})
export type Cause = z.infer<typeof Cause>

/** One thing that an operation may do only with somebody's consent. */
export const Ask = z.object({
  /** `take-over`: an object that somebody else made becomes the deployment's own; `prune`: an object is deleted. */
  kind: z.enum(['take-over', 'prune']),
  /** `Kind/name` */
  object: z.string(),
  /** Of the object as it was seen: another of the same name is asked for anew. */
  uid: z.string(),
  /** Who keeps the object now. */
  manager: z.string().optional(),
  message: Text,
})
export type Ask = z.infer<typeof Ask>

/** What an operation asks consent to; `digest` is of exactly these items, and names them when consent is given. */
export const Asks = z.object({ digest: z.string(), items: z.array(Ask) })
export type Asks = z.infer<typeof Asks>

/** Lets exactly this wave be followed by the next: the one that has begun, as `waves.current` of the operation says. */
export const ContinueOperation = z.strictObject({ wave: z.int().min(1).max(100) })

/** The consent, if any, with which an operation is done again: the `digest` of what it asked. */
export const RetryOperation = z.strictObject({ consent: z.string().min(1).max(100).optional() })

/** Another deployment that an operation waits for before it begins. */
export const Wait = z.object({
  /** `namespace/name`; absent for a deployment of another team. */
  target: z.string().optional(),
  /** `ready`: it is needed; `gone`: it is still in use by it. */
  until: z.enum(['ready', 'gone']),
  message: Text,
})
export type Wait = z.infer<typeof Wait>

/** The task of an open operation in the queue of a cluster, from which workers take theirs. */
export const OperationTask = z.object({
  cluster: z.string(),
  /** `retrying` waits to be tried again; `dead` was given up and stands among the dead letters. */
  state: z.enum(['waiting', 'retrying', 'running', 'dead']),
  /** Tries until now, with the one that runs. */
  tries: z.int().min(0),
  /** Of one that waits: how many tasks go before it. */
  before: z.int().min(0).optional(),
  /** Of one that is `retrying`. */
  nextTry: Time.optional(),
  /** Why the last try did not end well, in the words of what went wrong. */
  reason: z.string().optional(),
})
export type OperationTask = z.infer<typeof OperationTask>

/** The clusters of an operation wave by wave. What fails in a wave stops the next ones; these keep what they had. */
export const WavesOfOperation = z.object({
  clusters: z.array(z.array(z.string())),
  /** The wave that has begun, from 1. */
  current: z.int(),
  /** Seconds for which a wave has to serve before the next begins. */
  healthyFor: z.int(),
  /** Whether a person lets each next wave begin. */
  approval: z.boolean(),
  /** The current wave serves, and the next one waits for a person. */
  held: z.boolean(),
  /**
   * Of an open operation whose current wave waits for clusters of which nothing is heard: these, all of the wave. It shows nothing, so
   * only a person lets the next begin. They get the revision when they are heard of, and have to serve before the operation ends well.
   */
  silent: z.array(z.string()).optional(),
})
export type WavesOfOperation = z.infer<typeof WavesOfOperation>

/** A cluster on which the data of what is deleted is erased. */
export const Erasure = z.object({
  cluster: z.string(),
  /** Absent where it is still to be erased: when the cluster is heard of again, also after the operation has ended. */
  erasedAt: Time.optional(),
})
export type Erasure = z.infer<typeof Erasure>

export const Operation = z.object({
  id: Id,
  kind: OperationKind,
  state: OperationState,
  /**
   * Where an open operation is: `queued`, `blocked` (it waits for another deployment), `preparing` (jobs that go first),
   * `applying`, `waiting`, `testing`, `concluding` (jobs that follow), `held` (a wave waits for a person), `finishing`, `emptying`
   * (it has moved, and the clusters it left are emptied), `deleting`.
   */
  step: z.string().optional(),
  /** The most that it was begun on any of its clusters. */
  attempt: z.int(),
  /** By cluster how often a worker began it there, or began it anew; going on after a phase is none. */
  tries: z.record(z.string(), z.int()).optional(),
  requestedAt: Time,
  endedAt: Time.optional(),
  /** By when it will have ended, one way or the other. */
  deadline: Time,
  /** Where it works; of a move, where it goes. Absent for an operation of before this was recorded. */
  clusters: z.array(z.string()).optional(),
  /** Absent where all clusters go at once. */
  waves: WavesOfOperation.optional(),
  /** Of a delete with its data: each cluster where it stands, or that it left data on, by name. */
  erasures: z.array(Erasure).optional(),
  /** Of a `blocked` operation: it goes on by itself when none of these is left. */
  waitsFor: z.array(Wait).optional(),
  /** Of an open operation: its tasks, where any wait or run. While its pods are waited for it has none. */
  tasks: z.array(OperationTask).optional(),
  cause: Cause.optional(),
  /** The next step that is advised. */
  next: Text.optional(),
  /** Of an operation that `needs-approval`. */
  asks: Asks.optional(),
  /** The operation that this one does again. */
  continues: Id.optional(),
  actor: z.string(),
  via: z.enum(['portal', 'cli', 'api', 'ci', 'git', 'platform']),
})
export type Operation = z.infer<typeof Operation>

/** An operation with the deployment it belongs to; readable after the deployment is gone. */
export const OperationOfDeployment = Operation.extend({
  namespace: z.string(),
  name: z.string(),
  deployment: Id,
  app: z.string(),
  revision: z.int().nullable(),
})
export type OperationOfDeployment = z.infer<typeof OperationOfDeployment>

export const DeadLetter = z.object({
  id: Id,
  queue: z.string(),
  at: Time,
  attempts: z.int(),
  error: z.string(),
  /** What the task concerns; of a handler the stream of its event, `<category>-<id>`; of a delivery `<team>/<webhook>`. */
  subject: z.string().optional(),
  /** The handler that could not do its work, and the event at which. */
  handler: z.string().optional(),
  event: z.string().optional(),
})
export type DeadLetter = z.infer<typeof DeadLetter>
