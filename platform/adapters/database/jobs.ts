/**
 * Durable jobs on pg-boss, in the same PostgreSQL as everything else, so that a job can be part of the transaction that
 * makes it necessary. At least once: a job whose worker died is taken over about ten seconds after its last heartbeat.
 *
 *   created ─▶ active ─▶ completed
 *     ▲          │ thrown, heartbeat lost, expired
 *     └─ retry ◀─┤ with backoff, while tries are left
 *                └▶ failed, and a copy in the queue of dead letters
 *
 * pg-boss's own worker sleeps a poll after each batch. Each of ours is registered alone, so that its id is known, and wakes
 * itself when it has finished one: while there is work, none sleeps.
 */
import { randomUUID } from 'node:crypto'
import { PgBoss } from 'pg-boss'
import { PlatformError } from '../../errors.ts'
import type { Sql } from './database.ts'

/** The schema that pg-boss keeps its queues in. */
export const QUEUE_SCHEMA = 'pgboss'

/** Jobs that used up their tries, of every queue. */
export const DEAD_LETTERS = 'dead'

/** A notification wakes the loops; polling finds what waited for its time, such as a retry. Each loop polls by itself. */
const POLL_SECONDS = 2
const HEARTBEAT_SECONDS = 10
const SUPERVISE_SECONDS = 2
const DAY_SECONDS = 86_400
/** A stop that its handlers ignore gives up so long after it has aborted them. */
const DEAF_MS = 10_000

type QueueOptions = {
  /** Jobs of one key run one after the other, in the order they came, whichever process runs them. */
  keyed: boolean
  /** Tries after the first one. A takeover of a dead worker's job uses one up too. */
  retryLimit: number
  /** Backoff starts at one second and grows to this. */
  retryDelayMax: number
  /** A try that takes longer is given up and made again. At most 24 hours. */
  expireInSeconds: number
}

type NewJob = {
  data: object
  key?: string | undefined
  startAfter?: Date | undefined
  /** Higher goes first; 0 when absent. */
  priority?: number | undefined
  /** Whose it is, to count by. */
  group?: string | undefined
}

type Job = {
  id: string
  data: unknown
  /** 1 for the first try. */
  attempt: number
  /** Aborts when the claim is lost (another worker has the job) or the worker stops. */
  signal: AbortSignal
}

type JobHandler = (job: Job) => Promise<void>

type WorkOptions = {
  /** Fetch loops of this process. */
  workers: number
  /** Jobs per fetch; they run side by side and are settled together. */
  batch: number
  /** How long a stop waits for what runs before it aborts its signal. */
  graceMs: number
}

export type Jobs = {
  /** Makes the queue when it is not there; options of a queue that is there are brought up to date. */
  define(queue: string, options: QueueOptions): Promise<void>
  /** Part of the caller's transaction. */
  insert(tx: Sql, queue: string, jobs: readonly NewJob[]): Promise<void>
  /** A handler that throws has its job tried again. The function given back stops, and waits for what runs. */
  work(queue: string, options: WorkOptions, handle: JobHandler): Promise<() => Promise<void>>
  /** Puts a dead letter back where it came from, as part of the transaction. */
  redrive(tx: Sql, id: string): Promise<boolean>
  /** Gives a failed job one more try in its old place, as part of the transaction. */
  retry(tx: Sql, queue: string, id: string): Promise<void>
  remove(tx: Sql, queue: string, id: string): Promise<void>
  close(): Promise<void>
}

export type JobsOptions = {
  /** Runtime URL of a database that `migrate` has brought up to date. */
  url: string
  maxConnections?: number
  onError?: (error: Error) => void
}

/** Opens pg-boss with a pool and a listening connection of its own. Rejects when the schema is not there or not current. */
export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const boss = new PgBoss({
    connectionString: options.url,
    application_name: 'kade-jobs',
    schema: QUEUE_SCHEMA,
    max: options.maxConnections ?? 8,
    migrate: false,
    schedule: false,
    // Rebuilding an index takes its owner.
    reindex: false,
    useListenNotify: true,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
  })
  boss.on('error', error => options.onError?.(error))
  try {
    await boss.start()
    await boss.createQueue(DEAD_LETTERS, { retentionSeconds: 3_650 * DAY_SECONDS })
  } catch (cause) {
    await boss.stop({ graceful: false }).catch(() => {})
    throw new PlatformError('database-unreachable', 'The task queue could not be opened.', {
      cause,
      next: 'Check that PostgreSQL runs and that its migrations have run.',
    })
  }
  return {
    define: (queue, queueOptions) => define(boss, queue, queueOptions),
    insert: (tx, queue, jobs) => insert(boss, tx, queue, jobs),
    work: (queue, work, handle) => startWorkers(boss, queue, work, handle),
    redrive: async (tx, id) =>
      (await boss.redrive(DEAD_LETTERS, { ids: [id], db: inside(tx) })) > 0,
    retry: async (tx, queue, id) => {
      await boss.retry(queue, id, { db: inside(tx) })
    },
    remove: async (tx, queue, id) => {
      await boss.deleteJob(queue, id, { db: inside(tx) })
    },
    close: () => boss.stop({ graceful: true, timeout: 5_000 }),
  }
}

