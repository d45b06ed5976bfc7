/**
 * How many events Kade takes from its store to a handler's end, and to NATS, in a second; against bare inserts into the same
 * PostgreSQL, and bare publishes to the same JetStream, by as many writers at a time. Rounds are interleaved; medians are told.
 * Then how long one event takes at a pace far below that.
 *
 *   node bench/events.ts [--events 2000] [--rounds 5] [--writers 16] [--pace 50]
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { natsDriver } from '#platform/adapters/bus/nats.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { openBus } from '#platform/events/bus.ts'
import { append } from '#platform/events/store.ts'
import type { NewEvent } from '#platform/events/types.ts'
import { openQueue } from '#platform/orchestration/queue.ts'
import { startTestDatabase } from '#tests/support/database.ts'
import { inLanes } from '#tests/support/lanes.ts'
import { natsBinary, startNatsServer } from '#tests/support/nats-server.ts'
import { median } from './median.ts'
import { percentiles } from './percentiles.ts'
import { positive } from './positive.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    writers: { type: 'string', default: '16' },
    pace: { type: 'string', default: '50' },
  },
})
const count = positive(values.events)
const rounds = positive(values.rounds)
const writers = positive(values.writers)
const pace = positive(values.pace)
const numbers = Array.from({ length: count }, (_, n) => n)

function event(n: number): NewEvent {
  const message = `Event ${n} of a benchmark, of about the size of what a cluster says.`
  return { type: 'ClusterUpdated', data: { cluster: `c${n % 50}`, state: 'ready', message } }
}

/** Appends one event in a transaction of its own, as a command does. */
async function tell(database: Database, n: number, id: string = randomUUID()): Promise<void> {
  await database.transaction(tx =>
    append(tx, `cluster-c${n % 50}`, null, [event(n)], { ids: [id] }),
  )
}

/** Events per second. */
async function rate(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await run()
  return (numbers.length / (performance.now() - began)) * 1_000
}

/** Tells when so many were counted since the last `expect`. */
function counter() {
  let left = 0
  let done = () => {}
  return {
    expect: (events: number) =>
      new Promise<void>(resolve => {
        left = events
        done = resolve
      }),
    count: () => {
      left--
      if (left === 0) done()
    },
  }
}

async function messagesIn(nats: NatsConnection, stream: string): Promise<number> {
  const manager = await jetstreamManager(nats)
  return (await manager.streams.info(stream)).state.messages
}

async function holds(nats: NatsConnection, stream: string, wanted: number): Promise<void> {
  while ((await messagesIn(nats, stream)) < wanted) await delay(5)
}

const server = await startTestDatabase()
const { runtimeUrl } = await migrate({ adminUrl: server.adminUrl })
const admin = await openDatabase(server.adminUrl)
await admin.query('create table public.bare (id uuid primary key, type text, data jsonb)')
await admin.query('grant insert on public.bare to public')
const database = await openDatabase(runtimeUrl, { maxConnections: 20 })
const queue = await openQueue({ database, url: runtimeUrl })
const nats = natsBinary ? await startNatsServer() : null
const bus = openBus({ database, queue, source: 'urn:kade:bench' })
const handled = counter()
const begunAt = new Map<string, number>()
const times: number[] = []
await bus.subscribe([
  {
    name: 'bench',
    category: 'cluster',
    wants: ['ClusterUpdated'],
    handle: async ({ id }) => {
      const began = begunAt.get(id)
      if (began !== undefined) times.push(performance.now() - began)
      handled.count()
    },
  },
])

async function bareInserts(): Promise<void> {
  await inLanes(numbers, writers, n =>
    database.query('insert into public.bare values ($1, $2, $3)', [
      randomUUID(),
      'ClusterUpdated',
      event(n).data,
    ]),
  )
}

let appended = 0
async function throughHandler(): Promise<void> {
  const all = handled.expect(numbers.length)
  const began = performance.now()
  await inLanes(numbers, writers, n => tell(database, n))
  appended = (numbers.length / (performance.now() - began)) * 1_000
  await all
}

try {
  console.log(`${count} events, ${writers} writers, ${rounds} rounds; PostgreSQL without fsync`)
  const results: Record<string, number[]> = {}
  const keep = (name: string, value: number) => {
    results[name] = [...(results[name] ?? []), value]
  }
  for (let round = -1; round < rounds; round++) {
    const bare = await rate(bareInserts)
    const whole = await rate(throughHandler)
    if (round < 0) continue
    keep('bare inserts', bare)
    keep('appended', appended)
    keep('handled', whole)
  }
  if (nats) {
    // A connection of the benchmark's own, beside the driver's.
    const connection = await connect({ servers: nats.url })
    const js = jetstream(connection)
    const manager = await jetstreamManager(connection)
    await manager.streams.add({ name: 'BARE', subjects: ['bare.>'] })
    await bus.connect(natsDriver({ url: nats.url }))
    await tell(database, 0)
    while ((await messagesIn(connection, 'KADE').catch(() => 0)) < 1) await delay(20)
    for (let round = -1; round < rounds; round++) {
      const bare = await rate(() =>
        inLanes(numbers, writers, n =>
          js.publish('bare.x', JSON.stringify(event(n)), { msgID: randomUUID() }),
        ),
      )
      const before = await messagesIn(connection, 'KADE')
      const whole = await rate(async () => {
        await inLanes(numbers, writers, n => tell(database, n))
        await holds(connection, 'KADE', before + numbers.length)
      })
      if (round < 0) continue
      keep('bare publishes', bare)
      keep('in JetStream', whole)
    }
    await connection.close()
  }
  for (const [name, all] of Object.entries(results))
    console.log(
      `${name.padEnd(16)} ${median(all).toFixed(0).padStart(7)} /s   (${all.map(one => one.toFixed(0)).join(', ')})`,
    )
  const share = (one: string, of: string) => {
    const [part, whole] = [median(results[one] ?? []), median(results[of] ?? [])]
    if (whole > 0) console.log(`${one} / ${of}: ${(part / whole).toFixed(2)}`)
  }
  share('appended', 'bare inserts')
  share('handled', 'bare inserts')
  share('in JetStream', 'bare publishes')
  const some = Math.min(count, pace * 20)
  const all = handled.expect(some)
  for (let n = 0; n < some; n++) {
    const id = randomUUID()
    begunAt.set(id, performance.now())
    void tell(database, n, id)
    await delay(1_000 / pace)
  }
  await all
  console.log(`append to handled, ${some} at ${pace} a second: ${percentiles(times)}`)
} finally {
  await bus.stop()
  await queue.close()
  await database.close()
  await admin.close()
  await nats?.stop()
  await server.stop()
}
