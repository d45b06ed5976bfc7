/**
 * The event store: message-db's tables and functions in PostgreSQL. A stream is `<category>-<id>`; its first event has position 0.
 * What is read is read from its table: its functions for that build their statement anew at each call, which took ten times as long.
 *
 * Writing takes a lock per category that is held until commit, so that a reader of a category never misses an event that
 * commits late. Hence: append last in a transaction, keep it short, and append to categories in alphabetical order, or two
 * transactions can wait for each other (they are then run again).
 */
import { randomUUID } from 'node:crypto'
import type { Sql } from '../adapters/database/database.ts'
import { sqlState } from '../adapters/database/postgres.ts'
import { PlatformError } from '../errors.ts'
import { type Asked, askedNow } from './asked.ts'
import { type EventName, eventSchemas, type NewEvent, type StoredEvent } from './types.ts'
import { currentVersion, upcast } from './versions.ts'

/** Somebody else appended to the stream since it was read. Read it again and decide again. */
export class VersionConflict extends PlatformError {
  override name = 'VersionConflict'
  constructor(stream: string, expected: number, cause?: unknown) {
    super('conflict', `${stream} was changed by somebody else at the same moment.`, {
      next: 'Look at what it is now, and try again.',
      cause: cause ?? new Error(`Expected version ${expected}.`),
    })
  }
}

export type AppendOptions = {
  /** Ids of the events, as many as there are events: the same ids a second time write nothing. */
  ids?: readonly string[]
  /**
   * Kept beside the events, not part of them. Never a secret value. `at` is when it happened by the clock of whoever
   * decided, so that rows written with the event and rows rebuilt from it say the same.
   */
  meta?: Readonly<Record<string, unknown>>
}

type Row = {
  id: string
  stream: string
  type: EventName
  /** Of the data, as `versions.ts` counts them. */
  version: number
  position: number
  globalPosition: number
  data: string
  at: Date
}

const COLUMNS = `id::text, stream_name AS stream, type, position,
  global_position AS "globalPosition", data::text,
  coalesce((metadata::jsonb->>'version')::int, 0) AS version,
  coalesce((metadata::jsonb->>'at')::timestamptz, time AT TIME ZONE 'utc') AS at`

/**
 * Appends in order. `expectedVersion` is the position of the stream's last event, -1 for a
 * stream that must be new, or null where any will do. Throws `VersionConflict`, and `ZodError` for data that is
 * not the event's (a mistake of the caller). After a throw the transaction can only be rolled back.
 */
export async function append(
  tx: Sql,
  stream: string,
  expectedVersion: number | null,
  events: readonly NewEvent[],
  options: AppendOptions = {},
): Promise<void> {
  if (events.length === 0) return
  const data = events.map(event => JSON.stringify(eventSchemas[event.type].parse(event.data)))
  if (options.ids && (await wereAppended(tx, stream, options.ids))) return
  const ids = options.ids ?? events.map(() => randomUUID())
  if (ids.length !== events.length) throw new Error(`${events.length} events need as many ids.`)
  const asked = askedNow()
  await write(tx, stream, expectedVersion, {
    ids,
    types: events.map(event => event.type),
    data,
    meta: events.map(event =>
      JSON.stringify({
        ...options.meta,
        version: currentVersion(event.type),
        ...(asked && { asked }),
      }),
    ),
  })
}

/** The events of a stream in order, all of them from position `from` on. */
export async function readStream(sql: Sql, stream: string, from = 0): Promise<StoredEvent[]> {
  const rows = await sql.query<Row>(
    `SELECT ${COLUMNS} FROM message_store.messages
     WHERE stream_name = $1 AND position >= $2 ORDER BY position`,
    [stream, from],
  )
  return rows.map(stored)
}

/** At most `limit` events of a stream before a position, the newest first. */
export async function readStreamBackwards(
  sql: Sql,
  stream: string,
  before: number,
  limit: number,
): Promise<StoredEvent[]> {
  const rows = await sql.query<Row>(
    `SELECT ${COLUMNS} FROM message_store.messages
     WHERE stream_name = $1 AND position < $2 ORDER BY position DESC LIMIT $3`,
    [stream, before, limit],
  )
  return rows.map(stored)
}

/** At most `limit` events of a category whose global position is beyond `after`, in order and without gaps. */
export async function readCategory(
  sql: Sql,
  category: string,
  after: number,
  limit: number,
): Promise<StoredEvent[]> {
  const rows = await sql.query<Row>(
    `SELECT ${COLUMNS} FROM message_store.messages
     WHERE message_store.category(stream_name) = $1 AND global_position > $2
     ORDER BY global_position LIMIT $3`,
    [category, after, limit],
  )
  return rows.map(stored)
}

