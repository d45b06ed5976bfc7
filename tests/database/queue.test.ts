import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Task } from '#platform/federation/cluster-agent.ts'
import { openQueue, type Queue, startSweep } from '#platform/orchestration/queue.ts'
import { type MigratedDatabase, startMigratedDatabase } from './migrated-database.ts'

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

const task = (cluster: string, subject: string) => ({ kind: 'advance', cluster, subject }) as const

async function enqueue(cluster: string, subject: string, key = subject): Promise<void> {
  await db.database.transaction(tx => queue.enqueue(tx, task(cluster, subject), { key }))
}

const soon = { timeout: 20_000, interval: 20 }

describe('tasks', () => {
  it('of 200 deployments are done in far less than a poll each', async () => {
    for (let n = 0; n < 200; n++) await enqueue('busy', `operation-${n}`)
    const started = performance.now()
    const done = new Set<string>()
    stops.push(
      await queue.serve('busy', async ({ subject }) => {
        done.add(subject)
      }),
    )
    await vi.waitFor(() => expect(done.size).toBe(200), soon)
    const seconds = (performance.now() - started) / 1000
    console.log(`200 queued tasks drained in ${seconds.toFixed(2)} s`)
    expect(seconds).toBeLessThan(5)
  })

  it('of one deployment never run side by side, while those of others go on', async () => {
    const running = new Map<string, number>()
    const done: string[] = []
    let overlaps = 0
    let most = 0
    stops.push(
      await queue.serve('keyed', async ({ subject }) => {
        const [key = ''] = subject.split('/')
        running.set(key, (running.get(key) ?? 0) + 1)
        if (running.get(key) !== 1) overlaps++
        most = Math.max(most, [...running.values()].filter(count => count > 0).length)
        await new Promise(resolve => setImmediate(resolve))
        running.set(key, (running.get(key) ?? 0) - 1)
        done.push(subject)
      }),
    )
    await db.database.transaction(async tx => {
      for (let n = 0; n < 10; n++) {
        for (const key of ['one', 'two', 'three']) {
          await queue.enqueue(tx, task('keyed', `${key}/${n}`), { key })
        }
      }
    })
    await vi.waitFor(() => expect(done).toHaveLength(30), soon)
    const ones = done.filter(subject => subject.startsWith('one/'))
    expect(ones).toEqual(Array.from({ length: 10 }, (_, n) => `one/${n}`))
    expect(overlaps).toBe(0)
    expect(most).toBeGreaterThan(1)
  })

  it('of teams take turns, and what has begun goes before them all', async () => {
    const add = (subject: string, how: object) =>
      db.database.transaction(tx => queue.enqueue(tx, task('fair', subject), how))
    for (let n = 0; n < 5; n++) await add(`busy/${n}`, { team: 'busy' })
    for (let n = 0; n < 2; n++) await add(`small/${n}`, { team: 'small' })
    await add('begun', { goesOn: true })
    const done: string[] = []
    stops.push(
      await queue.serve('fair', async ({ subject }) => void done.push(subject), { concurrency: 1 }),
    )
    await vi.waitFor(() => expect(done).toHaveLength(8), soon)
    expect(done.slice(0, 5)).toEqual(['begun', 'busy/0', 'small/0', 'busy/1', 'small/1'])
    expect(done.slice(5)).toEqual(['busy/2', 'busy/3', 'busy/4'])
  })

  it('wait until they are due', async () => {
    const due = new Date(Date.now() + 1_500)
    let at = 0
    stops.push(
      await queue.serve('later', async () => {
        at = Date.now()
      }),
    )
    await db.database.transaction(tx => queue.enqueue(tx, task('later', 'x'), { startAfter: due }))
    await vi.waitFor(() => expect(at).toBeGreaterThan(0), soon)
    expect(at).toBeGreaterThanOrEqual(due.getTime())
  })

  it('that throw are tried again with a higher attempt', async () => {
    const attempts: number[] = []
    stops.push(
      await queue.serve('flaky', async ({ attempt }) => {
        attempts.push(attempt)
        if (attempt < 2) throw new Error('not yet')
      }),
    )
    await enqueue('flaky', 'x')
    await vi.waitFor(() => expect(attempts).toEqual([1, 2]), soon)
  })

  it('in hand when a worker stops are handed back and finished by another one', async () => {
    const taken = Promise.withResolvers<void>()
    const stop = await queue.serve(
      'handover',
      async (_, signal) => {
        taken.resolve()
        await once(signal, 'abort')
        throw signal.reason
      },
      { graceMs: 100 },
    )
    await enqueue('handover', 'x')
    await taken.promise
    await stop()
    const done: Task[] = []
    stops.push(
      await queue.serve('handover', async one => {
        done.push(one)
      }),
    )
    await vi.waitFor(() => expect(done).toHaveLength(1), soon)
    expect(done[0]?.attempt).toBe(2)
  })
})

