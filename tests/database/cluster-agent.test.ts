import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { PlatformError } from '#platform/errors.ts'
import { createInProcessAgent } from '#platform/federation/carriers/in-process.ts'
import { createSqlAgent } from '#platform/federation/carriers/sql.ts'
import type { ClusterAgent, Question, Task } from '#platform/federation/cluster-agent.ts'
import { openQueue, type Queue } from '#platform/orchestration/queue.ts'
import type { WorkerHub } from '#platform/orchestration/worker-hub.ts'
import { dialIn, startWorkerGateway, workerToken } from '#tests/support/https-carrier.ts'
import { type MigratedDatabase, startMigratedDatabase } from './migrated-database.ts'

let db: MigratedDatabase
let queue: Queue
const stops: (() => Promise<void>)[] = []

beforeAll(async () => {
  db = await startMigratedDatabase()
  queue = await openQueue({ database: db.database, url: db.runtimeUrl })
})
afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
  await queue.close()
  await db.stop()
})

const soon = { timeout: 20_000, interval: 20 }
const logs: Question = { type: 'logs', namespace: 'n', name: 'd', lines: 5 }
const answerOfLogs = { simulated: true, truncated: false, items: [] }

type Ground = Parameters<typeof createSqlAgent>[0]
type Named = (of: string) => string

/** A worker that dials in to a gateway; who asks is beside the database. */
async function createOverHttps(ground: Ground, named: Named): Promise<ClusterAgent> {
  const agent = createSqlAgent(ground)
  const gateway = await startWorkerGateway({ ...ground, agent, hub: {} as WorkerHub })
  const mine = ['x', 'y', 'many', 'slow', 'refusing', 'stopped', 'p', 'q', 'up', 'down'].map(named)
  const { token } = await workerToken(ground.database, mine)
  const carrier = dialIn(gateway.url, () => token)
  ends.push(gateway.stop, carrier.close)
  return { ...carrier.agent, ask: agent.ask }
}

