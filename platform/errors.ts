import type { Finding } from '#api/findings.ts'
import type { Text } from '#api/names.ts'
import type { ProblemCode, Violation } from '#api/problem.ts'

export type ErrorDetails = {
  /** What the reader can do now; the door has a text per code when it is absent, or absent in the reader's language. */
  next?: string | Text
  violations?: Violation[]
  findings?: Finding[]
  cause?: unknown
  /** Seconds after which a retry makes sense. */
  retryAfter?: number
}

/**
 * A request or a step that failed for a reason a person can act on. Codes never change; texts may improve. What a person meets
 * in the portal is said in both languages; what only a program or an operator can meet, in English.
 */
export class PlatformError extends Error {
  override name = 'PlatformError'
  readonly code: ProblemCode
  readonly details: ErrorDetails
  readonly text: Text
  constructor(code: ProblemCode, message: string | Text, details: ErrorDetails = {}) {
    const text = inBoth(message)
    super(text.en, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
    this.text = text
  }
}

/** What was said in English alone is that in both. */
function inBoth(said: string | Text): Text {
  return typeof said === 'string' ? { en: said, nl: said } : said
}
