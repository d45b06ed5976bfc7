import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import { connectionOf, openDatabase } from '#platform/adapters/database/postgres.ts'
import { startTestDatabase, type TestDatabase } from '#tests/support/database.ts'

let server: TestDatabase
let database: Database
beforeAll(async () => {
  server = await startTestDatabase()
  database = await openDatabase(server.adminUrl, { maxConnections: 2, statementTimeoutMs: 30_000 })
  await database.query('create table thing (id int primary key, value int)')
  await database.query('insert into thing values (1, 0)')
})
afterAll(async () => {
  await database?.close()
  await server?.stop()
})

it('does not let a process that stands still in a transaction hold up the others for long', async () => {
  const { promise: paused, resolve: goOn } = Promise.withResolvers<void>()
  const { promise: holds, resolve: locked } = Promise.withResolvers<void>()
  const standing = database.transaction(async tx => {
    await tx.query('update thing set value = 1 where id = 1')
    locked()
    await paused
  })
  const ended = expect(standing).rejects.toMatchObject({ code: 'database-unreachable' })
  await holds
  await database.query('update thing set value = 2 where id = 1')
  goOn()
  await ended
  expect(await database.query('select value from thing')).toEqual([{ value: 2 }])
})

it('says that the database is busy when a statement waits for too long', async () => {
  const other = new pg.Client(connectionOf(server.adminUrl))
  await other.connect()
  const hasty = await openDatabase(server.adminUrl, { maxConnections: 1, statementTimeoutMs: 200 })
  try {
    await other.query('begin')
    await other.query('update thing set value = 3 where id = 1')
    await expect(hasty.query('update thing set value = 4 where id = 1')).rejects.toMatchObject({
      code: 'database-unreachable',
    })
  } finally {
    await other.end()
    await hasty.close()
  }
})
