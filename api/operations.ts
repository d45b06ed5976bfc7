import { z } from 'zod'
import { Id, Text, Time } from './names.ts'

export const OperationKind = z.enum(['create', 'update', 'rollback', 'restart', 'delete'])
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
})
export type Cause = z.infer<typeof Cause>

export const Operation = z.object({
  id: Id,
  kind: OperationKind,
  state: OperationState,
  /** `queued`, `applying`, `waiting`, `finishing`, `deleting`: where a running operation is. */
  step: z.string().optional(),
  attempt: z.int(),
  requestedAt: Time,
  endedAt: Time.optional(),
  /** By when it will have ended, one way or the other. */
  deadline: Time,
  cause: Cause.optional(),
  /** The next step that is advised. */
  next: Text.optional(),
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
  subject: z.string().optional(),
})
export type DeadLetter = z.infer<typeof DeadLetter>
