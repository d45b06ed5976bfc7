import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openState } from '#cli/processes/ground.ts'
import { readSettings, type Settings } from '#cli/processes/settings.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { freePorts } from '#platform/adapters/loopback-ports.ts'
import { type MigratedDatabase, startMigratedDatabase } from './migrated-database.ts'

const report = { line: () => {}, step: () => {}, problem: () => {} }

let db: MigratedDatabase
let settings: Settings
beforeAll(async () => {
  db = await startMigratedDatabase()
  settings = await readSettings({}, { KADE_HOME: tmpdir() })
  const admin = await openDatabase(db.adminUrl)
  await admin.query("CREATE ROLE kade_plain LOGIN PASSWORD 'x'")
  await admin.close()
})
afterAll(async () => {
  const admin = await openDatabase(db.adminUrl)
  await admin.query('DROP ROLE kade_plain')
  await admin.close()
  await db.stop()
})

const open = (change: Partial<Record<'port' | 'username' | 'password' | 'pathname', string>>) => {
  const databaseAdminUrl = Object.assign(new URL(db.adminUrl), change).href
  return openState({ ...settings, databaseUrl: db.runtimeUrl, databaseAdminUrl }, report)
}

it.each([
  ['a wrong password', { password: 'not-this-one' }, /password authentication failed/],
  ['a database that is not there', { pathname: '/nowhere' }, /"nowhere" does not exist/],
  ['an owner that may not create', { username: 'kade_plain', password: 'x' }, /permission denied/],
])('a given PostgreSQL is refused for %s, with what to do', async (_, change, why) => {
  await expect(open(change)).rejects.toMatchObject({
    code: 'database-unreachable',
    message: expect.stringMatching(why),
    details: { next: expect.stringContaining('KADE_DATABASE_ADMIN_URL') },
  })
  await expect(open(change)).rejects.not.toThrow('not-this-one')
})

it('a given PostgreSQL that does not run is told with its address', async () => {
  const [port] = await freePorts(1)
  const refusal = open({ port: String(port) })
  await expect(refusal).rejects.toThrow(`at 127.0.0.1:${port} does not take Kade in`)
})

it('a given PostgreSQL that lets Kade in is used as its runtime role', async () => {
  expect((await open({})).url).toBe(db.runtimeUrl)
})
