import type { Operation } from '#api/operations.ts'
import type { ProblemCode } from '#api/problem.ts'

/** Exit codes of `kade`; permanent, so that scripts can rely on them. */
export const exit = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  needsApproval: 5,
  deadline: 6,
  unreachable: 7,
} as const

const ofCode: Record<ProblemCode, number> = {
  'request-invalid': exit.usage,
  unauthenticated: exit.refused,
  forbidden: exit.refused,
  'not-found': exit.notFound,
  'method-not-allowed': exit.usage,
  'request-timeout': exit.unreachable,
  conflict: exit.refused,
  'name-taken': exit.refused,
  'in-use': exit.refused,
  stale: exit.refused,
  'body-too-large': exit.usage,
  'url-too-long': exit.usage,
  'unsupported-media-type': exit.usage,
  'settings-invalid': exit.usage,
  'namespace-unknown': exit.notFound,
  'app-unknown': exit.notFound,
  'module-refused': exit.refused,
  'cluster-unknown': exit.notFound,
  'policy-denied': exit.refused,
  'quota-exceeded': exit.refused,
  'no-placement': exit.refused,
  'not-yet-supported': exit.usage,
  'idempotency-key-reused': exit.usage,
  'too-many-requests': exit.refused,
  'headers-too-large': exit.usage,
  internal: exit.failed,
  'cluster-unreachable': exit.unreachable,
  'database-unreachable': exit.unreachable,
  'sandbox-unavailable': exit.unreachable,
}

/** The exit code for a problem; a code of a newer Kade counts as a refusal. */
export function exitOfProblem(code: string): number {
  return new Map<string, number>(Object.entries(ofCode)).get(code) ?? exit.refused
}

/** The exit code for an operation that ended. `deadline` is for a wait that was over before the operation was. */
export function exitOfOperation({ state }: Pick<Operation, 'state'>): number {
  if (state === 'succeeded') return exit.done
  return state === 'needs-approval' ? exit.needsApproval : exit.failed
}
