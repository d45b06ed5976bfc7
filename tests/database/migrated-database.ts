import type { Database } from '#platform/adapters/database/database.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import type { NewEvent } from '#platform/events/types.ts'
import { startTestDatabase } from '#tests/support/database.ts'

export type MigratedDatabase = {
  adminUrl: string
  runtimeUrl: string
  database: Database
  stop(): Promise<void>
}

/** A database of this test file's own with Kade's schema, and the runtime role's pool on it. */
export async function startMigratedDatabase(): Promise<MigratedDatabase> {
  const { adminUrl, stop } = await startTestDatabase()
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

export function updated(cluster: string, message: string): NewEvent {
  return { type: 'ClusterUpdated', data: { cluster, state: 'ready', message } }
}
