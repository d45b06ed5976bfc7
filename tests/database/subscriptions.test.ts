import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { append } from '#platform/events/store.ts'
import { type Handler, startSubscriptions } from '#platform/events/subscriptions.ts'
import type { StoredEvent } from '#platform/events/types.ts'
import { openQueue, type Queue } from '#platform/orchestration/queue.ts'
import { type MigratedDatabase, startMigratedDatabase, updated } from './migrated-database.ts'

let db: MigratedDatabase
let queue: Queue
const stops: (() => Promise<void>)[] = []

beforeAll(async () => {
  db = await startMigratedDatabase()
  queue = await openQueue({ database: db.database, url: db.runtimeUrl })
})
afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})
afterAll(async () => {
  await queue.close()
  await db.stop()
})

const soon = { timeout: 20_000, interval: 20 }

async function tell(stream: string, message: string): Promise<void> {
  await db.database.transaction(tx => append(tx, stream, null, [updated('x', message)]))
}

async function subscribe(...handlers: Handler[]) {
  const subscriptions = await startSubscriptions({ database: db.database, queue, handlers })
  stops.push(() => subscriptions.stop())
  return subscriptions
}

/** A handler that keeps the messages it was given. */
function keeper(name: string, category: string, more: Partial<Handler> = {}) {
  const kept: string[] = []
  const handler: Handler = {
    name,
    category,
    wants: ['ClusterUpdated'],
    handle: async event => {
      kept.push(messageOf(event))
    },
    ...more,
  }
  return { kept, handler }
}

function messageOf(event: StoredEvent): string {
  return event.type === 'ClusterUpdated' ? event.data.message : event.type
}

