import { z } from 'zod'
import { CreateDeployment, ObjectChange } from './deployments.ts'
import { Finding } from './findings.ts'
import { Id, Text, Time } from './names.ts'
import { InstallationRole } from './roles.ts'

const Reason = z.string().trim().min(1).max(500)
const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

/** Asks for an exception to a policy, for exactly this deployment as it would be. */
export const RequestApproval = z.strictObject({
  /** The body that was refused. */
  deployment: CreateDeployment,
  policy: z.string().min(1).max(100),
  /** Why, in the requester's words. */
  reason: Reason,
  /** Its last day, at most a year away; 90 days from now if left out. */
  until: z.iso.date().optional(),
})
export type RequestApproval = z.infer<typeof RequestApproval>

/** Consents to exactly what was shown, by its digest. */
export const GiveApproval = z.strictObject({ shown: Digest, reason: Reason.optional() })
export const RefuseApproval = z.strictObject({ reason: Reason })
export const WithdrawApproval = z.strictObject({ reason: Reason.optional() })

/** `given` holds until it ends, is taken back, or something else is to be done than was shown (`voided`). */
export const ApprovalState = z.enum([
  'requested',
  'given',
  'refused',
  'withdrawn',
  'expired',
  'voided',
])
export type ApprovalState = z.infer<typeof ApprovalState>

const Person = z.object({ id: z.string(), name: z.string() })

export const Approval = z.object({
  id: Id,
  kind: z.enum(['exception']),
  state: ApprovalState,
  team: z.string(),
  namespace: z.string(),
  deployment: z.string(),
  policy: z.string(),
  /** Whose consent it needs. */
  approver: InstallationRole,
  reason: z.string(),
  until: Time,
  /** Nobody can decide any more from then on. */
  expiresAt: Time,
  requestedBy: Person,
  requestedAt: Time,
  /** Who decided, by which role; `alone` where nobody else could have. */
  decision: z.object({ by: Person, as: InstallationRole, at: Time, alone: z.boolean() }).nullable(),
  /** The last words of whoever decided or ended it. */
  said: z.string().optional(),
  /** Of what was shown. */
  shown: Digest,
})
export type Approval = z.infer<typeof Approval>

/** What whoever decides looks at; the digest of all of it is what they consent to. */
export const Shown = z.object({
  kind: z.enum(['exception']),
  /** The request: of secrets their names alone. */
  request: z.record(z.string(), z.unknown()),
  target: z.object({
    app: z.string(),
    version: z.string(),
    namespace: z.string(),
    name: z.string(),
    team: z.string(),
    environment: z.string(),
    clusters: z.array(z.string()),
  }),
  policy: z.string(),
  findings: z.array(Finding),
  changes: z.array(ObjectChange),
  resources: z.object({ cpu: z.string(), memory: z.string(), storage: z.string() }),
  reason: z.string(),
  until: Time,
  requestedBy: z.string(),
  /** Digests of the policies by which it was judged, and of what the consent is for. */
  bundle: z.string(),
  content: z.string(),
})
export type Shown = z.infer<typeof Shown>

export const ApprovalDetail = Approval.extend({
  what: Shown,
  /** Whether the reader may decide, and otherwise why not. */
  mine: z.object({ mayDecide: z.boolean(), mayWithdraw: z.boolean(), why: Text.optional() }),
})
export type ApprovalDetail = z.infer<typeof ApprovalDetail>
