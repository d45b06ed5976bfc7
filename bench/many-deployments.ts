import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { pino } from 'pino'
import { type Client, createClient } from '#api/client.ts'
import { createGateway } from '#gateway/gateway.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import { type DeploymentState, evolve, initialState } from '#platform/deployments/deployment.ts'
import { project } from '#platform/deployments/projection.ts'
import { streamOf } from '#platform/deployments/stream.ts'
import { openFeed } from '#platform/events/feed.ts'
import { append, readStream } from '#platform/events/store.ts'
import type { EventData, NewEvent } from '#platform/events/types.ts'
import { ensureOwner } from '#platform/governance/accounts.ts'
import { createToken } from '#platform/governance/sessions.ts'
import { type PlatformGround, platformGround, seen } from '#tests/support/platform-ground.ts'

/** How many deployments a namespace holds here. */
export const perNamespace = 50
/** The place of the deployment that no other one's name is like. */
const needleAt = 7
const perTransaction = 250
const at = { cluster: 'amsterdam', attempt: 1, worker: 'bench' }

export type ManyDeployments = {
  readonly count: number
  readonly client: Client
  stop(): Promise<void>
}

/**
 * A gateway on a PostgreSQL of its own with this many deployments that serve. One is asked for at the door; the others
 * are its events under names of their own, through the same projection and the same event store, many to a transaction.
 */
export async function openMany(count: number): Promise<ManyDeployments> {
  const ground = await platformGround()
  const { database } = ground.context
  const owner = await ensureOwner(database)
  // Heard from an hour ahead, so that it does not fall silent while the bench runs.
  await ground.cluster(at.cluster, -3600)
  await ground.namespace(namespaceOf(0), owner.teams[0] ?? '')
  const actor = { ...owner, via: 'api' } as const
  const first = await ground.platform.createDeployment(actor, {
    body: { app: 'qdrant', ...keyOf(0), settings: {} },
  })
  const [asked] = await readStream(database, streamOf(first.deployment))
  if (asked?.type !== 'DeploymentRequested') throw new Error('A deployment begins by its request.')
  for (let from = 1; from < count; from += perTransaction)
    await fill(ground, asked.data, from, Math.min(count, from + perTransaction))
  await analyze(ground.adminUrl)
  const feed = openFeed(database)
  const { platform } = ground
  const logger = pino({ level: 'silent' })
  const app = await createGateway({ platform, database, feed, logger })
  await app.listen({ host: '127.0.0.1', port: 0 })
  // A server that listens on TCP has an address of this form.
  const { port } = app.server.address() as AddressInfo
  const token = await createToken(database, owner.id)
  const headers = () => ({ authorization: `Bearer ${token}` })
  return {
    count,
    client: createClient({ url: `http://127.0.0.1:${port}`, headers }),
    async stop() {
      await app.close()
      await feed.close()
      await ground.stop()
    },
  }
}

/** `bench-000/app-00000` and on, and one `needle`. */
function keyOf(number: number): { namespace: string; name: string } {
  const name = number === needleAt ? 'needle' : `app-${String(number).padStart(5, '0')}`
  return { namespace: namespaceOf(number), name }
}

function namespaceOf(number: number): string {
  return `bench-${String(Math.floor(number / perNamespace)).padStart(3, '0')}`
}

async function fill(
  { context, hub }: PlatformGround,
  asked: EventData<'DeploymentRequested'>,
  from: number,
  to: number,
): Promise<void> {
  const made = Array.from({ length: to - from }, (_, n) => ({
    deployment: randomUUID(),
    operation: randomUUID(),
    ...keyOf(from + n),
  }))
  await context.database.transaction(async tx => {
    for (const { deployment, operation, ...key } of made) {
      const events: NewEvent[] = [
        { type: 'DeploymentRequested', data: { ...asked, ...key, operation } },
        { type: 'DeploymentStarted', data: { operation, ...at } },
        { type: 'DeploymentApplied', data: { operation, cluster: at.cluster, revision: 1 } },
        { type: 'DeploymentCompleted', data: { operation, kind: 'create', revision: 1 } },
      ]
      const now = context.clock()
      await project(tx, {
        id: deployment,
        facts: events.map(event => ({ event, at: now })),
        state: events.reduce<DeploymentState>(evolve, initialState),
        settingsOf: digest => readBlob(tx, digest),
      })
      await append(tx, streamOf(deployment), -1, events, { meta: { at: now } })
    }
  })
  const states = ['healthy', 'healthy', 'healthy', 'degraded', 'progressing'] as const
  await hub.observed(
    made.map((one, n) => {
      const state = states[n % states.length] ?? 'healthy'
      return seen(one, { state, ready: state === 'healthy' })
    }),
  )
}

/** What autovacuum does within a minute; here nobody waits for it. */
async function analyze(adminUrl: string): Promise<void> {
  const client = new pg.Client(adminUrl)
  await client.connect()
  try {
    await client.query('analyze')
  } finally {
    await client.end()
  }
}
