import type { AuditEntry, AuditHead, AuditList } from '#api/audit.ts'
import { canonicalLine, genesis } from '#api/audit-chain.ts'
import type { Sql, SqlValue } from '#platform/adapters/database/database.ts'
import { decodeCursor, toPage } from '#platform/deployments/pages.ts'
import { listCategories } from '#platform/events/store.ts'
import { cursorName } from './sequencer.ts'

export type AuditQuery = {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly object?: string | undefined
  readonly result?: AuditEntry['result'] | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly q?: string | undefined
}

/** Whose lines somebody may read: those of these teams, or all where it is null. */
export type Readable = readonly string[] | null

const PAGE = 500

/** A page of the audit, newest first. */
export async function listAudit(
  sql: Sql,
  readable: Readable,
  { limit, cursor, ...query }: AuditQuery & { limit: number; cursor?: string | undefined },
): Promise<AuditList> {
  const [before] = cursor === undefined ? [null] : decodeCursor(cursor, ['number'])
  const { where, values } = whereOf(readable, query)
  const rows = await sql.query<{ seq: number; entry: AuditEntry }>(
    `SELECT seq, entry FROM kade.audit
      WHERE ${where} AND ($${values.length + 1}::bigint IS NULL OR seq < $${values.length + 1}::bigint)
      ORDER BY seq DESC LIMIT $${values.length + 2}`,
    [...values, before ?? null, limit + 1],
  )
  const page = toPage(
    rows,
    limit,
    row => row.entry,
    row => [String(row.seq)],
  )
  const head = readable === null ? await readHead(sql) : null
  return { ...page, head, lag: (await auditLag(sql)).seconds }
}

/** Every line that somebody may read, oldest first, each as the text over which its hash was made. */
export async function* exportAudit(
  sql: Sql,
  readable: Readable,
  query: AuditQuery,
): AsyncGenerator<string> {
  const { where, values } = whereOf(readable, query)
  for (let after = 0; ; ) {
    const rows = await sql.query<{ seq: number; entry: AuditEntry }>(
      `SELECT seq, entry FROM kade.audit WHERE ${where} AND seq > $${values.length + 1}
        ORDER BY seq LIMIT ${PAGE}`,
      [...values, after],
    )
    for (const { entry } of rows) yield canonicalLine(entry)
    const last = rows.at(-1)
    if (!last) return
    after = last.seq
  }
}

/** How far the chain is behind the events: those it has not read, and the seconds that the oldest of them has waited. */
export async function auditLag(sql: Sql): Promise<{ events: number; seconds: number }> {
  const lag = { events: 0, seconds: 0 }
  for (const category of await listCategories(sql)) {
    const [row] = await sql.query<{ events: number; seconds: number | null }>(
      `SELECT count(*)::int AS events,
         extract(epoch FROM now() AT TIME ZONE 'utc' - min(time))::float8 AS seconds
       FROM message_store.messages WHERE message_store.category(stream_name) = $1
         AND global_position > coalesce((SELECT position FROM kade.cursor WHERE name = $2), 0)`,
      [category, cursorName(category)],
    )
    lag.events += row?.events ?? 0
    lag.seconds = Math.max(lag.seconds, row?.seconds ?? 0)
  }
  return lag
}

async function readHead(sql: Sql): Promise<AuditHead> {
  const [row] = await sql.query<AuditHead>(
    "SELECT seq, entry->>'hash' AS hash FROM kade.audit ORDER BY seq DESC LIMIT 1",
  )
  return row ?? { seq: 0, hash: genesis }
}

function whereOf(readable: Readable, query: AuditQuery): { where: string; values: SqlValue[] } {
  const conditions: string[] = []
  const values: SqlValue[] = []
  const add = (condition: (place: string) => string, value: SqlValue | undefined) => {
    if (value === undefined) return
    values.push(value)
    conditions.push(condition(`$${values.length}`))
  }
  add(place => `team = ANY(${place})`, readable === null ? undefined : [...readable])
  for (const field of ['actor', 'action', 'object', 'result'] as const)
    add(place => `${field} = ${place}`, query[field])
  // Times of lines are all written alike, so that their texts order as they do.
  add(place => `at >= ${place}`, query.from && new Date(query.from).toISOString())
  add(place => `at < ${place}`, query.to && new Date(query.to).toISOString())
  add(place => `words LIKE ${place}`, query.q && `%${escapeLike(query.q.toLowerCase())}%`)
  return { where: conditions.length > 0 ? conditions.join(' AND ') : 'true', values }
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, character => `\\${character}`)
}
