import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { startEmbeddedPostgres } from '#platform/adapters/database/embedded-postgres.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { PlatformError } from '#platform/errors.ts'
import { openFeed } from '#platform/events/feed.ts'
import { append } from '#platform/events/store.ts'
import { startSubscriptions } from '#platform/events/subscriptions.ts'
import { openQueue } from '#platform/orchestration/queue.ts'
import { updated } from './migrated-database.ts'

it('loses nothing when PostgreSQL is restarted under load', async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'kade-restart-'))
  let postgres = await startEmbeddedPostgres({ home, settings: { fsync: 'off' } })
  const { runtimeUrl: url } = await migrate({ adminUrl: postgres.adminUrl })
  const database = await openDatabase(url)
  const queue = await openQueue({ database, url })
  const feed = openFeed(database)
  const done = new Set<string>()
  const handled = new Set<string>()
  const followed: string[] = []
  const subscriptions = await startSubscriptions({
    database,
    queue,
    handlers: [
      {
        name: 'watch',
        category: 'load',
        wants: ['ClusterUpdated'],
        handle: async event => void handled.add(event.id),
      },
    ],
  })
  const stop = await queue.serve('a', async ({ subject }) => {
    done.add(subject)
  })
  const following = (async () => {
    for await (const event of feed.follow({ categories: ['load'], after: 'load.0' })) {
      followed.push(event.id)
    }
  })()

  const written: string[] = []
  let refusals = 0
  let writing = true
  const writer = (async () => {
    for (let n = 0; writing; n++) {
      try {
        const id = randomUUID()
        await database.transaction(async tx => {
          await queue.enqueue(tx, { kind: 'advance', cluster: 'a', subject: `${n}` })
          await append(tx, `load-${n}`, -1, [updated('x', `${n}`)], { ids: [id] })
        })
        written.push(id)
      } catch (error) {
        expect(error).toBeInstanceOf(PlatformError)
        expect(error).toMatchObject({ code: 'database-unreachable' })
        refusals++
      }
    }
  })()
  await vi.waitFor(() => expect(written.length).toBeGreaterThan(100), { timeout: 20_000 })
  await postgres.stop()
  await vi.waitFor(() => expect(refusals).toBeGreaterThan(2), { timeout: 20_000 })
  postgres = await startEmbeddedPostgres({ home })
  const before = written.length
  await vi.waitFor(() => expect(written.length).toBeGreaterThan(before + 100), { timeout: 20_000 })
  writing = false
  await writer

  // A commit whose answer was lost counts as refused although it is there: hence at least.
  const all = { timeout: 40_000, interval: 100 }
  await vi.waitFor(() => expect(done.size).toBeGreaterThanOrEqual(written.length), all)
  await vi.waitFor(() => expect(written.filter(id => !handled.has(id))).toEqual([]), all)
  await vi.waitFor(() => expect(written.filter(id => !followed.includes(id))).toEqual([]), all)
  expect(new Set(followed).size).toBe(followed.length)

  await feed.close()
  await following
  await subscriptions.stop()
  await stop()
  await queue.close()
  await database.close()
  await postgres.stop()
  await rm(home, { recursive: true, force: true })
})
