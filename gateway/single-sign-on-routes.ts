/**
 * A browser goes to the identity provider and comes back. The state stands in a cookie too, so that only the browser that set out can
 * come back; that cookie is `lax`, since the way back begins on the provider's site. Every way it can end is a page of the portal.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Route } from '#api/route.ts'
import { IdentityError } from '#platform/adapters/identity/identity-provider.ts'
import { comeBack, setOut, signInByProvider } from '#platform/governance/identity/single-sign-on.ts'
import type { Door } from './door.ts'
import { notFound } from './problems.ts'
import { setSession } from './session-routes.ts'

const MINUTES = 10

function cookieOf(door: Door): string {
  return door.secure ? '__Host-kade-sso' : 'kade-sso'
}

/** Sends the browser to the provider. */
export async function startSingleSignOn(
  door: Door,
  _route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { singleSignOn } = door
  if (!singleSignOn) throw notFound()
  const { to } = request.query as { to?: unknown } // looked at as any text is, by `placeInPortal`
  try {
    const { url, ...kept } = await singleSignOn.provider.begin()
    await setOut(door.database, kept, placeInPortal(to))
    const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure: door.secure } as const
    reply.setCookie(cookieOf(door), kept.state, { ...attributes, maxAge: MINUTES * 60 })
    return reply.code(303).header('location', url).send()
  } catch (error) {
    return backToSignIn(request, reply, error)
  }
}

/** Takes the browser back, signed in or with the reason why not. */
export async function finishSingleSignOn(
  door: Door,
  _route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { singleSignOn } = door
  if (!singleSignOn) throw notFound()
  const { state } = request.query as { state?: unknown } // compared with what was given out
  const own = request.cookies[cookieOf(door)]
  reply.clearCookie(cookieOf(door), { path: '/', secure: door.secure })
  const kept =
    typeof state === 'string' && state !== '' && state === own
      ? await comeBack(door.database, state)
      : undefined
  if (!kept) return to(reply, '/sign-in?sso=refused')
  try {
    const query = request.url.slice(request.url.indexOf('?'))
    const claims = await singleSignOn.provider.finish(query, kept)
    const agent = request.headers['user-agent']
    const opened = await signInByProvider(door.database, singleSignOn, claims, agent)
    if (!opened) return to(reply, '/sign-in?sso=no-place')
    await setSession(door, request, reply, opened)
    return to(reply, kept.returnTo)
  } catch (error) {
    return backToSignIn(request, reply, error)
  }
}

function backToSignIn(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof IdentityError)) throw error
  request.log.warn({ err: error }, 'Single sign-on did not come to its end')
  return to(reply, `/sign-in?sso=${error.fault}`)
}

function to(reply: FastifyReply, path: string): FastifyReply {
  return reply.code(303).header('location', path).send()
}

/** A path of the portal and nothing else: a browser reads `//host` and `/\host` as other places. */
export function placeInPortal(wanted: unknown): string {
  return typeof wanted === 'string' && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wanted)
    ? wanted
    : '/'
}