describe('a handler', () => {
  it('gets each event it wants once, and none it does not want', async () => {
    const { kept, handler } = keeper('wants', 'wanted')
    await subscribe(handler)
    for (let n = 0; n < 60; n++) await tell(`wanted-${n % 7}`, `${n}`)
    await db.database.transaction(tx =>
      append(tx, 'wanted-1', null, [{ type: 'SignedIn', data: { account: 'a', by: 'link' } }]),
    )
    await vi.waitFor(() => expect(kept).toHaveLength(60), soon)
    expect(new Set(kept).size).toBe(60)
  })

  it('that is new begins now, or from any position', async () => {
    await tell('begin-1', 'before')
    const now = keeper('begin-now', 'begin')
    const all = keeper('begin-all', 'begin', { start: 0 })
    await subscribe(now.handler, all.handler)
    await tell('begin-1', 'after')
    await vi.waitFor(() => expect(all.kept.toSorted()).toEqual(['after', 'before']), soon)
    await vi.waitFor(() => expect(now.kept).toEqual(['after']), soon)
  })

  it('that fails is tried again, and holds up no other one', async () => {
    let tries = 0
    const good = keeper('calm', 'shared')
    const bad = keeper('troubled', 'shared', {
      handle: async () => {
        if (++tries === 1) throw new Error('not yet')
      },
    })
    await subscribe(good.handler, bad.handler)
    await tell('shared-1', 'x')
    await vi.waitFor(() => expect(good.kept).toEqual(['x']), soon)
    await vi.waitFor(() => expect(tries).toBe(2), soon)
    expect(good.kept).toEqual(['x'])
  })

  it('that ignores its signal does not hang for ever', async () => {
    const kept: string[] = []
    const { handler } = keeper('hanging', 'hang', {
      timeoutMs: 100,
      handle: async event => {
        if (kept.push(messageOf(event)) === 1) await new Promise(() => {})
      },
    })
    await subscribe(handler)
    await tell('hang-1', 'x')
    await vi.waitFor(() => expect(kept).toEqual(['x', 'x']), soon)
  })

  it('that asks for order gets the events of a stream in order, also after a failure', async () => {
    let failed = false
    const kept = new Map<string, string[]>()
    const { handler } = keeper('strict', 'strict', {
      ordered: true,
      handle: async event => {
        if (messageOf(event) === '3' && !failed) {
          failed = true
          throw new Error('once')
        }
        const before = kept.get(event.stream) ?? []
        kept.set(event.stream, [...before, messageOf(event)])
      },
    })
    await db.database.transaction(tx =>
      append(
        tx,
        'strict-1',
        -1,
        Array.from({ length: 10 }, (_, n) => updated('x', `${n}`)),
      ),
    )
    for (let n = 0; n < 10; n++) await tell('strict-2', `${n}`)
    await subscribe({ ...handler, start: 0 })
    const inOrder = Array.from({ length: 10 }, (_, n) => `${n}`)
    await vi.waitFor(() => expect(kept.get('strict-1')).toEqual(inOrder), soon)
    await vi.waitFor(() => expect(kept.get('strict-2')).toEqual(inOrder), soon)
    expect(failed).toBe(true)
  })

  it('is given everything again by a replay, and the others nothing', async () => {
    const again = keeper('again', 'replayed', { start: 0 })
    const other = keeper('other', 'replayed', { start: 0 })
    await tell('replayed-1', 'a')
    await tell('replayed-1', 'b')
    const subscriptions = await subscribe(again.handler, other.handler)
    await vi.waitFor(() => expect(again.kept.toSorted()).toEqual(['a', 'b']), soon)
    await subscriptions.replay('again', 0)
    await vi.waitFor(() => expect(again.kept.toSorted()).toEqual(['a', 'a', 'b', 'b']), soon)
    await vi.waitFor(() => expect(other.kept.toSorted()).toEqual(['a', 'b']), soon)
    await expect(subscriptions.replay('nobody', 0)).rejects.toThrow('nobody')
  })

  it('that runs in two processes gets each event in one of them', async () => {
    const one = keeper('double', 'double')
    const two = keeper('double', 'double')
    await subscribe(one.handler)
    await subscribe(two.handler)
    for (let n = 0; n < 40; n++) await tell(`double-${n}`, `${n}`)
    await vi.waitFor(() => expect([...one.kept, ...two.kept]).toHaveLength(40), soon)
    expect(new Set([...one.kept, ...two.kept]).size).toBe(40)
  })

  it('leaves a dead letter when its tries are used up; in order, its stream waits until it is replayed', async () => {
    let broken = true
    const { kept, handler } = keeper('mourned', 'mourned', {
      ordered: true,
      handle: async event => {
        if (broken && messageOf(event) === 'first') throw new Error('broken')
        kept.push(messageOf(event))
      },
    })
    await subscribe(handler)
    await db.database.query("UPDATE pgboss.queue SET retry_limit = 0 WHERE name = 'on.mourned'")
    await tell('mourned-1', 'first')
    await tell('mourned-1', 'second')
    await tell('mourned-2', 'elsewhere')
    await vi.waitFor(() => expect(kept).toEqual(['elsewhere']), soon)
    const letter = await vi.waitFor(async () => {
      const { items } = await queue.deadLetters.list({ limit: 200 })
      const found = items.find(item => item.queue === 'on.mourned')
      if (!found) throw new Error('no dead letter yet')
      return found
    }, soon)
    expect(letter).toMatchObject({
      error: 'broken',
      handler: 'mourned',
      event: 'ClusterUpdated',
      subject: 'mourned-1',
    })
    await vi.waitFor(async () => {
      const held = await db.database.query(
        "SELECT deletion_seconds FROM pgboss.job WHERE name = 'on.mourned' AND state = 'failed'",
      )
      expect(held, 'is kept for as long as it takes').toEqual([{ deletion_seconds: 0 }])
    }, soon)
    broken = false
    await queue.deadLetters.replay(letter.id)
    await vi.waitFor(() => expect(kept).toEqual(['elsewhere', 'first', 'second']), soon)
  })
})
