import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '#platform/adapters/database/embedded-postgres.ts'

export type TestDatabase = { adminUrl: string; stop(): Promise<void> }

/**
 * A PostgreSQL of this test file's own, in a directory that `stop` removes. It writes nothing through to the disk, which
 * is the only thing it does otherwise than the one `kade up` starts.
 */
export async function startTestDatabase(): Promise<TestDatabase> {
  const home = await mkdtemp(path.join(tmpdir(), 'kade-database-'))
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
  const database = await startEmbeddedPostgres({ home, settings })
  return {
    adminUrl: database.adminUrl,
    stop: async () => {
      await database.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
