/**
 * The HTTP door. A request passes, in this order: limits on size and time → who is asking (401) → how often (429) →
 * `may` (403, or 404 for a thing that has a name) → parse by the contract (400) → the platform. Every answer that is no
 * success is an RFC 9457 problem, whoever refused.
 */
import { randomUUID } from 'node:crypto'
import fastifyCookie from '@fastify/cookie'
import fastifyRateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { destination, pino } from 'pino'
import { apiVersion, buildOpenApi } from '#api/openapi.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { viewEvents } from '#platform/events/event-views.ts'
import type { EventFeed } from '#platform/events/feed.ts'
import type { WorkerDoor } from '#platform/federation/carriers/https-door.ts'
import { openDoorLines } from '#platform/governance/audit/door-lines.ts'
import type { Post } from '#platform/governance/identity/links.ts'
import type { SingleSignOn } from '#platform/governance/identity/single-sign-on.ts'
import { may } from '#platform/governance/may.ts'
import { sweepSessions } from '#platform/governance/sessions.ts'
import type { May, Platform } from '#platform/platform.ts'
import { tellRefusal } from './audit.ts'
import { registerContract } from './contract-routes.ts'
import type { Door } from './door.ts'
import { answerClientError, answerError, asPlatformError } from './errors.ts'
import { guardApi } from './guard.ts'
import { countRequests } from './http-metrics.ts'
import { sweepIdempotencyKeys } from './idempotency.ts'
import { parseJsonBody } from './json-body.ts'
import { limits } from './limits.ts'
import { registerPortal } from './portal.ts'
import { registerProbes } from './probes.ts'
import { apiHeaders } from './security-headers.ts'
import { registerWorkerRoutes } from './worker-routes.ts'

export type GatewayOptions = {
  platform: Platform
  database: Database
  feed: Pick<EventFeed, 'follow'>
  /** The built portal; absent or empty, the API serves alone. */
  portalDir?: string
  /** More metrics, in the text form of Prometheus. */
  metrics?: () => Promise<string>
  /** True where browsers come by https: `__Host-` cookies and HSTS. */
  secureCookies?: boolean
  /** How links reach people by e-mail. */
  post?: Post | undefined
  /** Where the people of the organisation sign in. */
  singleSignOn?: SingleSignOn | undefined
  /** Takes what nobody foresaw, by request id; on standard error when absent. */
  logger?: FastifyBaseLogger
  /** For workers that dial in from elsewhere; absent, none may. */
  workers?: WorkerDoor
  /** Another table of rights; tests use it. */
  may?: May
}

/** The gateway, ready to `listen`. `close` ends its event streams; platform and database stay open. */
export async function createGateway(options: GatewayOptions): Promise<FastifyInstance> {
  const closing = new AbortController()
  const { platform, database, feed } = options
  const secure = options.secureCookies ?? false
  const app = createServer(
    options.logger ?? pino({ name: 'gateway', level: 'warn' }, destination(2)),
  )
  const audit = openDoorLines(database, error =>
    app.log.error({ err: error }, 'Counts of refusals are missing in the audit'),
  )
  const door: Door = {
    platform,
    database,
    events: viewEvents(database, feed),
    may: options.may ?? may,
    audit,
    secure,
    post: options.post,
    singleSignOn: options.singleSignOn,
    version: apiVersion,
    closing: closing.signal,
  }
  const headers = apiHeaders(secure, apiVersion)
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers)
  })
  app.addHook('preClose', async () => closing.abort())
  sweepHourly(app, database)
  const http = countRequests(app)
  app.addHook('onClose', async () => {
    http.stop()
    await audit.close()
  })
  app.setErrorHandler(async (thrown: Error, request, reply) => {
    const error = asPlatformError(thrown, request.id)
    await tellRefusal(door, request, error)
    return answerError(thrown, request, reply, error)
  })
  await app.register(fastifyCookie)
  await app.register(fastifyRateLimit, { global: false })
  const portal = await registerPortal(app, options.portalDir, secure)
  registerProbes(app, door, http, options.metrics)
  const openApi = JSON.stringify(buildOpenApi())
  for (const url of ['/openapi.json', '/api/v1/openapi.json'])
    app.get(url, (_request, reply) => reply.type('application/json').send(openApi))
  const guard = guardApi(app, door)
  app.setNotFoundHandler(guard.answerUnknown(portal))
  await app.register(
    async api => {
      api.addHook('onRequest', guard.onRequest)
      registerContract(api, door)
    },
    { prefix: '/api/v1' },
  )
  if (options.workers) await registerWorkerRoutes(app, door, options.workers, guard.counters)
  return app
}

/** Forgets sessions, links and keys that are over, now and every hour while the door is open. */
function sweepHourly(app: FastifyInstance, database: Database): void {
  const sweep = () =>
    Promise.all([sweepSessions(database), sweepIdempotencyKeys(database)]).catch(error =>
      app.log.warn({ err: error }, 'Sweeping sessions failed; the next hour tries again'),
    )
  const timer = setInterval(sweep, 3_600_000).unref()
  app.addHook('onReady', async () => void (await sweep()))
  app.addHook('onClose', async () => clearInterval(timer))
}

function createServer(logger: FastifyBaseLogger): FastifyInstance {
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.idleConnectionMs,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: 'idle',
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      // Node looks for slow requests this often; its own default would let them have half a minute more.
      connectionsCheckingInterval: 1_000,
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: answerError,
    routerOptions: { maxParamLength: 200 },
  })
  app.server.maxConnections = limits.connections
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (_request, text, done) => {
      try {
        done(null, parseJsonBody(text))
      } catch (error) {
        // `parseJsonBody` throws `PlatformError` alone.
        done(error as Error)
      }
    },
  )
  app.decorateRequest('caller', undefined)
  return app
}
