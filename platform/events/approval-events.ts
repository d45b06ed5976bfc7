import { z } from 'zod'
import { Text } from './placement-data.ts'
import { Via } from './via.ts'

const by = { actor: z.string(), via: Via }

/** What becomes of a request for approval (stream `approval-<uuid>`). */
export const approvalEvents = {
  /** Somebody asked for an exception to a policy. */
  ApprovalRequested: z.object({
    ...by,
    kind: z.enum(['exception']),
    team: z.string(),
    namespace: z.string(),
    deployment: z.string(),
    policy: z.string(),
    /** The role whose consent it needs. */
    approver: z.string(),
    /** Of what was shown, whole; its blob holds it. */
    shown: z.string(),
    /** Of what the consent is for: these objects, there, by these policies. */
    content: z.string(),
    reason: z.string(),
    /** The exception ends then. */
    until: z.iso.datetime(),
    /** Nobody may decide any more from then on. */
    expiresAt: z.iso.datetime(),
    /** Accounts that made what is asked for: none of them may decide. */
    authors: z.array(z.string()),
  }),
  /** Somebody who may consented to exactly what was shown. */
  ApprovalGiven: z.object({
    ...by,
    /** By which role. */
    role: z.string(),
    shown: z.string(),
    reason: z.string().optional(),
    /** Nobody else could have: the same person asked and decided. */
    alone: z.boolean(),
  }),
  ApprovalRefused: z.object({ ...by, role: z.string(), reason: z.string() }),
  /** Who asked took it back, or who may decide took the consent back. */
  ApprovalWithdrawn: z.object({ ...by, reason: z.string().optional() }),
  /** Nobody decided in time, or the exception has ended. */
  ApprovalExpired: z.object({ was: z.enum(['requested', 'given']) }),
  /** Something else was to be done than was shown. */
  ApprovalVoided: z.object({ why: Text, content: z.string() }),
  /** A change was asked for on the strength of it. */
  ApprovalUsed: z.object({ ...by, target: z.uuid().describe('id of the deployment') }),
} as const
