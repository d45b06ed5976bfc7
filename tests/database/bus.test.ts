import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BusDriver } from '#platform/adapters/bus/bus-driver.ts'
import { type Bus, openBus } from '#platform/events/bus.ts'
import type { CloudEvent } from '#platform/events/cloud-event.ts'
import { append } from '#platform/events/store.ts'
import type { EventName, NewEvent } from '#platform/events/types.ts'
import { openQueue, type Queue } from '#platform/orchestration/queue.ts'
import { type MigratedDatabase, startMigratedDatabase, updated } from './migrated-database.ts'

let db: MigratedDatabase
let queue: Queue
const buses: Bus[] = []

beforeAll(async () => {
  db = await startMigratedDatabase()
  queue = await openQueue({ database: db.database, url: db.runtimeUrl })
})
afterEach(async () => {
  await Promise.all(buses.splice(0).map(bus => bus.stop()))
})
afterAll(async () => {
  await queue.close()
  await db.stop()
})

const soon = { timeout: 20_000, interval: 20 }

function open(onError?: (error: unknown) => void): Bus {
  const { database } = db
  const bus = openBus({ database, queue, source: 'urn:kade:test', ...(onError ? { onError } : {}) })
  buses.push(bus)
  return bus
}

/** A driver that keeps what it was handed; `broken` makes it refuse. */
function keeping(name: string) {
  const kept: CloudEvent[] = []
  const state = { broken: false, tries: 0 }
  const driver: BusDriver = {
    name,
    start: async () => {},
    publish: async events => {
      state.tries++
      if (state.broken) throw new Error('away')
      kept.push(...events)
    },
    stop: async () => {},
  }
  return { kept, driver, state, ids: () => kept.map(({ id }) => id) }
}

/** Appends to a cluster of its own; the id of the event. */
async function tell(message: string, cluster = 'x', event: NewEvent = updated(cluster, message)) {
  const id = randomUUID()
  await db.database.transaction(tx =>
    append(tx, `cluster-${cluster}`, null, [event], { ids: [id] }),
  )
  return id
}

async function tellAll(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push(await tell(`${n}`))
  return ids
}

