import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { RouteName } from '#api/contract.ts'
import { createGateway, type GatewayOptions } from '#gateway/gateway.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { openFeed } from '#platform/events/feed.ts'
import { createSignInLink, ensureOwner } from '#platform/governance/accounts.ts'
import { createToken } from '#platform/governance/sessions.ts'
import type { Actor, DoorRoute, Platform } from '#platform/platform.ts'
import { startTestDatabase } from './database.ts'

export type PlatformCall = { route: string; actor: Actor; call: Record<string, unknown> }
export type Answers = Partial<Record<Exclude<RouteName, DoorRoute>, (call: never) => unknown>>

/**
 * A platform that writes down what the door asks of it. It answers what the test laid ready, by route, and is otherwise
 * mute: these tests are about the door.
 */
export function recordingPlatform(answers: Answers = {}) {
  const calls: PlatformCall[] = []
  const handler: ProxyHandler<object> = {
    get: (_, route) => async (actor: Actor, call: Record<string, unknown>) => {
      calls.push({ route: String(route), actor, call })
      const answer = Reflect.get(answers, route)
      return await answer?.(call)
    },
  }
  // A proxy has every function that is asked for, with answers of the test's own choice.
  return { calls, platform: new Proxy({}, handler) as Platform }
}

/** Tests that provoke errors on purpose do not show them. */
const logger = pino({ level: 'silent' })

export type GatewayGround = {
  database: Database
  /** For what only the owner of the database may do. */
  adminUrl: string
  account: string
  /** A token as `connection.json` holds it. */
  token: string
  newLink(): Promise<string>
  /** A gateway on a port of its own, closed with the ground. */
  start(
    options: Partial<GatewayOptions> & Pick<GatewayOptions, 'platform'>,
  ): Promise<{ url: string; app: FastifyInstance }>
  stop(): Promise<void>
}

/** A migrated PostgreSQL with an owner, and gateways on loopback as the test asks for them. */
export async function gatewayGround(): Promise<GatewayGround> {
  const server = await startTestDatabase()
  const { runtimeUrl } = await migrate({ adminUrl: server.adminUrl })
  const database = await openDatabase(runtimeUrl)
  const { id: account } = await ensureOwner(database)
  const token = await createToken(database, account)
  const feed = openFeed(database)
  const apps: FastifyInstance[] = []
  return {
    database,
    adminUrl: server.adminUrl,
    account,
    token,
    newLink: async () => (await createSignInLink(database, account)).token,
    start: async options => {
      const app = await createGateway({ database, feed, logger, ...options })
      apps.push(app)
      await app.listen({ host: '127.0.0.1', port: 0 })
      // A server that listens on TCP has an address of this form.
      const { port } = app.server.address() as AddressInfo
      return { app, url: `http://127.0.0.1:${port}` }
    },
    stop: async () => {
      await Promise.all(apps.map(app => app.close()))
      await feed.close()
      await database.close()
      await server.stop()
    },
  }
}
