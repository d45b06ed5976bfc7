/**
 * Handlers of events. Per category one dispatcher, of all processes, reads the events in order; in one transaction it
 * enqueues a job for each handler that wants an event and moves that handler's cursor. So each handler gets each event at
 * least once, has tries, backoff and dead letters of its own, and never holds up another one.
 *
 *   event ─▶ dispatcher (a cursor per handler) ─▶ queue `on.<handler>` ─▶ handle ─▶ done | tried again | dead letter
 *
 * A handler that is new starts from now or from any position; to replay is to set its cursor back.
 */
import type { Database, Sql } from '../adapters/database/database.ts'
import { type Jobs, QUEUE_SCHEMA } from '../adapters/database/jobs.ts'
import { WakeLoop } from '../adapters/database/wake-loop.ts'
import { lastPosition, positionBefore, readCategory } from './store.ts'
import type { EventName, StoredEvent } from './types.ts'

export type Handler = {
  /** Permanent: it names the cursor and the queue. Letters, digits, `-`, `_` and `.`. */
  readonly name: string
  readonly category: string
  readonly wants: readonly EventName[]
  /** Events of one stream one after the other. One that failed for good then holds up its stream until somebody acts. */
  readonly ordered?: boolean
  /** Where a handler begins that has no cursor yet: `now` when absent, or after this global position (0: the beginning). */
  readonly start?: 'now' | number
  /** Events at a time in one process; 10 when absent. */
  readonly concurrency?: number
  /** Milliseconds until the signal aborts and the try has failed; 30,000 when absent. */
  readonly timeoutMs?: number
  /** May be called again for an event it has handled: after a crash, or in a replay. */
  handle(event: StoredEvent, signal: AbortSignal): Promise<void>
}

export type SubscriptionsOptions = {
  database: Database
  queue: { readonly jobs: Jobs }
  handlers: readonly Handler[]
  onError?: (error: unknown) => void
}

export type Subscriptions = {
  /** Has the handler called again for every event beyond the global position (0: all there are), or from a moment on. */
  replay(handler: string, from: number | Date): Promise<void>
  /** Stops fetching and waits for what runs. */
  stop(): Promise<void>
}

const BATCH = 500
const QUEUE = { retryLimit: 10, retryDelayMax: 60, expireInSeconds: 600 }
const GRACE_MS = 5_000

/** Dispatches events to these handlers and runs them here; several processes may do so with the same handlers. */
export async function startSubscriptions(options: SubscriptionsOptions): Promise<Subscriptions> {
  const { database, queue, handlers, onError } = options
  const byCategory = Map.groupBy(handlers, handler => handler.category)
  for (const handler of handlers) {
    await queue.jobs.define(queueOf(handler.name), { ...QUEUE, keyed: handler.ordered ?? false })
    await beginCursor(database, handler)
  }
  const stops = await Promise.all(handlers.map(handler => work(queue.jobs, handler)))
  const dispatchers = [...byCategory].map(
    ([category, group]) =>
      new WakeLoop({
        database,
        channel: 'events',
        concerns: payload => payload === category,
        step: () => dispatchAlone(database, queue.jobs, category, group),
        onError,
      }),
  )
  await Promise.all(dispatchers.map(one => one.start()))
  return {
    async replay(name, from) {
      const handler = handlers.find(one => one.name === name)
      if (!handler) throw new Error(`There is no handler ${name} here.`)
      const position =
        from instanceof Date ? await positionBefore(database, handler.category, from) : from
      await setCursor(database, cursorOf(name), position)
      for (const one of dispatchers) one.wake()
    },
    async stop() {
      await Promise.all(dispatchers.map(one => one.stop()))
      await Promise.all(stops.map(stop => stop()))
    },
  }
}

/** Sets how far a cursor has read, making it when it is not there. */
async function setCursor(sql: Sql, name: string, position: number): Promise<void> {
  await sql.query(
    `INSERT INTO kade.cursor (name, position) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET position = excluded.position`,
    [name, position],
  )
}

function queueOf(handler: string): string {
  return `on.${handler}`
}

function cursorOf(handler: string): string {
  return `on.${handler}`
}

async function beginCursor(database: Database, handler: Handler): Promise<void> {
  const { start = 'now', category } = handler
  const position = start === 'now' ? await lastPosition(database, category) : start
  await database.query(
    'INSERT INTO kade.cursor (name, position) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
    [cursorOf(handler.name), position],
  )
}

function dispatchAlone(
  database: Database,
  jobs: Jobs,
  category: string,
  handlers: readonly Handler[],
): Promise<boolean> {
  return database.transaction(async tx => {
    const [lock] = await tx.query<{ mine: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtext($1)) AS mine',
      [`kade.dispatch.${category}`],
    )
    // Whoever holds it was woken by the same notification and reads to the end.
    return lock?.mine ? dispatch(tx, jobs, category, handlers) : false
  })
}

async function dispatch(
  tx: Sql,
  jobs: Jobs,
  category: string,
  handlers: readonly Handler[],
): Promise<boolean> {
  if (await clockWentBack(tx, handlers)) return true
  const names = handlers.map(handler => cursorOf(handler.name))
  const rows = await tx.query<{ name: string; position: number }>(
    'SELECT name, position FROM kade.cursor WHERE name = ANY($1) ORDER BY name FOR UPDATE',
    [names],
  )
  const cursors = new Map(rows.map(row => [row.name, row.position]))
  const events = await readCategory(tx, category, Math.min(...cursors.values()), BATCH)
  const last = events.at(-1)
  if (!last) return false
  for (const handler of handlers) {
    const after = cursors.get(cursorOf(handler.name)) ?? last.globalPosition
    const wanted = events.filter(
      event => event.globalPosition > after && handler.wants.includes(event.type),
    )
    await jobs.insert(
      tx,
      queueOf(handler.name),
      wanted.map(data => ({ data, ...(handler.ordered ? { key: data.stream } : {}) })),
    )
  }
  await tx.query('UPDATE kade.cursor SET position = greatest(position, $2) WHERE name = ANY($1)', [
    names,
    last.globalPosition,
  ])
  return events.length === BATCH
}

/**
 * Jobs of a key run in the order of their transactions' start. A process that stalls between beginning its transaction and
 * getting the dispatcher's lock would date its jobs before those another process enqueued meanwhile: it begins anew.
 */
async function clockWentBack(tx: Sql, handlers: readonly Handler[]): Promise<boolean> {
  const ordered = handlers.filter(handler => handler.ordered).map(({ name }) => queueOf(name))
  if (ordered.length === 0) return false
  const [later] = await tx.query(
    `SELECT 1 FROM ${QUEUE_SCHEMA}.job
     WHERE name = ANY($1) AND state = 'created' AND created_on >= now() LIMIT 1`,
    [ordered],
  )
  return later !== undefined
}

function work(jobs: Jobs, handler: Handler): Promise<() => Promise<void>> {
  const options = { workers: 1, batch: handler.concurrency ?? 10, graceMs: GRACE_MS }
  const timeout = handler.timeoutMs ?? 30_000
  return jobs.work(queueOf(handler.name), options, async job => {
    const signal = AbortSignal.any([job.signal, AbortSignal.timeout(timeout)])
    await orAborted(handler.handle(eventOf(job.data), signal), signal)
  })
}

function eventOf(data: unknown): StoredEvent {
  // Only `dispatch` fills these queues, with stored events; JSON has made a text of their date.
  const event = data as StoredEvent & { at: string }
  return { ...event, at: new Date(event.at) }
}

/** Rejects when the signal aborts first: a handler that ignores it would hold its batch for ever. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
  })
  try {
    await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
