import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { type MigratedDatabase, startMigratedDatabase } from './migrated-database.ts'

let db: MigratedDatabase
beforeAll(async () => {
  db = await startMigratedDatabase()
})
afterAll(() => db.stop())

/** In so many transactions side by side that several connections prepare the statement. */
function readTogether() {
  const read = () =>
    db.database.transaction(async tx => {
      const rows = await tx.query('select * from kade.shelf_test where id = $1', [1])
      await tx.query('select pg_sleep($1)', [0.05])
      return rows[0]
    })
  return Promise.all(Array.from({ length: 8 }, read))
}

it('goes on when a table got a column since a statement over it was prepared', async () => {
  const admin = await openDatabase(db.adminUrl)
  await admin.query('create table kade.shelf_test (id int primary key)')
  await admin.query('insert into kade.shelf_test values (1)')
  await admin.query('grant select on kade.shelf_test to public')
  expect(await readTogether()).toEqual(Array(8).fill({ id: 1 }))
  await admin.query("alter table kade.shelf_test add column word text default 'new'")
  await admin.close()
  expect(await readTogether()).toEqual(Array(8).fill({ id: 1, word: 'new' }))
})

it('prepares each statement of its transactions once per connection', async () => {
  const [prepared] = await db.database.transaction(async tx => {
    for (let n = 0; n < 3; n++) await tx.query('select $1::int as once', [n])
    return tx.query<{ times: number }>(
      'select count(*)::int as times from pg_prepared_statements where statement like $1',
      ['select $1::int as once'],
    )
  })
  expect(prepared?.times).toBe(1)
})
