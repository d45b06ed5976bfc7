import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { PlatformError } from '#platform/errors.ts'
import type { Database, Sql, SqlValue } from './database.ts'
import { Listener } from './listener.ts'
import { isOutdated, type PreparedNames, preparedNames } from './prepared.ts'

const RETRIES = 3
const CONNECT_TIMEOUT_MS = 10_000
/** Kade's transactions take milliseconds; none waits for anything but the database. */
const IDLE_IN_TRANSACTION_MS = 10_000
const SEARCH_PATH = 'kade,message_store,public'

export type DatabaseOptions = {
  /** Connections of this process besides the one that listens. */
  maxConnections?: number
  statementTimeoutMs?: number
  /** Takes what failed beside any query: a lost idle connection, a listener that reconnects. */
  onError?: (error: Error) => void
}

/**
 * Opens a pool and proves it with one query. Rejects with `database-unreachable` when nobody answers; so does every later
 * call while PostgreSQL is away, and the pool heals by itself. `bigint` comes back as a number. A JavaScript array is
 * sent as a PostgreSQL array: pass a `jsonb` array through `JSON.stringify`.
 */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const onError = options.onError ?? (() => {})
  const pool = new pg.Pool({
    ...connectionOf(url),
    max: options.maxConnections ?? 12,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    // A process that was paused in the middle of a transaction holds its locks: others wait for them less than a statement may.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  })
  // Without these a restart of PostgreSQL ends the process by an uncaught 'error'.
  pool.on('error', onError)
  pool.on('connect', client => client.on('error', onError))
  const listener = new Listener(() => new pg.Client(connectionOf(url)), onError)
  const names = preparedNames()
  const database: Database = {
    // Lists are planned for the values they are asked with, so they are not prepared.
    query: (text, values) => query(pool, { text }, values),
    transaction: run => transaction(pool, names, run),
    listen: (channel, onWake) => listener.listen(channel, onWake),
    close: async () => {
      await listener.close()
      await pool.end()
    },
  }
  try {
    await database.query('SELECT 1')
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

/** How every connection of Kade is made. */
export function connectionOf(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'kade',
    options: `-c search_path=${SEARCH_PATH}`,
    types: { getTypeParser },
  }
}

// Parsers differ in type by oid; pg's own declaration says `any` for what they return.
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 && format !== 'binary'
    ? Number
    : // The overloads of pg.types differ by `format` alone, which is passed on as it came.
      pg.types.getTypeParser(oid, format as 'text')

type Queryable = {
  query(statement: Statement & { values: unknown[] }): Promise<pg.QueryResult>
}

type Statement = { text: string; name?: string | undefined }

async function query<Row extends object>(
  on: Queryable,
  statement: Statement,
  values: readonly SqlValue[] = [],
): Promise<Row[]> {
  try {
    const result = await on.query({ ...statement, values: [...values] })
    // The caller states the row's shape beside its statement; the driver cannot check it.
    return result.rows as Row[]
  } catch (error) {
    throw explained(error)
  }
}

async function transaction<T>(
  pool: pg.Pool,
  names: PreparedNames,
  run: (tx: Sql) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await runOnce(pool, names, run)
    } catch (error) {
      const outdated = isOutdated(error)
      if (outdated) names.renew()
      if (attempt === RETRIES || !(outdated || isCollision(error))) throw error
      await delay(Math.random() * 20 * 2 ** attempt)
    }
  }
}

async function runOnce<T>(
  pool: pg.Pool,
  names: PreparedNames,
  run: (tx: Sql) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch(error => {
    throw explained(error)
  })
  let broken: Error | undefined
  let over = false
  const tx: Sql = {
    query: (text, values) => {
      if (over) throw new Error('This transaction is over: a query came after its end.')
      // Without values a text may hold several statements, which cannot be prepared.
      const name = values?.length ? names.nameOf(text) : undefined
      return query(client, { text, name }, values)
    },
  }
  try {
    await query(client, { text: 'BEGIN' })
    const result = await run(tx)
    over = true
    const { command } = await client.query('COMMIT').catch(error => {
      throw explained(error)
    })
    // PostgreSQL answers COMMIT of a failed transaction by rolling back, without an error.
    if (command === 'ROLLBACK') {
      throw new Error('The transaction was rolled back: a statement in it failed unnoticed.')
    }
    return result
  } catch (error) {
    over = true
    await client.query('ROLLBACK').catch(cause => {
      broken = cause instanceof Error ? cause : new Error(String(cause))
    })
    throw error
  } finally {
    client.release(broken)
  }
}

/** SQLSTATE of an error of PostgreSQL, or undefined. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}

function isCollision(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40001' || state === '40P01'
}

// Connection exceptions, shutdowns and start-ups of the server (SQLSTATE classes 08 and 57P), a full server, and one that
// let a statement wait for too long or ended a transaction that stood still.
const AWAY = /^(08...|57P0[1-5]|53300|57014|25P03)$/
const AWAY_ERRNO = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT'])
const AWAY_TEXT = /Connection terminated|timeout exceeded when trying to connect|not queryable/

function explained(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : ''
  const away = AWAY.test(code) || AWAY_ERRNO.has(code) || AWAY_TEXT.test(error.message)
  if (!away) return error
  return new PlatformError('database-unreachable', 'The database of Kade does not answer.', {
    cause: error,
    next: 'Wait a moment and try again; if it stays, check that PostgreSQL runs and can be reached.',
    retryAfter: 2,
  })
}
