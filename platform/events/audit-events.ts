import { z } from 'zod'
import { Via } from './via.ts'

const request = {
  actor: z.string(),
  via: Via,
  action: z.string(),
  object: z.object({ kind: z.string(), id: z.string() }),
  /** Where what was asked for would stand. */
  namespace: z.string().optional(),
}

/** What the audit has to know and no other event tells (stream `audit-door`); told to nobody else. */
export const auditEvents = {
  /** Somebody was refused, or was not answered because something broke. `actor` is `anonymous` where nobody knew who asked. */
  RequestRefused: z.object({
    ...request,
    result: z.enum(['deny', 'error']),
    code: z.string(),
    policies: z.array(z.string()).optional(),
    /** How often, since the last of these that says the same. */
    count: z.int().min(1),
  }),
  /** Somebody may do what leaves no event of its own; written before it is done. */
  RequestAllowed: z.object(request),
} as const