/** The same, each with what was asked when it was written. */
export async function readCategoryAsked(
  sql: Sql,
  category: string,
  after: number,
  limit: number,
): Promise<{ event: StoredEvent; asked: Asked | undefined }[]> {
  const rows = await sql.query<Row & { asked: Asked | null }>(
    `SELECT ${COLUMNS}, metadata::jsonb->'asked' AS asked
     FROM message_store.get_category_messages($1, $2, $3)`,
    [category, after + 1, limit],
  )
  return rows.map(({ asked, ...row }) => ({ event: stored(row), asked: asked ?? undefined }))
}

/** Every category that has an event. */
export async function listCategories(sql: Sql): Promise<string[]> {
  // From one to the next by the index, or every event would be read.
  const rows = await sql.query<{ category: string }>(
    `WITH RECURSIVE found AS (
       (SELECT message_store.category(stream_name) AS category FROM message_store.messages ORDER BY 1 LIMIT 1)
       UNION ALL
       SELECT (SELECT message_store.category(stream_name) FROM message_store.messages
                WHERE message_store.category(stream_name) > found.category ORDER BY 1 LIMIT 1)
         FROM found WHERE found.category IS NOT NULL)
     SELECT category FROM found WHERE category IS NOT NULL`,
  )
  return rows.map(row => row.category)
}

/** The event of an id, or undefined. */
export async function readEvent(sql: Sql, id: string): Promise<StoredEvent | undefined> {
  const [row] = await sql.query<Row>(
    `SELECT ${COLUMNS} FROM message_store.messages WHERE id = $1::uuid`,
    [id],
  )
  return row && stored(row)
}

/** Position of a stream's last event, -1 when it has none. */
export async function lastVersion(sql: Sql, stream: string): Promise<number> {
  const [row] = await sql.query<{ version: number | null }>(
    'SELECT message_store.stream_version($1) AS version',
    [stream],
  )
  return row?.version ?? -1
}

/** Global position of a category's last event, 0 when it has none. */
export async function lastPosition(sql: Sql, category: string): Promise<number> {
  const [row] = await sql.query<{ last: number | null }>(
    `SELECT max(global_position) AS last FROM message_store.messages
     WHERE message_store.category(stream_name) = $1`,
    [category],
  )
  return row?.last ?? 0
}

/** The global position after which every event of a category is found that was written at a moment or later. */
export async function positionBefore(sql: Sql, category: string, moment: Date): Promise<number> {
  // Transactions commit in another order than they began: the first late enough one counts, not the last that is too early.
  const [row] = await sql.query<{ position: number | null }>(
    `SELECT coalesce(min(global_position) FILTER (WHERE time >= $2::timestamptz AT TIME ZONE 'utc') - 1,
       max(global_position)) AS position
     FROM message_store.messages WHERE message_store.category(stream_name) = $1`,
    [category, moment],
  )
  return row?.position ?? 0
}

type Batch = { ids: readonly string[]; types: string[]; data: string[]; meta: string[] }

async function write(
  tx: Sql,
  stream: string,
  expected: number | null,
  batch: Batch,
): Promise<void> {
  try {
    await tx.query(
      `SELECT message_store.write_message(e.id, $1, e.type, e.data::jsonb, e.meta::jsonb, $6::bigint + e.n - 1)
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS e (id, type, data, meta, n)`,
      [stream, batch.ids, batch.types, batch.data, batch.meta, expected],
    )
  } catch (error) {
    const wrong =
      sqlState(error) === 'P0001' && error instanceof Error && /Wrong expected/.test(error.message)
    if (wrong && expected !== null) throw new VersionConflict(stream, expected, error)
    throw error
  }
}

/** Whether an earlier append of the same ids has committed. */
async function wereAppended(tx: Sql, stream: string, ids: readonly string[]): Promise<boolean> {
  // The lock first, in a statement of its own: the next one then sees what its last holder committed.
  await tx.query('SELECT message_store.acquire_lock($1)', [stream])
  const rows = await tx.query<{ stream: string }>(
    'SELECT stream_name AS stream FROM message_store.messages WHERE id = ANY($1::uuid[])',
    [ids],
  )
  const whole = rows.length === ids.length && rows.every(row => row.stream === stream)
  if (rows.length > 0 && !whole) {
    throw new Error(`Some of these event ids are taken by other events (stream ${stream}).`)
  }
  return whole
}

function stored({ data, type, version, ...rest }: Row): StoredEvent {
  // Only `append` writes events, and it parses their data by their type: type and data belong together.
  return { ...rest, type, data: upcast(type, version, JSON.parse(data)) } as StoredEvent
}
