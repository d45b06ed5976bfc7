import type { Text } from '#api/names.ts'
import { type ProblemCode, problemStatus } from '#api/problem.ts'
import { PlatformError } from '../../errors.ts'

/** An error as it goes from a worker to who asked. */
export type Told = {
  readonly code: string
  readonly message: string | Text
  readonly next?: string | Text
}

export function told(error: unknown): Told {
  if (!(error instanceof PlatformError)) {
    return {
      code: 'internal',
      message: error instanceof Error ? error.message : String(error),
    }
  }
  const { next } = error.details
  return { code: error.code, message: error.text, ...(next === undefined ? {} : { next }) }
}

export function errorOf({ code, message, next }: Told): PlatformError {
  return new PlatformError(isCode(code) ? code : 'internal', message, next ? { next } : {})
}

function isCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemStatus, code)
}
