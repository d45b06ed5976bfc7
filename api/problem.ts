import { z } from 'zod'
import { Finding } from './findings.ts'
import { Text } from './names.ts'

/** Permanent codes and their HTTP status. A code is never renamed, and a new one is an addition to the contract. */
export const problemStatus = {
  'request-invalid': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  conflict: 409,
  'name-taken': 409,
  'in-use': 409,
  stale: 412,
  'body-too-large': 413,
  'url-too-long': 414,
  'unsupported-media-type': 415,
  'settings-invalid': 422,
  'namespace-unknown': 422,
  'app-unknown': 422,
  'module-refused': 422,
  'cluster-unknown': 422,
  'policy-denied': 422,
  'quota-exceeded': 422,
  'no-placement': 422,
  'not-yet-supported': 422,
  'idempotency-key-reused': 422,
  'too-many-requests': 429,
  'headers-too-large': 431,
  internal: 500,
  'cluster-unreachable': 503,
  'database-unreachable': 503,
  'sandbox-unavailable': 503,
} as const

export type ProblemCode = keyof typeof problemStatus

/** One thing wrong with the input, addressed by JSON Pointer into the request body. */
export const Violation = z.object({ pointer: z.string(), detail: Text })
export type Violation = z.infer<typeof Violation>

/** RFC 9457 problem details, sent as `application/problem+json`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  /** What the reader can do now. */
  next: z.string(),
  instance: z.string().optional(),
  violations: z.array(Violation).optional(),
  findings: z.array(Finding).optional(),
})
export type Problem = z.infer<typeof Problem>
