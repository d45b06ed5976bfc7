import type { FastifyReply, FastifyRequest } from 'fastify'
import { actions, type Route } from '#api/route.ts'
import { type Session, SignIn, type SignInLink } from '#api/session.ts'
import { PlatformError } from '#platform/errors.ts'
import { createSignInLink } from '#platform/governance/accounts.ts'
import { signInWithPassword } from '#platform/governance/identity/sign-in.ts'
import {
  signOut as endNow,
  endSession,
  type NewSession,
  type OpenSession,
  signInWithLink,
} from '#platform/governance/sessions.ts'
import { actorOf, cookieName, csrfToken, refuseForeignOrigin } from './caller.ts'
import { callerOf, type Door, demand } from './door.ts'
import { parseCall } from './parse-call.ts'

/**
 * Takes the token of a one-time link, or an e-mail address and a password, and answers with a cookie. A session that the browser
 * still had ends.
 */
export async function signIn(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = SignIn.parse(parsedBody(route, request))
  const agent = request.headers['user-agent']
  const opened =
    'token' in body
      ? await signInWithLink(door.database, body.token, agent)
      : await signInWithPassword(door.database, { ...body, address: request.ip, agent })
  if (!opened) throw 'token' in body ? linkIsOver() : wrongPair()
  return await letIn(door, request, reply, opened)
}

/** The body of a call by who is not signed in yet; from a page of another site nothing is taken. */
export function parsedBody(route: Route, request: FastifyRequest): unknown {
  refuseForeignOrigin(request)
  const { params, query, body } = request
  return parseCall(route, { params, query, body, ifMatch: undefined }).body
}

/** Answers with the cookie of a new session, in the place of the one that the browser had. */
export async function letIn(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  opened: NewSession,
): Promise<FastifyReply> {
  await setSession(door, request, reply, opened)
  reply.header('location', '/api/v1/session')
  return reply.code(201).send(view(door, opened.session, opened.token))
}

/** A new session always has a new token, so that nobody can plant one. */
export async function setSession(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  { token }: NewSession,
): Promise<void> {
  const name = cookieName(door.secure)
  const before = request.cookies[name]
  if (before) await endSession(door.database, before)
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure: door.secure } as const
  reply.setCookie(name, token, attributes)
}

function linkIsOver(): PlatformError {
  return new PlatformError(
    'unauthenticated',
    {
      en: 'The sign-in link was used already, or is too old.',
      nl: 'De aanmeldlink is al gebruikt, of te oud.',
    },
    {
      next: {
        en: 'Get a new link: "kade open" opens one, and "kade up" prints one at each start.',
        nl: 'Haal een nieuwe link: "kade open" opent er een, en "kade up" toont er een bij elke start.',
      },
    },
  )
}

function wrongPair(): PlatformError {
  return new PlatformError(
    'unauthenticated',
    {
      en: 'This e-mail address and this password do not belong together.',
      nl: 'Dit e-mailadres en dit wachtwoord horen niet bij elkaar.',
    },
    {
      next: {
        en: 'Try again, or ask for a link to choose a new password.',
        nl: 'Probeer het opnieuw, of vraag een link om een nieuw wachtwoord te kiezen.',
      },
    },
  )
}

/** A link for the caller's own account, as `kade up` prints one at its start. */
export async function invite(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { actor } = callerOf(request)
  demand(door.may, actor, route)
  const { token, expiresAt } = await createSignInLink(door.database, actor.id)
  const link: SignInLink = { path: signInPath(token), expiresAt: expiresAt.toISOString() }
  return reply.code(201).send(link)
}

/** Where the portal takes a one-time token: in the fragment, which no browser sends. */
export function signInPath(token: string): string {
  return `/sign-in#token=${token}`
}

/** Tells whose session it is; to a browser also the token that its changes must carry. */
export async function readSession(
  door: Door,
  route: Route,
  request: FastifyRequest,
): Promise<Session> {
  const { actor, session, token } = callerOf(request)
  demand(door.may, actor, route)
  return view(door, session, token)
}

/** Ends the session at once. */
export async function signOut(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { actor, session } = callerOf(request)
  demand(door.may, actor, route)
  await endNow(door.database, session, actor.via)
  reply.clearCookie(cookieName(door.secure), { path: '/', secure: door.secure })
  return reply.code(204).send()
}

function view(door: Door, session: OpenSession, token: string): Session {
  const { id, name, roles, memberships } = session.account
  const actor = { ...actorOf(session), via: 'portal' as const }
  return {
    account: {
      id,
      name,
      roles: [...roles],
      teams: Object.entries(memberships).map(([team, role]) => ({ team, role })),
    },
    may: actions.filter(action => door.may(actor, action, { team: null })),
    expiresAt: session.expiresAt.toISOString(),
    ...(session.kind === 'browser' ? { csrf: csrfToken(token) } : {}),
  }
}