describe('a worker that is killed', () => {
  it('has its task taken over by another process within seconds of its last heartbeat', async () => {
    const child = worker()
    const lines = createInterface({ input: child.stdout })
    const said: string[] = []
    lines.on('line', line => said.push(line))
    await vi.waitFor(() => expect(said).toContain('ready'), soon)
    await enqueue('a', 'survivor')
    await vi.waitFor(() => expect(said).toContain('took survivor'), soon)
    const killed = performance.now()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const done: Task[] = []
    stops.push(
      await queue.serve('a', async one => {
        done.push(one)
      }),
    )
    await vi.waitFor(() => expect(done).toHaveLength(1), { timeout: 30_000, interval: 50 })
    const seconds = (performance.now() - killed) / 1000
    console.log(`taken over ${seconds.toFixed(1)} s after SIGKILL`)
    expect(done[0]).toMatchObject({ subject: 'survivor', attempt: 2 })
    expect(seconds).toBeLessThan(18)
  })
})

describe('a dead letter', () => {
  /** A task whose tries are used up, without waiting for fifteen of them. */
  async function kill(cluster: string, subject: string, key: string): Promise<void> {
    const tried = Promise.withResolvers<void>()
    await enqueue(cluster, subject, key)
    await db.database.query(`UPDATE pgboss.job SET retry_limit = 0 WHERE name = $1`, [
      `deploy.${cluster}`,
    ])
    const stop = await queue.serve(cluster, async () => {
      tried.resolve()
      throw new Error(`no luck with ${subject}`)
    })
    await tried.promise
    await stop()
  }

  it('is listed with its error, and is tried again when replayed', async () => {
    await kill('dead', 'first', 'd1')
    const { items } = await queue.deadLetters.list({ limit: 10 })
    expect(items).toMatchObject([
      { queue: 'deploy.dead', subject: 'first', attempts: 1, error: 'no luck with first' },
    ])
    await queue.deadLetters.replay(items[0]?.id ?? '')
    expect((await queue.deadLetters.list({ limit: 10 })).items).toEqual([])
    const done: string[] = []
    stops.push(
      await queue.serve('dead', async ({ subject }) => {
        done.push(subject)
      }),
    )
    await vi.waitFor(() => expect(done).toEqual(['first']), soon)
  })

  it('does not hold up the next task of its deployment', async () => {
    await kill('blocked', 'old', 'd2')
    await enqueue('blocked', 'new', 'd2')
    const done: string[] = []
    stops.push(
      await queue.serve('blocked', async ({ subject }) => {
        done.push(subject)
      }),
    )
    await vi.waitFor(() => expect(done).toEqual(['new']), soon)
  })

  it('is gone when discarded, and unknown afterwards', async () => {
    await kill('gone', 'bye', 'd3')
    const { items } = await queue.deadLetters.list({ limit: 10 })
    const id = items.find(item => item.subject === 'bye')?.id ?? ''
    await queue.deadLetters.discard(id)
    await expect(queue.deadLetters.discard(id)).rejects.toMatchObject({ code: 'not-found' })
    await expect(queue.deadLetters.replay(id)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is listed page by page, each once', async () => {
    for (const subject of ['p1', 'p2', 'p3']) await kill('pages', subject, subject)
    const first = await queue.deadLetters.list({ limit: 2 })
    const second = await queue.deadLetters.list({ limit: 200, cursor: first.next ?? '' })
    const ids = [...first.items, ...second.items].map(item => item.id)
    expect(first.items).toHaveLength(2)
    expect(new Set(ids).size).toBe(ids.length)
    expect(second.next).toBeNull()
    await expect(queue.deadLetters.list({ limit: 2, cursor: 'eA' })).rejects.toMatchObject({
      code: 'request-invalid',
    })
  })
})

describe('the sweep', () => {
  it('makes a lost task again, and none that is there', async () => {
    await enqueue('swept', 'there')
    const both = [task('swept', 'there'), task('swept', 'lost')]
    expect(await queue.restore(both)).toBe(1)
    expect(await queue.restore(both)).toBe(0)
    const done: string[] = []
    stops.push(
      await queue.serve('swept', async ({ subject }) => {
        done.push(subject)
      }),
    )
    await vi.waitFor(() => expect(done.toSorted()).toEqual(['lost', 'there']), soon)
  })

  it('goes on after a failure', async () => {
    const errors: unknown[] = []
    let calls = 0
    const stop = startSweep(
      queue,
      async () => {
        if (calls++ === 0) throw new Error('away')
        return []
      },
      { everyMs: 20, onError: error => errors.push(error) },
    )
    await vi.waitFor(() => expect(calls).toBeGreaterThan(2), soon)
    await stop()
    expect(errors).toHaveLength(1)
  })
})

function worker(): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const file = fileURLToPath(new URL('./worker-process.ts', import.meta.url))
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, KADE_TEST_URL: db.runtimeUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  stops.push(async () => {
    child.kill('SIGKILL')
  })
  return child
}
