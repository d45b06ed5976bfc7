import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import { createGateway } from '#gateway/gateway.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { readAllowed } from '#platform/adapters/outgoing/allowed.ts'
import { createOutgoing } from '#platform/adapters/outgoing/create-outgoing.ts'
import { openFeed } from '#platform/events/feed.ts'
import { createHttpsCarrier, type HttpsCarrier } from '#platform/federation/carriers/https.ts'
import { openWorkerDoor } from '#platform/federation/carriers/https-door.ts'
import { openWorkerStreams } from '#platform/federation/carriers/https-streams.ts'
import type { ClusterAgent } from '#platform/federation/cluster-agent.ts'
import { registrarOf } from '#platform/federation/registrar.ts'
import { createWorkerCredential } from '#platform/governance/worker-credentials.ts'
import type { WorkerHub } from '#platform/orchestration/worker-hub.ts'
import { recordingPlatform } from './gateway.ts'

export type WorkerGateway = { readonly url: string; stop(): Promise<void> }

/** A gateway on loopback that lets workers in. */
export async function startWorkerGateway(options: {
  database: Database
  agent: ClusterAgent
  hub: WorkerHub
  logger?: FastifyBaseLogger
  silentMs?: number
}): Promise<WorkerGateway> {
  const { database, agent, hub, silentMs } = options
  const feed = openFeed(database)
  const streams = openWorkerStreams({ database, agent, ...(silentMs && { silentMs }) })
  const registrar = registrarOf({ database, clock: () => new Date() })
  const app = await createGateway({
    platform: recordingPlatform().platform,
    database,
    feed,
    workers: openWorkerDoor({ database, agent, hub, registrar, streams }),
    logger: options.logger ?? pino({ level: 'silent' }),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  // A server that listens on TCP has an address of this form.
  const { port } = app.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      await app.close()
      await streams.close()
      await feed.close()
    },
  }
}

/** A credential for these clusters. */
export async function workerToken(
  database: Database,
  clusters: readonly string[],
): Promise<{ id: string; token: string }> {
  const actor = { id: 'ada', roles: ['platform-admin'] as const, teams: [], via: 'api' as const }
  return createWorkerCredential({ database, clock: () => new Date() }, actor, {
    name: `c-${randomUUID().slice(0, 8)}`,
    clusters: clusters.map(name => ({ name })),
    expiresInDays: 1,
  })
}

export type TestCarrier = HttpsCarrier & { readonly lines: string[] }

/** The worker's side, with short pauses; `lines` is what it logs. */
export function dialIn(url: string, token: () => string, authorities?: string): TestCarrier {
  const lines: string[] = []
  const outgoing = createOutgoing({
    allowed: readAllowed('127.0.0.1:*'),
    restMs: 100,
    connections: 64,
    ...(authorities && { authorities }),
  })
  const carrier = createHttpsCarrier({
    outgoing,
    gateway: url,
    token: async () => token(),
    worker: 'w1',
    log: message => lines.push(message),
    pause: () => 100,
  })
  return {
    ...carrier,
    lines,
    close: async () => {
      await carrier.close()
      await outgoing.close()
    },
  }
}
