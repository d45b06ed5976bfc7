import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { contract, type RouteName } from '#api/contract.ts'
import type { Route } from '#api/route.ts'
import type { Actor, DoorRoute } from '#platform/platform.ts'
import { runAsked } from './audit.ts'
import { exportAudit } from './audit-export.ts'
import { authorise, callerOf, type Door } from './door.ts'
import { streamEvents } from './event-stream.ts'
import { runOnce } from './idempotency.ts'
import {
  askDeviceLogin,
  changePassword,
  forgotPassword,
  listSessions,
  lookAtInvitation,
  readSignInWays,
  register,
  resetPassword,
  startDeviceLogin,
  verifyEmail,
} from './identity-routes.ts'
import { type ParsedCall, parseCall } from './parse-call.ts'
import { invite, readSession, signIn, signOut } from './session-routes.ts'
import { finishSingleSignOn, startSingleSignOn } from './single-sign-on-routes.ts'

type Handler = (
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>

const doorHandlers: Record<DoorRoute, Handler> = {
  signIn,
  readSession,
  signOut,
  createSignInLink: invite,
  streamEvents,
  exportAudit,
  readSignInWays,
  startSingleSignOn,
  finishSingleSignOn,
  lookAtInvitation,
  register,
  forgotPassword,
  resetPassword,
  verifyEmail,
  startDeviceLogin,
  askDeviceLogin,
  changePassword,
  listSessions,
}

/** Registers every route of the contract below `/api/v1`: those of the door itself, and all others by one handler. */
export function registerContract(app: FastifyInstance, door: Door): void {
  for (const [key, entry] of Object.entries(contract)) {
    // The keys of `contract` are the route names; `Object.entries` widens them to string.
    const name = key as RouteName
    const route: Route = entry
    const handler = isDoorRoute(name) ? doorHandlers[name] : platformHandler(name)
    app.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ':$1'),
      exposeHeadRoute: !route.stream && !route.lines,
      ...(route.bodyBytes === undefined ? {} : { bodyLimit: route.bodyBytes }),
      config: { routeName: name },
      handler: (request, reply) =>
        runAsked(door, name, request, () => handler(door, route, request, reply)),
    })
  }
}

/** Whether the door answers it by itself. */
export function isDoorRoute(name: RouteName): name is DoorRoute {
  return name in doorHandlers
}

function platformHandler(name: Exclude<RouteName, DoorRoute>): Handler {
  return async (door, route, request, reply) => {
    const actor = await authorise(door, callerOf(request).actor, route, request)
    const ifMatch = request.headers['if-match']
    const call = parseCall(route, {
      params: request.params,
      query: request.query,
      body: request.body,
      ifMatch,
    })
    const key = idempotencyKeyOf(route, request)
    const run = () => callPlatform(door, name, actor, key ? { ...call, idempotencyKey: key } : call)
    const { body } = request
    const once = { account: actor.id, key: key ?? '', method: route.method, url: request.url }
    const answer = key ? await runOnce(door.database, { ...once, body, ifMatch }, run) : await run()
    return sendAnswer(route, reply, answer)
  }
}

type AnyCall = (actor: Actor, call: ParsedCall & { idempotencyKey?: string }) => Promise<unknown>

async function callPlatform(
  door: Door,
  name: Exclude<RouteName, DoorRoute>,
  actor: Actor,
  call: ParsedCall & { idempotencyKey?: string },
): Promise<unknown> {
  // `parseCall` parsed the call by the very route that types this function; TypeScript cannot follow that over a union of names.
  const run = door.platform[name] as AnyCall
  return await run(actor, call)
}

function idempotencyKeyOf(route: Route, request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined || route.method === 'GET' || route.action.endsWith('.read'))
    return undefined
  // The answer to a key is kept in the database, where no secret value may stand.
  if (route.secretAnswer) return undefined
  return String(key)
}

function sendAnswer(route: Route, reply: FastifyReply, answer: unknown): FastifyReply {
  reply.code(statusOf(route))
  if (Object.values(route.answers).every(schema => schema === null)) return reply.send()
  const { id, etag } = fieldsOf(answer)
  if (route.starts === 'operation' && id) reply.header('location', `/api/v1/operations/${id}`)
  // An etag that comes with its quotes, ready for If-Match, gets no second pair.
  if (etag) reply.header('etag', etag.startsWith('"') ? etag : `"${etag}"`)
  return reply.send(answer)
}

/** The one status with which a route answers when all is well. */
export function statusOf(route: Route): number {
  return Number(Object.keys(route.answers)[0])
}

function fieldsOf(answer: unknown): { id?: string; etag?: string } {
  const found: { id?: string; etag?: string } = {}
  if (typeof answer !== 'object' || answer === null) return found
  if ('id' in answer && typeof answer.id === 'string') found.id = answer.id
  if ('etag' in answer && typeof answer.etag === 'string') found.etag = answer.etag
  return found
}
