import type { Finding } from '#api/findings.ts'
import type { ProblemCode, Violation } from '#api/problem.ts'

export type ErrorDetails = {
  /** What the reader can do now; the door has a text per code when it is absent. */
  next?: string
  violations?: Violation[]
  findings?: Finding[]
  cause?: unknown
  /** Seconds after which a retry makes sense. */
  retryAfter?: number
}

/** A request or a step that failed for a reason a person can act on. Codes never change; texts may improve. */
export class PlatformError extends Error {
  override name = 'PlatformError'
  readonly code: ProblemCode
  readonly details: ErrorDetails
  constructor(code: ProblemCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
  }
}
