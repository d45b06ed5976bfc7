import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { contract } from '#api/contract.ts'
import { PlatformError } from '#platform/errors.ts'
import { cookieName, identifyCaller } from './caller.ts'
import type { Door } from './door.ts'
import { limits } from './limits.ts'
import { asksForPage, type Portal } from './portal.ts'
import { notFound } from './problems.ts'

/** How often who may ask; each throws `too-many-requests`. */
export type Counters = {
  stranger(request: FastifyRequest): Promise<void>
  worker(request: FastifyRequest): Promise<void>
}

type Guard = {
  readonly counters: Counters
  /** Lets through who is known and does not ask too often. */
  onRequest(request: FastifyRequest): Promise<void>
  /** For what no route takes: a page of the portal, 405, or 404; below `/api` to the known only. */
  answerUnknown(
    portal: Portal,
  ): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>
}

/** Stands before the API: one call in, one call counted. */
export function guardApi(app: FastifyInstance, door: Door): Guard {
  const byAddress = (request: FastifyRequest) => request.ip
  const counter = (max: number, keyGenerator: (request: FastifyRequest) => string) => {
    const count = app.createRateLimit({ max, timeWindow: '1 minute', keyGenerator })
    return async (request: FastifyRequest) => {
      const state = await count(request)
      if (!state.isAllowed && state.isExceeded)
        throw new PlatformError('too-many-requests', `${max} in a minute is the most.`, {
          retryAfter: state.ttlInSeconds,
        })
    }
  }
  const countSignIn = counter(limits.signInsPerMinute, byAddress)
  const countStranger = counter(limits.unauthenticatedPerMinute, byAddress)
  const countCall = counter(
    limits.callsPerMinute,
    request => request.caller?.actor.id ?? byAddress(request),
  )
  const countWorker = counter(
    limits.callsPerMinute,
    request => request.worker?.credential ?? byAddress(request),
  )
  const onRequest = async (request: FastifyRequest) => {
    refuseLongUrl(request)
    const open = openRoutes.get(
      `${request.method === 'HEAD' ? 'GET' : request.method} ${request.routeOptions.url}`,
    )
    if (open) return open.guessable ? await countSignIn(request) : await countStranger(request)
    request.caller = await identifyCaller(door.database, request, cookieName(door.secure))
    if (request.caller) return await countCall(request)
    await countStranger(request)
    throw new PlatformError('unauthenticated', {
      en: 'The request shows no valid credential.',
      nl: 'Het verzoek toont geen geldig bewijs van aanmelding.',
    })
  }
  const answerUnknown =
    (portal: Portal) => async (request: FastifyRequest, reply: FastifyReply) => {
      const isApi = /^\/api(\/|$|\?)/.test(request.url)
      if (!isApi && asksForPage(request)) return portal.sendPage(reply)
      if (isApi) await onRequest(request)
      const allowed = methodsOf(request.url)
      if (allowed.length === 0) throw notFound()
      reply.header('allow', allowed.join(', '))
      throw new PlatformError('method-not-allowed', `${request.method} is not possible here.`)
    }
  const counters = { stranger: countStranger, worker: countWorker }
  return { onRequest, answerUnknown, counters }
}

/** Not worth guessing at: nothing is tried by them, or too much would have to be. */
const unguessable: readonly string[] = [
  'readSignInWays',
  'askDeviceLogin',
  'startSingleSignOn',
  'finishSingleSignOn',
]

/** Routes that need no credential: by them one comes in. */
const openRoutes = new Map(
  Object.entries(contract)
    .filter(([, { action }]) => action === 'session.open')
    .map(([name, { method, path }]) => [
      `${method} /api/v1${path}`,
      { guessable: !unguessable.includes(name) },
    ]),
)

function refuseLongUrl(request: FastifyRequest): void {
  if (request.url.length > limits.urlCharacters)
    throw new PlatformError(
      'url-too-long',
      `An address may have ${limits.urlCharacters} characters.`,
    )
}

const patterns = Object.values(contract).map(route => ({
  method: route.method,
  pattern: new RegExp(`^/api/v1${route.path.replace(/\{\w+\}/g, '[^/]+')}$`),
}))

/** The methods that the contract has for an address. */
function methodsOf(url: string): string[] {
  const path = url.split('?')[0] ?? ''
  const found = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
  return [...new Set(found)].sort()
}
