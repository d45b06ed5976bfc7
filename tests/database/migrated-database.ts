import { randomUUID } from 'node:crypto'
import type { Database } from '#platform/adapters/database/database.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import type { NewEvent } from '#platform/events/types.ts'
import { startTestDatabase, type TestDatabase } from '#tests/support/database.ts'

export type MigratedDatabase = {
  adminUrl: string
  runtimeUrl: string
  database: Database
  stop(): Promise<void>
}

/**
 * A PostgreSQL with Kade's schema, and the runtime role's pool on it. With `KADE_TEST_POSTGRES` (the URL of a superuser) it
 * is a database of its own on that server, to run these tests on another version of PostgreSQL.
 */
export async function startMigratedDatabase(): Promise<MigratedDatabase> {
  const server = process.env.KADE_TEST_POSTGRES
  const { adminUrl, stop } = server ? await databaseOn(server) : await startTestDatabase()
  const { runtimeUrl } = await migrate({ adminUrl })
  const database = await openDatabase(runtimeUrl)
  return {
    adminUrl,
    runtimeUrl,
    database,
    stop: async () => {
      await database.close()
      await stop()
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

export function updated(cluster: string, message: string): NewEvent {
  return { type: 'ClusterUpdated', data: { cluster, state: 'ready', message } }
}
