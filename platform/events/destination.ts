/**
 * Hands events to a driver in the order of their category, batch by batch: a cursor per driver and category moves when the
 * destination has a batch. While it is away the cursor stands still, so that nothing is lost and nothing piles up.
 *
 *   lease ─▶ read after the cursor ─▶ CloudEvents ─▶ publish ─▶ move the cursor
 *                                                      └─ failed: the lease is given back, and tried for again after a rest
 *
 * A lease lets one process at a time do it. It is no lock: where it is lost in the middle, a batch is sent twice.
 */
import { randomUUID } from 'node:crypto'
import type { BusDriver } from '../adapters/bus/bus-driver.ts'
import type { Database, Sql } from '../adapters/database/database.ts'
import { WakeLoop } from '../adapters/database/wake-loop.ts'
import { cloudEvent } from './cloud-event.ts'
import { openPlaces, type PlaceOf, toldCategories } from './places.ts'
import { lastPosition, positionBefore, readCategory } from './store.ts'

export type DestinationOptions = {
  database: Database
  driver: BusDriver
  /** `source` of the CloudEvents. */
  source: string
  /** Where a driver begins that has no cursor yet: `now` when absent, or the beginning. */
  start?: 'now' | 'beginning'
  categories?: readonly string[]
  /** Looks every few seconds only, and not at once: for where many destinations follow and nobody waits. */
  unhurried?: boolean
  /** Milliseconds for one batch; 10,000 when absent. */
  publishMs?: number
  /** Told once per category when the destination goes away, not at every try. */
  onError?: ((error: unknown) => void) | undefined
}

export type Destination = {
  /** Sends again every event beyond a global position (0: all there are) of each category, or from a moment on. */
  replay(from: number | Date): Promise<void>
  /** Waits for the batch that is under way. */
  stop(): Promise<void>
}

const BATCH = 200
const PUBLISH_MS = 10_000
/** After a failure; longer than the others poll (`wake-loop.ts`). */
const REST_MS = 3_500
/** Longer than a batch may take. */
const LEASE_SECONDS = 20

/** Starts handing events to the driver; several processes may, and one of them does. */
export async function startDestination(options: DestinationOptions): Promise<Destination> {
  const { database, driver, onError, categories = toldCategories } = options
  const holder = randomUUID()
  const stopping = new AbortController()
  const placeOf = openPlaces(database)
  for (const category of categories) await beginCursor(database, driver, category, options.start)
  await driver.start()
  const loops = categories.map(category => {
    let away = false
    let restUntil = 0
    const flow = { size: BATCH }
    return new WakeLoop({
      database,
      channel: 'events',
      concerns: payload => !options.unhurried && payload === category,
      step: async () => {
        if (performance.now() < restUntil) return false
        try {
          const more = await deliver(options, category, holder, placeOf, stopping.signal, flow)
          if (more) away = false
          return more
        } catch (error) {
          // Another process may reach it: that one finds the lease free before this one asks again.
          restUntil = performance.now() + REST_MS
          await giveBack(database, cursorOf(driver, category), holder)
          throw error
        }
      },
      onError: error => {
        if (!away && !stopping.signal.aborted) onError?.(error)
        away = true
      },
    })
  })
  await Promise.all(loops.map(loop => loop.start()))
  return {
    async replay(from) {
      for (const category of categories) {
        const position =
          from instanceof Date ? await positionBefore(database, category, from) : from
        await database.query('UPDATE kade.cursor SET position = $2 WHERE name = $1', [
          cursorOf(driver, category),
          position,
        ])
      }
      for (const loop of loops) loop.wake()
    },
    async stop() {
      stopping.abort(new Error('This process is stopping.'))
      await Promise.all(loops.map(loop => loop.stop()))
      await driver.stop()
      await database.query('DELETE FROM kade.lease WHERE holder = $1', [holder])
    },
  }
}

async function deliver(
  { database, driver, source, publishMs = PUBLISH_MS }: DestinationOptions,
  category: string,
  holder: string,
  placeOf: PlaceOf,
  stopping: AbortSignal,
  flow: { size: number },
): Promise<boolean> {
  const cursor = cursorOf(driver, category)
  if (!(await takeLease(database, cursor, holder))) return false
  const [row] = await database.query<{ position: number }>(
    'SELECT position FROM kade.cursor WHERE name = $1',
    [cursor],
  )
  const after = row?.position ?? 0
  const events = await readCategory(database, category, after, flow.size)
  const last = events.at(-1)
  if (!last) return false
  const batch = []
  for (const event of events) {
    const place = await placeOf(event)
    // Of what nobody knows whose it is, nobody is told.
    if (place) batch.push(cloudEvent(event, place, source))
  }
  const deadline = AbortSignal.timeout(publishMs)
  try {
    if (batch.length > 0) await driver.publish(batch, AbortSignal.any([stopping, deadline]))
    flow.size = Math.min(BATCH, flow.size * 2)
  } catch (error) {
    // Too slow for so many: the same batch again would end the same way.
    if (deadline.aborted) flow.size = Math.ceil(flow.size / 2)
    throw error
  }
  // Only from where this batch began: a replay that was asked for meanwhile holds.
  await database.query('UPDATE kade.cursor SET position = $3 WHERE name = $1 AND position = $2', [
    cursor,
    after,
    last.globalPosition,
  ])
  return true
}

async function takeLease(sql: Sql, name: string, holder: string): Promise<boolean> {
  const rows = await sql.query(
    `INSERT INTO kade.lease AS l (name, holder, until) VALUES ($1, $2, now() + make_interval(secs => $3))
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
       WHERE l.holder = excluded.holder OR l.until < now()
     RETURNING 1`,
    [name, holder, LEASE_SECONDS],
  )
  return rows.length > 0
}

async function giveBack(sql: Sql, name: string, holder: string): Promise<void> {
  await sql.query('DELETE FROM kade.lease WHERE name = $1 AND holder = $2', [name, holder])
}

function cursorOf(driver: BusDriver, category: string): string {
  return `to.${driver.name}.${category}`
}

async function beginCursor(
  database: Database,
  driver: BusDriver,
  category: string,
  start: 'now' | 'beginning' = 'now',
): Promise<void> {
  const position = start === 'now' ? await lastPosition(database, category) : 0
  await database.query(
    'INSERT INTO kade.cursor (name, position) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
    [cursorOf(driver, category), position],
  )
}
