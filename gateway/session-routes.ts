import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Route } from '#api/route.ts'
import { type Session, SignIn, type SignInLink } from '#api/session.ts'
import { PlatformError } from '#platform/errors.ts'
import { createSignInLink } from '#platform/governance/accounts.ts'
import { endSession, type OpenSession, signInWithLink } from '#platform/governance/sessions.ts'
import { cookieName, csrfToken, refuseForeignOrigin } from './caller.ts'
import { callerOf, type Door, demand } from './door.ts'
import { parseCall } from './parse-call.ts'

/** Takes the token of a one-time link and answers with a cookie. A session that the browser still had ends. */
export async function signIn(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  refuseForeignOrigin(request)
  const { params, query, body } = request
  const parsed = parseCall(route, { params, query, body, ifMatch: undefined })
  const { token: link } = SignIn.parse(parsed.body)
  const opened = await signInWithLink(door.database, link)
  if (!opened)
    throw new PlatformError(
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
  const { session, token } = opened
  demand(door.may, { ...session.account, via: 'portal' }, route)
  const name = cookieName(door.secure)
  const before = request.cookies[name]
  if (before) await endSession(door.database, before)
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure: door.secure } as const
  reply.setCookie(name, token, attributes).header('location', '/api/v1/session')
  return reply.code(201).send(view(session, token))
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
  return view(session, token)
}

/** Ends the session at once. */
export async function signOut(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { actor, token } = callerOf(request)
  demand(door.may, actor, route)
  await endSession(door.database, token)
  reply.clearCookie(cookieName(door.secure), { path: '/', secure: door.secure })
  return reply.code(204).send()
}

function view(session: OpenSession, token: string): Session {
  const { id, name, roles, memberships } = session.account
  return {
    account: {
      id,
      name,
      roles: [...roles],
      teams: Object.entries(memberships).map(([team, role]) => ({ team, role })),
    },
    expiresAt: session.expiresAt.toISOString(),
    ...(session.kind === 'browser' ? { csrf: csrfToken(token) } : {}),
  }
}
