/**
 * Who is asking. A browser shows a cookie that its own scripts cannot read; every change it makes must also carry
 * `X-CSRF-Token` and come from our own pages. A script shows `Authorization: Bearer`, which no browser sends by itself,
 * so it needs neither. Tokens in URLs are never looked at.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Database } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import { findSession, type OpenSession } from '#platform/governance/sessions.ts'
import type { Actor } from '#platform/platform.ts'

export type Caller = {
  readonly actor: Actor
  readonly session: OpenSession
  /** The credential itself: to end it, and to see whether it still lives. */
  readonly token: string
}

/** `__Host-` binds the cookie to exactly this origin, but browsers take it over https only. */
export function cookieName(secure: boolean): string {
  return secure ? '__Host-kade-session' : 'kade-session'
}

/** The caller of a request, or undefined when it shows no credential that lives. Throws `forbidden` for a forged change. */
export async function identifyCaller(
  database: Database,
  request: FastifyRequest,
  cookie: string,
): Promise<Caller | undefined> {
  const bearer = /^Bearer ([\w-]{20,200})$/i.exec(request.headers.authorization ?? '')?.[1]
  if (request.headers.authorization !== undefined)
    return bearer ? await byToken(database, bearer, request) : undefined
  const token = request.cookies[cookie]
  if (token === undefined || !/^[\w-]{20,200}$/.test(token)) return undefined
  const session = await findSession(database, token)
  if (session?.kind !== 'browser') return undefined
  if (changes(request)) {
    refuseForeignOrigin(request)
    refuseWithoutCsrfToken(request, token)
  }
  return { actor: { ...actorOf(session), via: 'portal' }, session, token }
}

async function byToken(
  database: Database,
  token: string,
  request: FastifyRequest,
): Promise<Caller | undefined> {
  const session = await findSession(database, token)
  if (!session || session.kind === 'browser') return undefined
  const via = request.headers['kade-via'] === 'cli' ? 'cli' : 'api'
  return { actor: { ...actorOf(session), via }, session, token }
}

/** Who the account of a session is to the platform, apart from the door that it came by. */
export function actorOf(session: OpenSession) {
  const { id, roles, memberships, teams } = session.account
  const { scope } = session
  return { id, roles, memberships, teams, ...(scope === null ? {} : { scope }) }
}

function changes(request: FastifyRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD'
}

/** Refuses a change that another site's page makes with our visitor's browser. */
export function refuseForeignOrigin(request: FastifyRequest): void {
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const foreign = origin !== undefined && hostOf(origin) !== request.host
  if (foreign || (site !== undefined && site !== 'same-origin' && site !== 'none'))
    throw new PlatformError('forbidden', 'The request comes from a page of another site.', {
      next: 'Make changes from the portal itself.',
    })
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

function refuseWithoutCsrfToken(request: FastifyRequest, token: string): void {
  const sent = Buffer.from(String(request.headers['x-csrf-token'] ?? ''))
  const expected = Buffer.from(csrfToken(token))
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected))
    throw new PlatformError('forbidden', 'The X-CSRF-Token header is missing or wrong.', {
      next: 'Read GET /api/v1/session again and send its "csrf" with every change.',
    })
}

/** Follows from the session token, so that it lives as long and needs no storing; it does not give the token away. */
export function csrfToken(token: string): string {
  return createHmac('sha256', token).update('kade csrf').digest('base64url')
}
