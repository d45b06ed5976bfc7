import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import {
  append,
  lastVersion,
  readCategory,
  readStream,
  VersionConflict,
} from '#platform/events/store.ts'
import { openQueue } from '#platform/orchestration/queue.ts'
import { type MigratedDatabase, startMigratedDatabase, updated } from './migrated-database.ts'

let db: MigratedDatabase
beforeAll(async () => {
  db = await startMigratedDatabase()
})
afterAll(() => db.stop())

describe('a stream', () => {
  it('takes exactly one of ten appends that race for the same version', async () => {
    const race = Array.from({ length: 10 }, (_, n) =>
      db.database.transaction(tx => append(tx, 'cluster-race', -1, [updated('race', `${n}`)])),
    )
    const outcomes = await Promise.allSettled(race)
    const refused = outcomes.flatMap(one => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused).toEqual(Array(9).fill(expect.any(VersionConflict)))
    expect(await readStream(db.database, 'cluster-race')).toHaveLength(1)
  })

  it('numbers its events from zero and keeps them in order', async () => {
    const events = [updated('order', 'first'), updated('order', 'second')]
    await db.database.transaction(tx => append(tx, 'cluster-order', -1, events))
    const stored = await readStream(db.database, 'cluster-order')
    expect(stored).toMatchObject(events)
    expect(stored.map(event => event.position)).toEqual([0, 1])
    expect(await readStream(db.database, 'cluster-order', 1)).toEqual(stored.slice(1))
    expect(await lastVersion(db.database, 'cluster-order')).toBe(1)
    expect(await lastVersion(db.database, 'cluster-nobody')).toBe(-1)
    expect(Math.abs(Date.now() - (stored[0]?.at.getTime() ?? 0))).toBeLessThan(60_000)
  })

  it('keeps an event once when the same ids are appended again', async () => {
    const ids = [randomUUID(), randomUUID()]
    const events = [updated('twice', 'a'), updated('twice', 'b')]
    const write = () =>
      db.database.transaction(tx => append(tx, 'cluster-twice', -1, events, { ids }))
    await Promise.all([write(), write()])
    const stored = await readStream(db.database, 'cluster-twice')
    expect(stored.map(event => event.id)).toEqual(ids)
  })

  it('refuses data that is not of the event', async () => {
    const wrong = { type: 'SignedIn', data: { account: 7, by: 'link' } }
    // @ts-expect-error the very mistake under test
    const attempt = db.database.transaction(tx => append(tx, 'account-x', null, [wrong]))
    await expect(attempt).rejects.toThrow(/account/)
    expect(await readStream(db.database, 'account-x')).toEqual([])
  })
})

describe('a category', () => {
  it('shows a reader at its tail every event, in order, while twenty writers append', async () => {
    const seen: number[] = []
    let writing = true
    const reader = (async () => {
      for (let after = 0, last = false; !last; ) {
        last = !writing
        const events = await readCategory(db.database, 'tail', after, 100)
        seen.push(...events.map(event => event.globalPosition))
        after = seen.at(-1) ?? 0
      }
    })()
    await Promise.all(
      Array.from({ length: 20 }, async (_, writer) => {
        for (let n = 0; n < 10; n++) {
          await db.database.transaction(tx =>
            append(tx, `tail-${writer}`, n - 1, [updated('tail', `${n}`)]),
          )
        }
      }),
    )
    writing = false
    await reader
    expect(seen).toHaveLength(200)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })
})

describe('a transaction', () => {
  it('that fails leaves no event, no task and no row', async () => {
    const queue = await openQueue({ database: db.database, url: db.runtimeUrl })
    const attempt = db.database.transaction(async tx => {
      await tx.query("INSERT INTO kade.cursor (name, position) VALUES ('undone', 1)")
      await queue.enqueue(tx, { kind: 'advance', cluster: 'undone', subject: 'x' })
      await append(tx, 'cluster-undone', -1, [updated('undone', 'x')])
      throw new Error('after everything')
    })
    await expect(attempt).rejects.toThrow('after everything')
    const left = await db.database.query(
      `SELECT 1 FROM kade.cursor WHERE name = 'undone'
       UNION ALL SELECT 1 FROM pgboss.job WHERE name = 'deploy.undone'
       UNION ALL SELECT 1 FROM message_store.messages WHERE stream_name = 'cluster-undone'`,
    )
    await queue.close()
    expect(left).toEqual([])
  })

  it('is run again after a deadlock', async () => {
    await db.database.query("INSERT INTO kade.cursor (name, position) VALUES ('a', 0), ('b', 0)")
    let waiting = 2
    const both = Promise.withResolvers<void>()
    const move = (first: string, second: string) => {
      let tries = 0
      return db.database.transaction(async tx => {
        await tx.query('UPDATE kade.cursor SET position = position + 1 WHERE name = $1', [first])
        if (tries++ === 0 && --waiting === 0) both.resolve()
        await both.promise
        await tx.query('UPDATE kade.cursor SET position = position + 1 WHERE name = $1', [second])
      })
    }
    await Promise.all([move('a', 'b'), move('b', 'a')])
    const rows = await db.database.query(
      "SELECT name, position FROM kade.cursor WHERE name IN ('a', 'b') ORDER BY name",
    )
    expect(rows).toEqual([
      { name: 'a', position: 2 },
      { name: 'b', position: 2 },
    ])
  })

  it('that went on after a swallowed error is not taken for committed', async () => {
    const attempt = db.database.transaction(async tx => {
      await tx.query('SELECT 1 / 0').catch(() => {})
    })
    await expect(attempt).rejects.toThrow('rolled back')
  })
})

