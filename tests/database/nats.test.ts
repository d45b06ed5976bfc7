import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { natsDriver } from '#platform/adapters/bus/nats.ts'
import { openBus } from '#platform/events/bus.ts'
import { append } from '#platform/events/store.ts'
import { openQueue, type Queue } from '#platform/orchestration/queue.ts'
import { busDriverContract } from '#tests/support/bus-driver-contract.ts'
import { type NatsServer, natsBinary, startNatsServer } from '#tests/support/nats-server.ts'
import { type MigratedDatabase, startMigratedDatabase, updated } from './migrated-database.ts'

// Debian's `nats-server`; a machine without it says that these did not run.
describe.skipIf(natsBinary === undefined)('NATS JetStream (needs nats-server)', () => {
  busDriverContract('nats', async () => {
    const server = await startNatsServer()
    return {
      driver: () => natsDriver({ url: server.url }),
      received: () => server.held(),
      takeAway: () => server.kill(),
      bringBack: () => server.start(),
      stop: () => server.stop(),
    }
  })

  describe('fed by the bus', () => {
    let db: MigratedDatabase
    let queue: Queue
    let server: NatsServer
    beforeAll(async () => {
      db = await startMigratedDatabase()
      queue = await openQueue({ database: db.database, url: db.runtimeUrl })
      server = await startNatsServer()
    })
    afterAll(async () => {
      await queue?.close()
      await db?.stop()
      await server?.stop()
    })

    it('has every event once and in order, though the server was killed in between', async () => {
      const errors: unknown[] = []
      const bus = openBus({
        database: db.database,
        queue,
        source: 'urn:kade:test',
        onError: error => errors.push(error),
      })
      await bus.connect(natsDriver({ url: server.url }))
      const cluster = `c-${randomUUID().slice(0, 8)}`
      const tell = (message: string) =>
        db.database.transaction(tx =>
          append(tx, `cluster-${cluster}`, null, [updated(cluster, message)]),
        )
      const messages = async () => (await server.held()).map(({ data }) => data.message)
      try {
        for (let n = 0; n < 20; n++) await tell(`${n}`)
        await vi.waitFor(async () => expect(await messages()).toHaveLength(20), 20_000)
        await server.kill()
        for (let n = 20; n < 40; n++) await tell(`${n}`)
        await vi.waitFor(() => expect(errors).toHaveLength(1), 20_000)
        await server.start()
        const all = Array.from({ length: 40 }, (_, n) => `${n}`)
        await vi.waitFor(async () => expect(await messages()).toEqual(all), 30_000)
        const [event] = await server.held()
        expect(event).toMatchObject({
          specversion: '1.0',
          source: 'urn:kade:test',
          type: 'nl.kade.ClusterUpdated.v1',
        })
      } finally {
        await bus.stop()
      }
    })
  })

  it('that was named with tls:// is told nothing in the clear', async () => {
    const server = await startNatsServer()
    try {
      const driver = natsDriver({ url: server.url.replace('nats://', 'tls://') })
      await expect(driver.publish([], AbortSignal.timeout(10_000))).rejects.toThrow(/tls/)
      await expect(server.held()).rejects.toThrow(/stream not found/)
      await driver.stop()
    } finally {
      await server.stop()
    }
  })

  it('of which the account may not make the stream says what to do', async () => {
    const server = await startNatsServer()
    try {
      // A name with a dot is one that no stream can have.
      const driver = natsDriver({ url: server.url, stream: 'no.such' })
      await expect(driver.publish([], AbortSignal.timeout(10_000))).rejects.toMatchObject({
        details: { next: expect.stringContaining('KADE_NATS_STREAM') },
      })
    } finally {
      await server.stop()
    }
  })
})