async function define(boss: PgBoss, queue: string, options: QueueOptions): Promise<void> {
  const settings = {
    retryLimit: options.retryLimit,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: options.retryDelayMax,
    expireInSeconds: options.expireInSeconds,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    deadLetter: DEAD_LETTERS,
    deleteAfterSeconds: DAY_SECONDS,
    notify: true,
  }
  await boss.createQueue(queue, {
    ...settings,
    policy: options.keyed ? 'key_strict_fifo' : 'standard',
  })
  await boss.updateQueue(queue, settings)
}

async function insert(
  boss: PgBoss,
  tx: Sql,
  queue: string,
  jobs: readonly NewJob[],
): Promise<void> {
  if (jobs.length === 0) return
  const ids = ascendingIds(jobs.length)
  const rows = jobs.map(({ data, key, startAfter, priority, group }, index) => ({
    data,
    id: ids[index] ?? randomUUID(),
    // pg-boss refuses a key that is there without a value.
    ...(key === undefined ? {} : { singletonKey: key }),
    ...(startAfter === undefined ? {} : { startAfter }),
    ...(priority === undefined ? {} : { priority }),
    ...(group === undefined ? {} : { group: { id: group } }),
  }))
  await boss.insert(queue, rows, { db: inside(tx) })
}

/**
 * UUIDs (version 7) that sort in the order they are made: jobs of one transaction share its time, and pg-boss then takes
 * those of one key in the order of their ids.
 */
function ascendingIds(count: number): string[] {
  const time = Date.now().toString(16).padStart(12, '0')
  return Array.from({ length: count }, (_, index) => {
    const order = index.toString(16).padStart(8, '0')
    const random = randomUUID()
    return `${time.slice(0, 8)}-${time.slice(8)}-7${order.slice(0, 3)}-8${order.slice(3, 6)}-${order.slice(6)}${random.slice(-10)}`
  })
}

/** pg-boss's statements, run inside our transaction. */
function inside(tx: Sql) {
  return {
    executeSql: async (text: string, values?: unknown[]) => ({
      // pg-boss passes strings, numbers, dates, arrays of strings and null.
      rows: await tx.query(text, (values ?? []) as (string | number | null)[]),
    }),
  }
}

async function startWorkers(
  boss: PgBoss,
  queue: string,
  options: WorkOptions,
  handle: JobHandler,
): Promise<() => Promise<void>> {
  const stopping = new AbortController()
  const ids = await Promise.all(
    Array.from({ length: options.workers }, () =>
      startWorker(boss, queue, options.batch, stopping.signal, handle),
    ),
  )
  return async () => {
    const late = setTimeout(
      () => stopping.abort(new Error('This worker is stopping.')),
      options.graceMs,
    )
    let deaf: NodeJS.Timeout | undefined
    await Promise.race([
      Promise.all(ids.map(id => boss.offWork(queue, { id, wait: true }))),
      new Promise(resolve => {
        deaf = setTimeout(resolve, options.graceMs + DEAF_MS)
      }),
    ])
    clearTimeout(late)
    clearTimeout(deaf)
  }
}

async function startWorker(
  boss: PgBoss,
  queue: string,
  batchSize: number,
  stopping: AbortSignal,
  handle: JobHandler,
): Promise<string> {
  let id: string | undefined
  const options = {
    batchSize,
    perJobResults: true,
    pollingIntervalSeconds: POLL_SECONDS,
    notifyPollingIntervalSeconds: POLL_SECONDS,
  } as const
  id = await boss.work<unknown, unknown, typeof options>(queue, options, async batch => {
    const results = await Promise.all(
      batch.map(async ({ id: job, data, retryCount, signal }) => {
        const either = AbortSignal.any([signal, stopping])
        try {
          await handle({ id: job, data, attempt: retryCount + 1, signal: either })
          return { id: job, status: 'completed' as const }
        } catch (error) {
          return { id: job, status: 'failed' as const, output: described(error) }
        }
      }),
    )
    if (id !== undefined) boss.notifyWorker(id)
    return results
  })
  return id
}

/** What is kept of an error beside its job: no stack, and nothing of what it carries. */
function described(error: unknown): { name: string; message: string; code?: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const code = 'code' in error ? { code: String(error.code) } : {}
  return { name: error.name, message: error.message, ...code }
}