describe.each([
  ['in process', async (ground: Ground) => createInProcessAgent(ground)],
  ['over SQL', async (ground: Ground) => createSqlAgent(ground)],
  ['over HTTPS', createOverHttps],
])('the carrier %s', (name, create: (ground: Ground, named: Named) => Promise<ClusterAgent>) => {
  let agent: ClusterAgent
  const cluster = (of: string) => `${of}-${name.toLowerCase().replaceAll(' ', '-')}`
  beforeAll(async () => {
    agent = await create({ queue, database: db.database }, cluster)
  })

  it('brings a question to the worker of its cluster and the answer back', async () => {
    const asked: unknown[] = []
    stops.push(
      await agent.answer([cluster('x'), cluster('y')], async (where, question) => {
        asked.push([where, question])
        return answerOfLogs
      }),
    )
    expect(await agent.ask(cluster('y'), logs, 5_000)).toEqual(answerOfLogs)
    expect(asked).toEqual([[cluster('y'), logs]])
  })

  it('brings forty questions at once to an end', async () => {
    stops.push(await agent.answer([cluster('many')], async () => answerOfLogs))
    const asked = Array.from({ length: 40 }, () => agent.ask(cluster('many'), logs, 10_000))
    expect(await Promise.all(asked)).toEqual(Array(40).fill(answerOfLogs))
  })

  it('says that a cluster is unreachable when nobody answers for it in time', async () => {
    const attempt = agent.ask(cluster('nobody'), logs, 300)
    await expect(attempt).rejects.toMatchObject({ code: 'cluster-unreachable' })
  })

  it('says so too when its worker takes too long', async () => {
    const hold = Promise.withResolvers<unknown>()
    stops.push(await agent.answer([cluster('slow')], () => hold.promise))
    const attempt = agent.ask(cluster('slow'), logs, 300)
    await expect(attempt).rejects.toMatchObject({ code: 'cluster-unreachable' })
    hold.resolve(answerOfLogs)
  })

  it('carries what the worker refuses, with its code', async () => {
    stops.push(
      await agent.answer([cluster('refusing')], async () => {
        throw new PlatformError('body-too-large', 'It has too many logs.', {
          next: 'Ask for fewer.',
        })
      }),
    )
    await expect(agent.ask(cluster('refusing'), logs, 5_000)).rejects.toMatchObject({
      code: 'body-too-large',
      message: 'It has too many logs.',
      details: { next: 'Ask for fewer.' },
    })
  })

  it('asks nobody any more once the answerer has stopped', async () => {
    let asked = 0
    const stop = await agent.answer([cluster('stopped')], async () => asked++)
    await stop()
    const attempt = agent.ask(cluster('stopped'), logs, 300)
    await expect(attempt).rejects.toMatchObject({ code: 'cluster-unreachable' })
    expect(asked).toBe(0)
  })

  it('hands out the tasks of the clusters claimed, and of no other', async () => {
    const tasks: Task[] = []
    stops.push(
      await agent.claim([cluster('p'), cluster('q')], async task => {
        tasks.push(task)
      }),
    )
    await db.database.transaction(async tx => {
      for (const where of ['p', 'q', 'r']) {
        await queue.enqueue(tx, { kind: 'advance', cluster: cluster(where), subject: where })
      }
    })
    await vi.waitFor(() => expect(tasks.map(task => task.subject).sort()).toEqual(['p', 'q']), soon)
    expect(tasks[0]).toMatchObject({ kind: 'advance', attempt: 1 })
  })

  it('records a heartbeat of the clusters that are reached, and only of those', async () => {
    await db.database.query(
      `INSERT INTO kade.cluster (name, region, jurisdiction, state) VALUES ($1, 'r', 'j', 'ready'), ($2, 'r', 'j', 'ready')
       ON CONFLICT DO NOTHING`,
      [cluster('up'), cluster('down')],
    )
    await agent.heartbeat({
      worker: 'w1',
      clusters: [
        { name: cluster('up'), reachable: true, version: 'v1' },
        { name: cluster('down'), reachable: false },
      ],
    })
    await agent.heartbeat({ worker: 'w1', clusters: [{ name: cluster('up'), reachable: true }] })
    const rows = await db.database.query(
      `SELECT worker, version, heartbeat_at IS NOT NULL AS seen FROM kade.cluster
       WHERE name = ANY($1) ORDER BY name DESC`,
      [[cluster('up'), cluster('down')]],
    )
    expect(rows).toEqual([
      { worker: 'w1', version: 'v1', seen: true },
      { worker: null, version: null, seen: false },
    ])
  })

  it('leaves no question behind', async () => {
    await vi.waitFor(async () => {
      expect(await db.database.query('SELECT id FROM kade.cluster_question')).toEqual([])
    }, soon)
  })
})

describe('the carrier over SQL', () => {
  it('gives each question to one worker of several', async () => {
    const agent = createSqlAgent({ queue, database: db.database })
    let asked = 0
    const count = async () => {
      asked++
      return answerOfLogs
    }
    stops.push(await agent.answer(['shared'], count), await agent.answer(['shared'], count))
    await Promise.all(Array.from({ length: 20 }, () => agent.ask('shared', logs, 10_000)))
    expect(asked).toBe(20)
  })

  it('sweeps what a killed gateway left', async () => {
    await db.database.query(
      `INSERT INTO kade.cluster_question (id, cluster, question, deadline)
       VALUES (gen_random_uuid(), 'left', '{}', now() - interval '1 hour')`,
    )
    const agent = createSqlAgent({ queue, database: db.database })
    stops.push(await agent.answer(['other'], async () => answerOfLogs))
    await vi.waitFor(async () => {
      expect(await db.database.query('SELECT id FROM kade.cluster_question')).toEqual([])
    }, soon)
  })
})
