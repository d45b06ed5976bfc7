/**
 * Events as they happen, for whoever watches. One reader per category and process, woken by NOTIFY, hands each event to all
 * followers; a follower that comes with a cursor first reads from the database what it missed.
 *
 * A follower that takes events too slowly is let go: its iteration ends, and it comes back with its cursor.
 */
import type { Database } from '../adapters/database/database.ts'
import { WakeLoop } from '../adapters/database/wake-loop.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { lastPosition, readCategory } from './store.ts'
import type { StoredEvent } from './types.ts'

/** `cursor` leads to what comes after this event. */
export type FeedEvent = StoredEvent & { readonly cursor: string }

type FollowOptions = {
  categories: readonly string[]
  /** Cursor of the last event that was seen; from now on when absent. */
  after?: string | undefined
  /** Ends the iteration. */
  signal?: AbortSignal | undefined
}

export type EventFeed = {
  /** In order within a category. Throws `request-invalid` for a foreign cursor. */
  follow(options: FollowOptions): AsyncIterable<FeedEvent>
  /** Ends every iteration. */
  close(): Promise<void>
}

export type FeedOptions = {
  /** Events that may wait for one follower; 1,000 when absent. */
  buffer?: number
  onError?: (error: unknown) => void
}

const PAGE = 500

export function openFeed(database: Database, options: FeedOptions = {}): EventFeed {
  const tails = new Map<string, Tail>()
  const tailOf = (category: string): Tail => {
    const known = tails.get(category)
    if (known) return known
    const tail = new Tail(database, category, options.onError)
    tails.set(category, tail)
    return tail
  }
  return {
    follow: how => follow(database, how.categories.map(tailOf), how, options.buffer ?? 1_000),
    close: async () => {
      await Promise.all([...tails.values()].map(tail => tail.close()))
    },
  }
}

async function* follow(
  database: Database,
  tails: readonly Tail[],
  { after, signal }: FollowOptions,
  buffer: number,
): AsyncGenerator<FeedEvent> {
  const seen = new Map(after === undefined ? [] : decodeCursor(after))
  if (signal?.aborted) return
  const follower = new Follower(buffer)
  const end = () => follower.end()
  signal?.addEventListener('abort', end)
  const told = (event: StoredEvent, category: string): FeedEvent => {
    seen.set(category, event.globalPosition)
    return { ...event, cursor: encodeCursor(seen) }
  }
  try {
    const missed: { tail: Tail; until: number }[] = []
    for (const tail of tails) {
      const until = await tail.join(follower)
      if (seen.has(tail.category)) missed.push({ tail, until })
      else seen.set(tail.category, until)
    }
    for (const { tail, until } of missed) {
      for await (const event of past(database, tail.category, seen, until)) {
        if (signal?.aborted) return
        yield told(event, tail.category)
      }
    }
    if (signal?.aborted) return
    for await (const { event, category } of follower.events()) {
      if (event.globalPosition > (seen.get(category) ?? 0)) yield told(event, category)
    }
  } finally {
    signal?.removeEventListener('abort', end)
    for (const tail of tails) await tail.leave(follower)
  }
}

/** What was appended after the cursor and up to a position. */
async function* past(
  database: Database,
  category: string,
  seen: ReadonlyMap<string, number>,
  until: number,
): AsyncGenerator<StoredEvent> {
  for (let from = seen.get(category) ?? 0; from < until; ) {
    const events = await readCategory(database, category, from, PAGE)
    for (const event of events) if (event.globalPosition <= until) yield event
    const last = events.at(-1)
    if (!last) return
    from = last.globalPosition
  }
}

/** The end of one category, read once per process. It reads while somebody follows. */
class Tail {
  readonly category: string
  readonly #database: Database
  readonly #onError: ((error: unknown) => void) | undefined
  readonly #followers = new Set<Follower>()
  #position = 0
  #reading: Promise<WakeLoop> | undefined

  constructor(database: Database, category: string, onError?: (error: unknown) => void) {
    this.#database = database
    this.category = category
    this.#onError = onError
  }

  /** Answers the position after which the follower is handed every event. */
  async join(follower: Follower): Promise<number> {
    this.#followers.add(follower)
    this.#reading ??= this.#start()
    try {
      await this.#reading
    } catch (error) {
      this.#reading = undefined
      throw error
    }
    return this.#position
  }

  async leave(follower: Follower): Promise<void> {
    this.#followers.delete(follower)
    if (this.#followers.size > 0) return
    const reading = this.#reading
    this.#reading = undefined
    await (await reading?.catch(() => undefined))?.stop()
  }

  async close(): Promise<void> {
    for (const follower of [...this.#followers]) {
      follower.end()
      await this.leave(follower)
    }
  }

  async #start(): Promise<WakeLoop> {
    this.#position = await lastPosition(this.#database, this.category)
    const loop = new WakeLoop({
      database: this.#database,
      channel: 'events',
      concerns: payload => payload === this.category,
      step: () => this.#read(),
      onError: this.#onError,
    })
    await loop.start()
    return loop
  }

  async #read(): Promise<boolean> {
    const events = await readCategory(this.#database, this.category, this.#position, PAGE)
    for (const event of events) {
      this.#position = event.globalPosition
      for (const follower of this.#followers) follower.push({ event, category: this.category })
    }
    return events.length === PAGE
  }
}

type Handed = { event: StoredEvent; category: string }

/** A bounded buffer between the readers and one follower. */
class Follower {
  readonly #limit: number
  #waiting: Handed[] = []
  #wake = () => {}
  #ended = false

  constructor(limit: number) {
    this.#limit = limit
  }

  push(handed: Handed): void {
    if (this.#ended) return
    if (this.#waiting.length === this.#limit) this.end()
    else this.#waiting.push(handed)
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#waiting = []
    this.#wake()
  }

  async *events(): AsyncGenerator<Handed> {
    while (!this.#ended) {
      const next = this.#waiting.shift()
      if (next) yield next
      else
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
    }
  }
}
