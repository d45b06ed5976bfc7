import { z } from 'zod'
import { Time } from './names.ts'

export const AuditResult = z.enum(['allow', 'deny', 'error'])

/** A field that an action changed; a value that is long stands there as its digest. */
export const AuditChange = z.object({
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
})
export type AuditChange = z.infer<typeof AuditChange>

/**
 * One line of the audit: who did what to what, from where, when, and what came of it. `hash` is the SHA-256 of all the others
 * in canonical JSON (RFC 8785), and `prevHash` is that of the line before, so that no line can be changed, taken out or moved unseen.
 */
export const AuditEntry = z.object({
  seq: z.int().min(1),
  prevHash: z.string(),
  hash: z.string(),
  /** The id of the event that this line is about. */
  id: z.uuid(),
  at: Time,
  event: z.string(),
  action: z.string(),
  actor: z.object({ id: z.string(), roles: z.array(z.string()), via: z.string() }),
  object: z.object({ kind: z.string(), id: z.string(), digest: z.string().optional() }),
  team: z.string().nullable(),
  result: AuditResult,
  /** The permanent code of the problem that the asker was told. */
  code: z.string().optional(),
  origin: z.object({ client: z.string(), ip: z.string().optional() }),
  /** The same on every line, and in every log line, of one request. */
  request: z.uuid().optional(),
  /** How often the same was refused since the line before that says so. */
  count: z.int().min(1).optional(),
  before: z.string().optional().describe('digest of what it was'),
  after: z.string().optional().describe('digest of what it is now'),
  changes: z.array(AuditChange).optional(),
  policies: z.array(z.string()).optional(),
  approval: z.string().optional().describe('the operation that asked for the consent given here'),
  reason: z.string().optional(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** The last line, to be kept elsewhere: what is cut off after it, or written anew before it, is found by it. */
export const AuditHead = z.object({ seq: z.int().min(0), hash: z.string() })
export type AuditHead = z.infer<typeof AuditHead>

export const AuditList = z.object({
  items: z.array(AuditEntry),
  next: z.string().nullable(),
  /** Null for who may read the lines of some teams only. */
  head: AuditHead.nullable(),
  /** Seconds that the oldest event not yet in the chain has waited; 0 when there is none. */
  lag: z.number().min(0),
})
export type AuditList = z.infer<typeof AuditList>

const Word = z.string().min(1).max(200)

export const auditFilters = {
  actor: Word.optional(),
  action: Word.optional(),
  object: Word.describe('such as team-a/chat').optional(),
  result: AuditResult.optional(),
  from: Time.optional(),
  to: Time.optional(),
  q: Word.describe('a piece of any of these, of the event or of the reason').optional(),
}
