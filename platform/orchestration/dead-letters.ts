import type { DeadLetter } from '#api/operations.ts'
import type { Database, Sql } from '../adapters/database/database.ts'
import { DEAD_LETTERS, type Jobs, QUEUE_SCHEMA } from '../adapters/database/jobs.ts'
import { PlatformError } from '../errors.ts'
import { DELIVERIES } from '../webhooks/queue-deliveries.ts'

export type DeadLetters = {
  /** The newest first. `next` is null on the last page. */
  list(page: {
    limit: number
    cursor?: string | undefined
  }): Promise<{ items: DeadLetter[]; next: string | null }>
  /** Tries it again, where it failed. Throws `not-found`. */
  replay(id: string): Promise<DeadLetter>
  /** Gives it up for good; what waits behind it goes on. Throws `not-found`. */
  discard(id: string): Promise<void>
}

type Row = {
  id: string
  queue: string
  original: string
  at: Date
  retries: number
  output: unknown
  data: unknown
  webhook: string | null
}

const SELECT = `SELECT id, source_name AS queue, source_id AS original, created_on AS at,
  coalesce(source_retry_count, 0) AS retries, source_output AS output, data,
  CASE WHEN source_name = '${DELIVERIES}' THEN (SELECT w.team || '/' || w.name FROM kade.webhook_delivery d
    JOIN kade.webhook w ON w.id = d.webhook WHERE d.id = (data->>'delivery')::uuid) END AS webhook
  FROM ${QUEUE_SCHEMA}.job WHERE name = '${DEAD_LETTERS}' AND state = 'created'`

/** What failed for good in any queue: tasks of clusters, and events at the handlers of `subscriptions.ts`. */
export function deadLettersOf(database: Database, jobs: Jobs): DeadLetters {
  return {
    list: page => list(database, page),
    replay: id =>
      database.transaction(async tx => {
        const row = await find(tx, id)
        await replay(tx, jobs, row)
        return view(row)
      }),
    discard: id =>
      database.transaction(async tx => {
        const row = await find(tx, id)
        await jobs.remove(tx, DEAD_LETTERS, row.id)
        await jobs.remove(tx, row.queue, row.original)
      }),
  }
}

/** Where order counts, the failed job still stands in its place and holds its successors: it is tried right there. */
async function replay(tx: Sql, jobs: Jobs, row: Row): Promise<void> {
  const [inOrder] = await tx.query(
    `SELECT 1 FROM ${QUEUE_SCHEMA}.job
     WHERE name = $1 AND id = $2 AND state = 'failed' AND policy = 'key_strict_fifo'`,
    [row.queue, row.original],
  )
  if (inOrder) {
    await jobs.retry(tx, row.queue, row.original)
    await jobs.remove(tx, DEAD_LETTERS, row.id)
    return
  }
  await jobs.remove(tx, row.queue, row.original)
  if (await jobs.redrive(tx, row.id)) return
  throw new PlatformError(
    'conflict',
    {
      en: `The queue ${row.queue} of this dead letter is gone.`,
      nl: `De wachtrij ${row.queue} van deze vastgelopen taak is er niet meer.`,
    },
    { next: { en: 'Discard it.', nl: 'Geef de taak op.' } },
  )
}

async function find(tx: Sql, id: string): Promise<Row> {
  const [row] = await tx.query<Row>(`${SELECT} AND id = $1 FOR UPDATE`, [id])
  if (row) return row
  throw new PlatformError(
    'not-found',
    { en: `There is no dead letter ${id}.`, nl: `Er is geen vastgelopen taak ${id}.` },
    {
      next: {
        en: 'It may have been replayed or discarded meanwhile: look at the list again.',
        nl: 'Misschien is die intussen opnieuw geprobeerd of opgegeven: bekijk de lijst opnieuw.',
      },
    },
  )
}

async function list(
  sql: Sql,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ items: DeadLetter[]; next: string | null }> {
  const after = page.cursor === undefined ? null : decode(page.cursor)
  const rows = await sql.query<Row & { exact: string }>(
    `${SELECT.replace('SELECT id', 'SELECT created_on::text AS exact, id')}
     ${after ? 'AND (created_on, id) < ($2::timestamptz, $3::uuid)' : ''}
     ORDER BY created_on DESC, id DESC LIMIT $1`,
    [page.limit + 1, ...(after ?? [])],
  )
  const shown = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? shown.at(-1) : undefined
  return { items: shown.map(view), next: last ? encode(last.exact, last.id) : null }
}

function view(row: Row): DeadLetter {
  // Of a handler the data is the event it failed at; of a task it says what it concerns.
  const handler = row.queue.startsWith('on.') ? row.queue.slice('on.'.length) : undefined
  const subject = row.webhook ?? textIn(row.data, handler === undefined ? 'subject' : 'stream')
  const event = handler === undefined ? undefined : textIn(row.data, 'type')
  return {
    id: row.id,
    queue: row.queue,
    at: row.at.toISOString(),
    attempts: row.retries + 1,
    error: textIn(row.output, 'message') ?? textIn(row.output, 'value') ?? 'Nothing was said.',
    ...(subject === undefined ? {} : { subject }),
    ...(handler === undefined ? {} : { handler }),
    ...(event === undefined ? {} : { event }),
  }
}

function textIn(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1]
  return typeof found === 'string' ? found : undefined
}

// Microseconds, as the database has them: a Date would cut them off and show rows twice.
function encode(at: string, id: string): string {
  return Buffer.from(`${at}|${id}`).toString('base64url')
}

const CURSOR = /^([\d :.+-]+)\|([0-9a-f-]{36})$/

function decode(cursor: string): [string, string] {
  const [, at, id] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (at !== undefined && id !== undefined) return [at, id]
  throw new PlatformError(
    'request-invalid',
    { en: 'This cursor is not one of ours.', nl: 'Deze cursor is niet van ons.' },
    { next: { en: 'Start from the first page.', nl: 'Begin bij de eerste pagina.' } },
  )
}
