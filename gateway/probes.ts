import { isIP } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PlatformError } from '#platform/errors.ts'
import { auditMetrics } from '#platform/governance/audit/metrics.ts'
import { identifyCaller } from './caller.ts'
import type { Door } from './door.ts'
import type { HttpMetrics } from './http-metrics.ts'

const READY_DEADLINE_MS = 2_000

/** `/healthz` (this process answers), `/readyz` (it can serve) and `/metrics` (to a token, or on this machine). */
export function registerProbes(
  app: FastifyInstance,
  door: Door,
  http: HttpMetrics,
  more: (() => Promise<string>) | undefined,
): void {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async () => {
    const answered = door.database.query('select 1').then(() => true)
    const late = delay(READY_DEADLINE_MS, false, { ref: false })
    if (!(await Promise.race([answered, late])))
      throw new PlatformError('database-unreachable', 'The database did not answer in 2 seconds.', {
        retryAfter: 2,
      })
    return { status: 'ready' }
  })
  app.get('/metrics', async (request, reply) => {
    if (!isOfThisMachine(request) && !(await hasToken(door, request)))
      throw new PlatformError('unauthenticated', 'Metrics are for a token, or for this machine.')
    reply.type('text/plain; version=0.0.4; charset=utf-8')
    // A database that is away is what somebody looks here for: the rest is told without it.
    const audit = await auditMetrics(door.database).catch(() => '')
    return http.render() + audit + ((await more?.()) ?? '')
  })
}

async function hasToken(door: Door, request: FastifyRequest): Promise<boolean> {
  return (await identifyCaller(door.database, request, '')) !== undefined
}

/**
 * A loopback peer that passes nobody's request on (a proxy on this machine says for whom it asks) and means this machine
 * by name (a page whose own name was made to lead here does not).
 */
function isOfThisMachine(request: FastifyRequest): boolean {
  const { headers, hostname, socket } = request
  if (!['localhost', '127.0.0.1', '[::1]', '::1'].includes(hostname)) return false
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return isIP(address) !== 0 && (address === '::1' || address.startsWith('127.'))
}
