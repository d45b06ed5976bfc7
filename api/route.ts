import type { z } from 'zod'

/** What a caller does; `platform/governance/may.ts` decides by this word. */
export const actions = [
  'session.open',
  'session.read',
  'session.invite',
  'device-login.decide',
  'profile.read',
  'profile.change',
  'token.read',
  'token.change',
  'account.read',
  'account.change',
  'invitation.read',
  'invitation.change',
  'team.read',
  'team.create',
  'team.change',
  'catalogue.read',
  'catalogue.change',
  'cluster.read',
  'cluster.change',
  'namespace.read',
  'namespace.create',
  'quota.read',
  'quota.change',
  'deployment.read',
  'deployment.create',
  'deployment.update',
  'deployment.delete',
  'deployment.logs',
  'deployment.metrics',
  'secret.reveal',
  'operation.read',
  'operation.change',
  'approval.read',
  'approval.request',
  'approval.decide',
  'approval.withdraw',
  'event.read',
  'dead-letter.read',
  'dead-letter.change',
  'notification.read',
  'notification.change',
  'webhook.read',
  'webhook.change',
  'worker-credential.read',
  'worker-credential.change',
  'worker.serve',
  'audit.read',
] as const
export type Action = (typeof actions)[number]

/** Whether a word is one of these. */
export function isAction(word: string): word is Action {
  return (actions as readonly string[]).includes(word)
}

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v1`; parameters as `{name}`. */
  readonly path: `/${string}`
  readonly summary: string
  readonly tag: string
  readonly action: Action
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** Bytes that a body may have, where that is more than usual. */
  readonly bodyBytes?: number
  /** The answers that are no problem, by status; `null` is an empty body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>
  /** Answers `202`, with `operation` in `Location`, and takes an `Idempotency-Key`. */
  readonly starts?: 'operation' | 'operations'
  /** Takes `If-Match` with the deployment's `etag`. */
  readonly conditional?: true
  /** Its answer holds the value of a secret: it is never kept, and a repeated `Idempotency-Key` asks again. */
  readonly secretAnswer?: true
  /** Answers `text/event-stream`. */
  readonly stream?: true
  /** Answers `application/x-ndjson`: one line for each, to its end. */
  readonly lines?: true
}

/** Keeps the literal types of a route, so that the client's types follow from it. */
export function route<const R extends Route>(spec: R): R {
  return spec
}
