import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '#platform/adapters/database/embedded-postgres.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'

export type TestDatabase = { adminUrl: string; stop(): Promise<void> }

/**
 * A database of this test file's own, which `stop` removes, and the URL of its superuser: on the server that
 * `KADE_TEST_POSTGRES` names (the URL of a superuser), which is how the project `database` shares one and how these tests
 * run on another version of PostgreSQL; else on a server of its own.
 */
export async function startTestDatabase(): Promise<TestDatabase> {
  const server = process.env.KADE_TEST_POSTGRES
  return server ? await databaseOn(server) : await startTestServer()
}

/**
 * A PostgreSQL in a directory that `stop` removes. It writes nothing through to the disk, which is the only thing it does
 * otherwise than the one `kade up` starts.
 */
export async function startTestServer(): Promise<TestDatabase> {
  const home = await mkdtemp(path.join(tmpdir(), 'kade-database-'))
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
  const server = await startEmbeddedPostgres({ home, settings })
  return {
    adminUrl: server.adminUrl,
    stop: async () => {
      await server.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function databaseOn(server: string): Promise<TestDatabase> {
  const name = `kade_${randomUUID().replaceAll('-', '')}`
  const admin = await openDatabase(server)
  await admin.query(`CREATE DATABASE ${name}`)
  return {
    adminUrl: Object.assign(new URL(server), { pathname: `/${name}` }).href,
    stop: async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.query(`DROP ROLE IF EXISTS kade_runtime_${name}`)
      await admin.close()
    },
  }
}