describe('a destination', () => {
  it('is handed each event as a CloudEvent, in order, from now on', async () => {
    await tell('before')
    const { driver, kept, ids } = keeping('plain')
    await open().connect(driver)
    const told = await tellAll(30)
    await vi.waitFor(() => expect(ids()).toEqual(told), soon)
    expect(kept[0]).toEqual({
      specversion: '1.0',
      id: told[0],
      source: 'urn:kade:test',
      type: 'nl.kade.ClusterUpdated.v1',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      datacontenttype: 'application/json',
      sequence: expect.stringMatching(/^\d{16}$/),
      data: { cluster: 'x', state: 'ready', message: '0' },
    })
  })

  it('that is away loses nothing, is asked again, and is complained of once', async () => {
    const errors: unknown[] = []
    const { driver, state, ids } = keeping('away')
    await open(error => errors.push(error)).connect(driver)
    state.broken = true
    const told = await tellAll(10)
    await vi.waitFor(() => expect(state.tries).toBeGreaterThan(2), soon)
    state.broken = false
    await vi.waitFor(() => expect(ids()).toEqual(told), soon)
    expect(errors).toHaveLength(1)
  })

  it('goes on where it was after a restart', async () => {
    const first = keeping('restarted')
    const bus = open()
    await bus.connect(first.driver)
    const before = await tellAll(3)
    await vi.waitFor(() => expect(first.ids()).toEqual(before), soon)
    await bus.stop()
    const meanwhile = await tellAll(3)
    const second = keeping('restarted')
    await open().connect(second.driver)
    await vi.waitFor(() => expect(second.ids()).toEqual(meanwhile), soon)
  })

  it('is served by one of several processes, and by another when that one is gone', async () => {
    const [one, two] = [keeping('shared'), keeping('shared')]
    const first = open()
    await first.connect(one.driver)
    await open().connect(two.driver)
    const told = await tellAll(20)
    await vi.waitFor(
      () => expect([...one.ids(), ...two.ids()].toSorted()).toEqual(told.toSorted()),
      soon,
    )
    expect([one.kept.length, two.kept.length]).toContain(0)
    const [serving, other] = one.kept.length > 0 ? [first, two] : [buses[1], one]
    await serving?.stop()
    const later = await tell('later')
    await vi.waitFor(() => expect(other.ids()).toEqual([later]), soon)
  })

  it('that one process cannot reach is served by another', async () => {
    const [one, two] = [keeping('reached'), keeping('reached')]
    const first = open()
    await first.connect(one.driver)
    const before = await tell('before')
    await vi.waitFor(() => expect(one.ids()).toEqual([before]), soon)
    await open().connect(two.driver)
    one.state.broken = true
    const told = await tellAll(3)
    await vi.waitFor(() => expect(two.ids()).toEqual(told), soon)
  })

  it('that is too slow for a batch is handed fewer', async () => {
    const told: string[] = []
    const driver: BusDriver = {
      name: 'slow',
      start: async () => {},
      publish: async (events, signal) => {
        if (events.length > 100)
          await new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
          )
        told.push(...events.map(({ id }) => id))
      },
      stop: async () => {},
    }
    const ids = Array.from({ length: 150 }, () => randomUUID())
    await open().connect(driver, { publishMs: 200 })
    await db.database.transaction(tx =>
      append(
        tx,
        'cluster-x',
        null,
        ids.map(() => updated('x', 'slow')),
        { ids },
      ),
    )
    await vi.waitFor(() => expect(new Set(told)).toEqual(new Set(ids)), soon)
  })

  it('that refuses one category is complained of once, though another goes on', async () => {
    const errors: unknown[] = []
    const kept: string[] = []
    let refused = 0
    const driver: BusDriver = {
      name: 'half',
      start: async () => {},
      publish: async events => {
        if (events.some(({ type }) => type.includes('Cluster'))) {
          refused++
          throw new Error('away')
        }
        kept.push(...events.map(({ id }) => id))
      },
      stop: async () => {},
    }
    await open(error => errors.push(error)).connect(driver)
    await tell('refused')
    const going = async () => {
      const id = randomUUID()
      const data = { namespace: 'n', team: 'a', environment: 'dev', clusters: [], actor: 'a' }
      await db.database.transaction(tx =>
        append(tx, `namespace-${id}`, null, [{ type: 'NamespaceRequested', data }], { ids: [id] }),
      )
      await vi.waitFor(() => expect(kept).toContain(id), soon)
    }
    for (const tries of [1, 2]) {
      await vi.waitFor(() => expect(refused).toBeGreaterThanOrEqual(tries), soon)
      await going()
    }
    expect(errors).toHaveLength(1)
  })

  it('is sent everything again from a position, or what happened from a moment on', async () => {
    const { driver, ids, kept } = keeping('replayed')
    const destination = await open().connect(driver)
    const early = await tellAll(3)
    await vi.waitFor(() => expect(ids()).toEqual(early), soon)
    const [{ moment } = { moment: new Date() }] = await db.database.query<{ moment: Date }>(
      'select clock_timestamp() as moment',
    )
    const late = await tellAll(2)
    await vi.waitFor(() => expect(ids()).toEqual([...early, ...late]), soon)
    kept.length = 0
    await destination.replay(moment)
    await vi.waitFor(() => expect(ids()).toEqual(late), soon)
    kept.length = 0
    await destination.replay(0)
    await vi.waitFor(() => expect(ids().slice(-5)).toEqual([...early, ...late]), soon)
  })

  it('begins with the first event where that is asked', async () => {
    const first = await tell('first of all')
    const { driver, ids } = keeping('beginning')
    await open().connect(driver, { start: 'beginning' })
    await vi.waitFor(() => expect(ids()).toContain(first), soon)
  })

  it('hears nothing of accounts, nor of what nobody knows whose it is', async () => {
    const { driver, ids } = keeping('discreet')
    await open().connect(driver)
    await db.database.transaction(async tx => {
      await append(tx, 'account-a', null, [
        { type: 'SignedIn', data: { account: 'a', by: 'link' } },
      ])
      const data = { deployment: randomUUID(), cluster: 'x', from: 'missing', to: 'healthy' }
      await append(tx, `observed-${data.deployment}`, null, [{ type: 'HealthChanged', data }])
    })
    const heard = await tell('heard')
    await vi.waitFor(() => expect(ids()).toEqual([heard]), soon)
  })
})

describe('a handler of the bus', () => {
  it('is called again for what happened from a moment on', async () => {
    const kept: string[] = []
    const wants: EventName[] = ['ClusterUpdated']
    const subscriptions = await open().subscribe([
      {
        name: 'since',
        category: 'cluster',
        wants,
        handle: async event => {
          kept.push(event.id)
        },
      },
    ])
    const early = await tell('early')
    await vi.waitFor(() => expect(kept).toEqual([early]), soon)
    const [{ moment } = { moment: new Date() }] = await db.database.query<{ moment: Date }>(
      'select clock_timestamp() as moment',
    )
    const late = await tell('late')
    await vi.waitFor(() => expect(kept).toEqual([early, late]), soon)
    await subscriptions.replay('since', moment)
    await vi.waitFor(() => expect(kept).toEqual([early, late, late]), soon)
  })
})
