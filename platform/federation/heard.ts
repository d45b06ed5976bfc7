import type { Sql } from '#platform/adapters/database/database.ts'
import { silentAfter } from './registry.ts'

/** The clusters of which something is heard. */
export async function heardClusters(sql: Sql): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ name: string }>(
    'select name from kade.cluster where heartbeat_at >= now() - make_interval(secs => $1)',
    [silentAfter / 1000],
  )
  return new Set(rows.map(row => row.name))
}
