/**
 * How many tasks go through Kade's queue in a second, against the library underneath in the same run: as many loops that fetch
 * one job and complete it. Then one, two and four workers in processes of their own, with tasks of no length and with tasks that
 * wait for their cluster; and how long a task waits for a worker that has nothing else to do.
 *
 *   node bench/queue.ts [--tasks 1000] [--rounds 5] [--wait 50]
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { PgBoss } from 'pg-boss'
import { QUEUE_SCHEMA } from '#platform/adapters/database/jobs.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { openQueue } from '#platform/orchestration/queue.ts'
import { startTestDatabase } from '#tests/support/database.ts'
import { median } from './median.ts'
import { percentiles } from './percentiles.ts'
import { positive } from './positive.ts'

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    wait: { type: 'string', default: '50' },
  },
})
const count = positive(values.tasks)
const rounds = positive(values.rounds)
const wait = positive(values.wait)
/** As many tasks as a worker of Kade takes at a time. */
const loops = 16
/** Tasks that are enqueued in one transaction: filling is not what is measured. */
const perTransaction = 100
const numbers = Array.from({ length: count }, (_, n) => n)

const server = await startTestDatabase()
const { runtimeUrl } = await migrate({ adminUrl: server.adminUrl })
const database = await openDatabase(runtimeUrl)
const queue = await openQueue({ database, url: runtimeUrl })
const boss = new PgBoss({
  connectionString: runtimeUrl,
  schema: QUEUE_SCHEMA,
  migrate: false,
  supervise: false,
  schedule: false,
  max: loops,
})
await boss.start()

async function fill(cluster: string): Promise<void> {
  for (let from = 0; from < numbers.length; from += perTransaction)
    await database.transaction(async tx => {
      for (const n of numbers.slice(from, from + perTransaction))
        await queue.enqueue(tx, { kind: 'advance', cluster, subject: `operation-${n}` })
    })
}

const perSecond = (began: number) => (numbers.length / (performance.now() - began)) * 1_000

/** Kade's queue in this process. */
async function kadeRound(cluster: string): Promise<number> {
  await fill(cluster)
  const all = Promise.withResolvers<void>()
  let left = numbers.length
  const began = performance.now()
  const stop = await queue.serve(cluster, async () => {
    left--
    if (left === 0) all.resolve()
  })
  await all.promise
  const rate = perSecond(began)
  await stop()
  return rate
}

/** The library alone, on a queue of the same policy and keys. */
async function bareRound(cluster: string): Promise<number> {
  await fill(cluster)
  const name = `deploy.${cluster}`
  const began = performance.now()
  let left = numbers.length
  const loop = async () => {
    while (left > 0) {
      const [job] = await boss.fetch(name)
      if (!job) continue
      await boss.complete(name, job.id)
      left--
    }
  }
  await Promise.all(Array.from({ length: loops }, loop))
  return perSecond(began)
}

async function startWorker(cluster: string, ms: number, onDone: () => void): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./queue-worker.ts', import.meta.url))
  const child = fork(script, [runtimeUrl, cluster, String(ms)])
  await once(child, 'message')
  child.on('message', onDone)
  return child
}

/** So many workers, each a process, that stand ready when the tasks come. */
async function apartRound(cluster: string, workers: number, ms: number): Promise<number> {
  const all = Promise.withResolvers<void>()
  let left = numbers.length
  const onDone = () => {
    left--
    if (left === 0) all.resolve()
  }
  const starting = Array.from({ length: workers }, () => startWorker(cluster, ms, onDone))
  const children = await Promise.all(starting)
  await fill(cluster)
  const began = performance.now()
  for (const child of children) child.send('go')
  await all.promise
  const rate = perSecond(began)
  for (const child of children) {
    const gone = once(child, 'exit')
    child.disconnect()
    await gone
  }
  return rate
}

/** From the commit of a task to its start, one at a time. */
async function waits(): Promise<number[]> {
  const times: number[] = []
  let began = 0
  let taken = Promise.withResolvers<void>()
  const stop = await queue.serve('idle', async () => {
    times.push(performance.now() - began)
    taken.resolve()
  })
  for (let n = 0; n < 100; n++) {
    taken = Promise.withResolvers<void>()
    await database.transaction(async tx => {
      await queue.enqueue(tx, { kind: 'advance', cluster: 'idle', subject: `one-${n}` })
      began = performance.now()
    })
    await taken.promise
    await delay(20)
  }
  await stop()
  return times
}

try {
  console.log(`${count} tasks, ${rounds} rounds, ${loops} at a time; PostgreSQL without fsync`)
  const results: Record<string, number[]> = {}
  const keep = (name: string, round: number, rate: number) => {
    if (round >= 0) results[name] = [...(results[name] ?? []), rate]
  }
  for (let round = -1; round < rounds; round++) {
    keep('bare library', round, await bareRound(`bare-${round}`))
    keep('Kade', round, await kadeRound(`kade-${round}`))
  }
  for (let round = 0; round < rounds; round++)
    for (const ms of [0, wait])
      for (const workers of [1, 2, 4]) {
        const rate = await apartRound(`apart-${round}-${ms}-${workers}`, workers, ms)
        keep(`${workers} processes, ${ms} ms`, round, rate)
      }
  for (const [name, all] of Object.entries(results))
    console.log(
      `${name.padEnd(20)} ${median(all).toFixed(0).padStart(6)} /s   (${all.map(one => one.toFixed(0)).join(', ')})`,
    )
  const share = (one: string, of: string) =>
    console.log(
      `${one} / ${of}: ${(median(results[one] ?? []) / median(results[of] ?? [])).toFixed(2)}`,
    )
  share('Kade', 'bare library')
  for (const ms of [0, wait])
    for (const workers of [2, 4]) share(`${workers} processes, ${ms} ms`, `1 processes, ${ms} ms`)
  console.log(`enqueued to begun, alone: ${percentiles(await waits())}`)
} finally {
  await boss.stop({ graceful: false })
  await queue.close()
  await database.close()
  await server.stop()
}
