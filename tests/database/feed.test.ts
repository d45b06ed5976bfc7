import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeCursor } from '#platform/events/cursor.ts'
import { type EventFeed, type FeedEvent, openFeed } from '#platform/events/feed.ts'
import { append } from '#platform/events/store.ts'
import { type MigratedDatabase, startMigratedDatabase, updated } from './migrated-database.ts'

let db: MigratedDatabase
let feed: EventFeed

beforeAll(async () => {
  db = await startMigratedDatabase()
  feed = openFeed(db.database)
})
afterAll(async () => {
  await feed.close()
  await db.stop()
})

async function tell(stream: string, message: string): Promise<void> {
  await db.database.transaction(tx => append(tx, stream, null, [updated('x', message)]))
}

function messageOf(event: FeedEvent): string {
  return event.type === 'ClusterUpdated' ? event.data.message : event.type
}

/** The next `count` events of an iteration that stays open. */
async function take(events: AsyncIterator<FeedEvent>, count: number): Promise<FeedEvent[]> {
  const taken: FeedEvent[] = []
  while (taken.length < count) {
    const next = await events.next()
    if (next.done) break
    taken.push(next.value)
  }
  return taken
}

function follow(categories: string[], after?: string) {
  const ending = new AbortController()
  const events = feed.follow({ categories, after, signal: ending.signal })[Symbol.asyncIterator]()
  return { events, end: () => ending.abort() }
}

/** An iteration only begins with its first `next`: this one is past that, and has seen `hello`. */
async function following(category: string, after?: string) {
  const { events, end } = follow([category], after)
  const first = take(events, 1)
  let told = false
  void first.then(() => {
    told = true
  })
  while (!told) {
    await tell(`${category}-hello`, 'hello')
    await Promise.race([first, new Promise(resolve => setTimeout(resolve, 50))])
  }
  return { events, end }
}

describe('a follower', () => {
  it('without a cursor sees what happens from now on', async () => {
    await tell('live-1', 'before')
    const { events, end } = await following('live')
    await tell('live-1', 'after')
    let event: FeedEvent | undefined
    do [event] = await take(events, 1)
    while (event && messageOf(event) === 'hello')
    expect(event && messageOf(event)).toBe('after')
    end()
    expect(await events.next()).toMatchObject({ done: true })
  })

  it('comes back with its cursor and misses nothing, whatever happened meanwhile', async () => {
    for (let n = 0; n < 5; n++) await tell('back-1', `${n}`)
    const first = follow(['back'], 'back.0')
    const [a, b] = await take(first.events, 2)
    first.end()
    expect([a, b].map(event => event && messageOf(event))).toEqual(['0', '1'])
    for (let n = 5; n < 8; n++) await tell('back-2', `${n}`)
    const second = follow(['back'], b?.cursor)
    const rest = await take(second.events, 6)
    expect(rest.map(messageOf)).toEqual(['2', '3', '4', '5', '6', '7'])
    second.end()
  })

  it('keeps a place in each category', async () => {
    await tell('left-1', 'l1')
    await tell('right-1', 'r1')
    const { events, end } = follow(['left', 'right'], 'left.0~right.0')
    const seen = await take(events, 2)
    expect(seen.map(messageOf)).toEqual(['l1', 'r1'])
    expect([...decodeCursor(seen[1]?.cursor ?? '').keys()]).toEqual(['left', 'right'])
    end()
  })

  it('sees each event once and in order while it catches up with a busy writer', async () => {
    let writing = true
    const writer = (async () => {
      for (let n = 0; writing; n++) await tell('busy-1', `${n}`)
    })()
    await tell('busy-2', 'start')
    for (let round = 0; round < 5; round++) {
      const { events, end } = follow(['busy'], 'busy.0')
      const positions = (await take(events, 100)).map(event => event.globalPosition)
      expect(positions).toEqual([...new Set(positions)].toSorted((x, y) => x - y))
      expect(positions).toHaveLength(100)
      end()
    }
    writing = false
    await writer
  })

  it('that is too slow is let go, and goes on from its cursor', async () => {
    const small = openFeed(db.database, { buffer: 3 })
    await tell('slow-1', 'first')
    const events = small.follow({ categories: ['slow'], after: 'slow.0' })[Symbol.asyncIterator]()
    const [first] = await take(events, 1)
    for (let n = 0; n < 20; n++) await tell('slow-1', `${n}`)
    const before = await take(events, 100)
    expect(before.length).toBeLessThan(20)
    const cursor = before.at(-1)?.cursor ?? first?.cursor
    await tell('slow-1', 'end')
    const again = follow(['slow'], cursor)
    const after = await take(again.events, 21 - before.length)
    const all = Array.from({ length: 20 }, (_, n) => `${n}`)
    expect([...before, ...after].map(messageOf)).toEqual([...all, 'end'])
    again.end()
    await small.close()
  })

  it('with a cursor that is not ours is refused', async () => {
    for (const after of ['', 'x', "back.1'--", 'back.-1', 'back.1~', `back.${'9'.repeat(30)}`]) {
      const { events } = follow(['back'], after)
      await expect(events.next()).rejects.toMatchObject({ code: 'request-invalid' })
    }
  })

  it('ends when the feed closes', async () => {
    const closing = openFeed(db.database)
    const events = closing.follow({ categories: ['closing'], after: 'closing.0' })
    const iteration = events[Symbol.asyncIterator]()
    await tell('closing-1', 'x')
    await take(iteration, 1)
    const end = iteration.next()
    await closing.close()
    expect(await end).toMatchObject({ done: true })
  })
})
