import type { ClusterScan, Leak } from '#api/clusters.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { ClusterScan as SeenScan } from '#platform/deployments/engine/scan.ts'
import { append } from '#platform/events/store.ts'
import type { Actor } from '#platform/platform.ts'

type ScanRow = {
  cluster: string
  at: Date
  counted_at: Date | null
  count: number
  leaks: Leak[]
  unread: string[]
}

/** The newest scan of each cluster that had one. What lies in a namespace of another team is counted and not named. */
export async function readScans(
  sql: Sql,
  { teams }: Pick<Actor, 'teams'>,
): Promise<ReadonlyMap<string, ClusterScan>> {
  const rows = await sql.query<ScanRow>(
    `select cluster, at, counted_at, count, unread, array(
        select leak from jsonb_array_elements(leaks) with ordinality as found (leak, place)
         where not exists (
           select from kade.namespace n where n.name = leak->>'namespace' and n.team <> all($1))
         order by place) as leaks
       from kade.cluster_scan`,
    [[...teams]],
  )
  return new Map(
    rows.map(({ cluster, at, counted_at, count, leaks, unread }) => [
      cluster,
      {
        at: at.toISOString(),
        countedAt: counted_at?.toISOString() ?? null,
        count,
        leaks,
        unread,
      },
    ]),
  )
}

/** Which of these ids, as they stand on labels, are of no living deployment. */
export async function strangersAmong(sql: Sql, ids: readonly string[]): Promise<string[]> {
  // Compared as text: a label written by hand may be no uuid.
  const rows = await sql.query<{ id: string }>(
    `select id from unnest($1::text[]) as named (id)
      where not exists (select from kade.deployment where deployment.id::text = named.id)`,
    [ids],
  )
  return rows.map(row => row.id)
}

/**
 * Keeps what a scan found, and tells when the number of leaks is another one than before. A scan that could not read every
 * kind leaves the leaks as they were last counted, since an error is not an empty list. A cluster that is not in the
 * registry is left out.
 */
export async function recordScan(
  context: Pick<PlatformContext, 'database' | 'clock'>,
  cluster: string,
  { count, leaks, unread }: Omit<SeenScan, 'repaired'>,
): Promise<void> {
  await context.database.transaction(async tx => {
    const [known] = await tx.query('select 1 from kade.cluster where name = $1 for update', [
      cluster,
    ])
    if (!known) return
    const now = context.clock()
    if (unread.length > 0) {
      await tx.query(
        `insert into kade.cluster_scan (cluster, at, unread) values ($1, $2, $3)
         on conflict (cluster) do update set at = $2, unread = $3`,
        [cluster, now, JSON.stringify(unread)],
      )
      return
    }
    const [before] = await tx.query<{ count: number }>(
      'select count from kade.cluster_scan where cluster = $1',
      [cluster],
    )
    await tx.query(
      `insert into kade.cluster_scan (cluster, at, counted_at, count, leaks, unread) values ($1, $2, $2, $3, $4, '[]')
       on conflict (cluster) do update set at = $2, counted_at = $2, count = $3, leaks = $4, unread = '[]'`,
      [cluster, now, count, JSON.stringify(leaks)],
    )
    if (count === (before?.count ?? 0)) return
    const found = { type: 'LeaksChanged' as const, data: { cluster, count } }
    await append(tx, `cluster-${cluster}`, null, [found], { meta: { at: now } })
  })
}
