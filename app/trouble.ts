import { ProblemError } from '#api/client.ts'
import type { Problem } from '#api/problem.ts'
import { translate } from './i18n.ts'

/** Any error as a problem a person can read: Kade's own word where it gave one, else that it could not be reached. */
export function troubleOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  return {
    type: 'about:blank',
    status: 0,
    code: 'unreachable',
    title: translate('words.network.title'),
    detail: translate('words.network.detail'),
    next: translate('words.network.next'),
  }
}