describe('the runtime role', () => {
  it.each([
    "UPDATE message_store.messages SET type = 'Nothing'",
    'DELETE FROM message_store.messages',
    'TRUNCATE message_store.messages',
    `INSERT INTO message_store.messages (position, stream_name, type) VALUES (0, 'cluster-x', 'x')`,
    'CREATE TABLE kade.mine (id int)',
    'CREATE TABLE public.mine (id int)',
    'CREATE TABLE message_store.mine (id int)',
    'CREATE TABLE pgboss.mine (id int)',
    'CREATE SCHEMA mine',
    'ALTER TABLE kade.deployment ADD COLUMN mine int',
    'DROP TABLE kade.deployment',
    'DROP TRIGGER tell_event ON message_store.messages',
    'ALTER TABLE message_store.messages DISABLE TRIGGER ALL',
    "UPDATE kade.migration SET name = 'x'",
    'CREATE ROLE mine',
  ])('may not: %s', async statement => {
    await expect(db.database.query(statement)).rejects.toThrow(/permission denied|must be owner/)
  })
})

describe('migrating', () => {
  const shape = `SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema IN ('kade', 'message_store', 'pgboss') ORDER BY 1, 2, 3`

  it('a second time changes nothing and loses nothing', async () => {
    const admin = await openDatabase(db.adminUrl)
    const before = await admin.query(shape)
    const events = await admin.query('SELECT count(*) FROM message_store.messages')
    const again = await migrate({ adminUrl: db.adminUrl, runtimeUrl: db.runtimeUrl })
    expect(again.runtimeUrl).toBe(db.runtimeUrl)
    expect(await admin.query(shape)).toEqual(before)
    expect(await admin.query('SELECT count(*) FROM message_store.messages')).toEqual(events)
    await admin.close()
  })

  it('with nothing but the owner puts a runtime role beside it, the same for every process', async () => {
    const only = { adminUrl: db.adminUrl, runtimeUrl: db.adminUrl }
    const first = await migrate(only)
    const second = await migrate(only)
    expect(second).toEqual(first)
    const runtime = await openDatabase(first.runtimeUrl)
    const me = new URL(first.runtimeUrl).username
    expect(me).toMatch(/^kade_runtime/)
    expect(await runtime.query('SELECT current_user AS me')).toEqual([{ me }])
    await runtime.transaction(tx => append(tx, 'cluster-only', -1, [updated('only', 'x')]))
    await runtime.close()
    db.runtimeUrl = first.runtimeUrl
  })

  it('leaves the login of another Kade on the same server alone', async () => {
    const admin = await openDatabase(db.adminUrl)
    await admin.query('DROP DATABASE IF EXISTS neighbour')
    await admin.query('CREATE DATABASE neighbour')
    const adminUrl = Object.assign(new URL(db.adminUrl), { pathname: '/neighbour' }).href
    const neighbour = await migrate({ adminUrl, runtimeUrl: adminUrl })
    for (const { runtimeUrl } of [db, neighbour]) await (await openDatabase(runtimeUrl)).close()
    await admin.query('DROP DATABASE neighbour')
    await admin.query('DROP ROLE kade_runtime_neighbour')
    await admin.close()
  })

  it('lets a given role in, refuses a wrong password of it, and never changes that password', async () => {
    const admin = await openDatabase(db.adminUrl)
    await admin.query('DROP DATABASE IF EXISTS closed')
    await admin.query('CREATE DATABASE closed')
    await admin.query('REVOKE CONNECT ON DATABASE closed FROM PUBLIC')
    await admin.query("CREATE ROLE given LOGIN PASSWORD 'right'")
    const at = (username: string, password: string) =>
      Object.assign(new URL(db.adminUrl), { pathname: '/closed', username, password }).href
    const adminUrl = Object.assign(new URL(db.adminUrl), { pathname: '/closed' }).href
    const wrong = migrate({ adminUrl, runtimeUrl: at('given', 'wrong') })
    await expect(wrong).rejects.toThrow(/"given" \(password authentication failed.*_ADMIN_URL/)
    const { runtimeUrl } = await migrate({ adminUrl, runtimeUrl: at('given', 'right') })
    await (await openDatabase(runtimeUrl)).close()
    await admin.query('DROP DATABASE closed')
    await admin.query('DROP ROLE given')
    await admin.close()
  })

  it('with nothing but the runtime role goes on where all is done, and says what to do where it is not', async () => {
    const only = (url: string) => migrate({ adminUrl: url, runtimeUrl: url })
    expect(await only(db.runtimeUrl)).toEqual({ runtimeUrl: db.runtimeUrl })
    const admin = await openDatabase(db.adminUrl)
    await admin.query('DROP DATABASE IF EXISTS empty')
    await admin.query('CREATE DATABASE empty')
    const empty = Object.assign(new URL(db.runtimeUrl), { pathname: '/empty' }).href
    await expect(only(empty)).rejects.toThrow(/0001-tables.*KADE_DATABASE_ADMIN_URL/)
    await admin.query('DROP DATABASE empty')
    await admin.close()
  })

  it('by four processes at once leaves one schema', async () => {
    const admin = await openDatabase(db.adminUrl)
    await admin.query('DROP DATABASE IF EXISTS beside')
    await admin.query('CREATE DATABASE beside')
    const adminUrl = Object.assign(new URL(db.adminUrl), { pathname: '/beside' }).href
    const runtimeUrl = Object.assign(new URL(db.runtimeUrl), { pathname: '/beside' }).href
    await Promise.all(Array.from({ length: 4 }, () => migrate({ adminUrl, runtimeUrl })))
    const beside = await openDatabase(runtimeUrl)
    await beside.transaction(tx => append(tx, 'cluster-beside', -1, [updated('beside', 'x')]))
    await beside.close()
    await admin.query('DROP DATABASE beside')
    await admin.close()
  })
})
