import type { Database, Sql } from '../../adapters/database/database.ts'
import type { Queue, ServeOptions } from '../../orchestration/queue.ts'
import type { ClusterAgent, WorkerHeartbeat } from '../cluster-agent.ts'
import { markServed } from '../registry.ts'

/** Takes the tasks of several clusters; the function given back stops all of them together. */
export async function claimFrom(
  queue: Pick<Queue, 'serve'>,
  clusters: readonly string[],
  handle: Parameters<ClusterAgent['claim']>[1],
  options: ServeOptions,
): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    await Promise.all(stops.map(one => one()))
  }
  try {
    for (const cluster of clusters) stops.push(await queue.serve(cluster, handle, options))
    return stop
  } catch (error) {
    await stop()
    throw error
  }
}

/** Writes what a worker says of these clusters. One that no worker reaches keeps its last time, and so grows stale. */
export async function writeHeartbeat(database: Database, beat: WorkerHeartbeat): Promise<void> {
  for (const { name, reachable, answered = false, version, monitors } of beat.clusters) {
    await database.query(
      `INSERT INTO kade.worker_report (cluster, worker, at, reachable, answered)
       SELECT name, $2, now(), $3, $4 FROM kade.cluster WHERE name = $1
       ON CONFLICT (cluster, worker) DO UPDATE SET at = now(), reachable = $3, answered = $4`,
      [name, beat.worker, reachable, answered],
    )
    if (!reachable) continue
    const [row] = await database.query<{ state: string }>(
      `UPDATE kade.cluster SET heartbeat_at = now(), worker = $2, version = coalesce($3, version),
              monitors = coalesce($4, monitors)
       WHERE name = $1 RETURNING state`,
      [name, beat.worker, version ?? null, monitors ? JSON.stringify(monitors) : null],
    )
    if (row && row.state !== 'ready') await markServed(database, name)
  }
}

/** Workers of one cluster whose last words are kept. */
const mostReports = 20

/** Keeps the newest words on these clusters: a worker from elsewhere calls itself what it likes, and as many things. */
export async function forgetOldReports(sql: Sql, clusters: readonly string[]): Promise<void> {
  await sql.query(
    `DELETE FROM kade.worker_report w USING (
       SELECT cluster, worker, row_number() OVER (PARTITION BY cluster ORDER BY at DESC) AS nth
       FROM kade.worker_report WHERE cluster = ANY($1)) old
     WHERE old.nth > $2 AND w.cluster = old.cluster AND w.worker = old.worker`,
    [clusters, mostReports],
  )
}
