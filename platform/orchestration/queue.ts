/**
 * The task queue of the workers: one queue per cluster, so that work goes only to who serves it. Tasks of one deployment run
 * one after the other. A task is a hint, not a fact: it says "look at this operation", its handler reads what is true and
 * does the rest, so a task too many is harmless, and one that was lost is made again by `restore`.
 *
 * A task that used up its tries becomes a dead letter. Its failed row would hold the next tasks of the same deployment for
 * ever, so it is cleared away: a new operation is not to wait for somebody to look at an old one.
 */
import type { Database, Sql } from '../adapters/database/database.ts'
import { DEAD_LETTERS, type Jobs, openJobs, QUEUE_SCHEMA } from '../adapters/database/jobs.ts'
import type { Task } from '../federation/cluster-agent.ts'
import { startTicks } from '../ticks.ts'
import { type DeadLetters, deadLettersOf } from './dead-letters.ts'

export type NewTask = Omit<Task, 'id' | 'attempt'>

type EnqueueOptions = {
  startAfter?: Date | undefined
  /**
   * Who asks. Teams take turns: a task stands behind as many as its team has waiting there, so that who asks for one thing does not
   * wait for the thousand of another.
   */
  team?: string | undefined
  /** It goes on with what a worker has begun, and goes before what has not. */
  goesOn?: boolean | undefined
  /** Tasks of one key never run side by side: the deployment of an operation. The subject when absent. */
  key?: string | undefined
}

export type ServeOptions = {
  /** Tasks at a time in this process, for this cluster. */
  concurrency?: number
  /** Milliseconds that a stop waits for running tasks before it aborts them; they go to another worker. */
  graceMs?: number
}

type TaskHandler = (task: Task, signal: AbortSignal) => Promise<void>

export type Queue = {
  /** Part of the caller's transaction: no task without its event, no event without its task. */
  enqueue(tx: Sql, task: NewTask, options?: EnqueueOptions): Promise<void>
  /** Takes tasks of a cluster until the function given back has resolved. */
  serve(cluster: string, handle: TaskHandler, options?: ServeOptions): Promise<() => Promise<void>>
  /** Enqueues those that have no task waiting, running or dead; answers how many. The sweep of open operations calls it. */
  restore(tasks: readonly (NewTask & { key?: string | undefined })[]): Promise<number>
  readonly deadLetters: DeadLetters
  /** What the event handlers' queues are made of. */
  readonly jobs: Jobs
  close(): Promise<void>
}

export type OpenQueueOptions = {
  database: Database
  /** Runtime URL of the same database: pg-boss keeps a pool of its own. */
  url: string
  onError?: (error: Error) => void
}

/** A task mostly waits for its cluster: 8 at a time left both of them idle half of the time. */
const CONCURRENCY = 16
const GRACE_MS = 5_000
const TIDY_MS = 3_000
/** Tries for 80 minutes, beyond the deadline of every app: a cluster that comes back in time finds its work still wanted. */
const OPTIONS = { keyed: true, retryLimit: 240, retryDelayMax: 20, expireInSeconds: 3_600 }

/** Opens the queue on a migrated database. */
export async function openQueue(options: OpenQueueOptions): Promise<Queue> {
  const { database, url, onError } = options
  const jobs = await openJobs(onError ? { url, onError } : { url })
  const defined = new Map<string, Promise<void>>()
  const define = (cluster: string): Promise<void> => {
    const known = defined.get(cluster)
    if (known) return known
    const defining = jobs.define(queueOf(cluster), OPTIONS).catch(error => {
      defined.delete(cluster)
      throw error
    })
    defined.set(cluster, defining)
    return defining
  }
  const enqueue = async (tx: Sql, task: NewTask, how: EnqueueOptions = {}): Promise<void> => {
    await define(task.cluster)
    const { kind, cluster, subject } = task
    const { key = subject, startAfter, team, goesOn } = how
    const ahead = team === undefined ? 0 : await waitingOf(tx, queueOf(cluster), team)
    const data = { kind, cluster, subject }
    const priority = goesOn ? 1 : -ahead
    await jobs.insert(tx, queueOf(cluster), [{ data, key, startAfter, group: team, priority }])
  }
  const stopTidying = startTicks(
    TIDY_MS,
    () => tidy(database),
    // What PostgreSQL throws is an error.
    error => onError?.(error as Error),
  )
  return {
    enqueue,
    async serve(cluster, handle, { concurrency = CONCURRENCY, graceMs = GRACE_MS } = {}) {
      await define(cluster)
      const work = { workers: concurrency, batch: 1, graceMs }
      return jobs.work(queueOf(cluster), work, job =>
        handle(taskOf(job.id, job.data, job.attempt), job.signal),
      )
    },
    restore: tasks => restore(database, enqueue, tasks),
    deadLetters: deadLettersOf(database, jobs),
    jobs,
    async close() {
      await stopTidying()
      await jobs.close()
    },
  }
}

/**
 * Calls `find` at once and every `everyMs` milliseconds, and restores the tasks it names: of operations that are open and
 * may have lost their task. The function given back stops it.
 */
export function startSweep(
  queue: Pick<Queue, 'restore'>,
  find: () => Promise<readonly (NewTask & { key?: string | undefined })[]>,
  options: { everyMs?: number; onError?: (error: unknown) => void } = {},
): () => Promise<void> {
  const onError = options.onError ?? (() => {})
  const sweep = async () => queue.restore(await find())
  const first = sweep().catch(onError)
  const stop = startTicks(
    options.everyMs ?? 15_000,
    async () => {
      await first
      await sweep()
    },
    onError,
  )
  return async () => {
    await stop()
    await first
  }
}

/** More than so many make no difference: the tasks of other teams have long gone before. */
const COUNTED = 1_000

/** Tasks of a team that no worker has taken. */
async function waitingOf(tx: Sql, queue: string, team: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (SELECT FROM ${QUEUE_SCHEMA}.job
      WHERE name = $1 AND group_id = $2 AND state = 'created' LIMIT ${COUNTED}) AS waiting`,
    [queue, team],
  )
  return row?.count ?? 0
}

function queueOf(cluster: string): string {
  return `deploy.${cluster}`
}

function taskOf(id: string, data: unknown, attempt: number): Task {
  // Only `enqueue` fills these queues, with exactly this.
  return { id, attempt, ...(data as NewTask) }
}

async function restore(
  database: Database,
  enqueue: Queue['enqueue'],
  tasks: Parameters<Queue['restore']>[0],
): Promise<number> {
  if (tasks.length === 0) return 0
  return database.transaction(async tx => {
    // One sweep at a time, or two processes would both restore what is missing.
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('kade.restore'))")
    const there = await tx.query<{ name: string; kind: string; subject: string }>(
      `SELECT coalesce(source_name, name) AS name, data->>'kind' AS kind, data->>'subject' AS subject
       FROM ${QUEUE_SCHEMA}.job
       WHERE name = ANY($1) AND state IN ('created', 'retry', 'active')`,
      [[DEAD_LETTERS, ...new Set(tasks.map(task => queueOf(task.cluster)))]],
    )
    const known = new Set(there.map(row => `${row.name} ${row.kind} ${row.subject}`))
    const missing = tasks.filter(
      task => !known.has(`${queueOf(task.cluster)} ${task.kind} ${task.subject}`),
    )
    for (const { key, ...task } of missing) await enqueue(tx, task, { key })
    return missing.length
  })
}

/**
 * Clears failed tasks away whose dead letter is written, and keeps failed jobs of ordered handlers until somebody acts:
 * they hold their stream, and pg-boss would delete them with the completed ones.
 */
async function tidy(sql: Sql): Promise<void> {
  await sql.query(
    `UPDATE ${QUEUE_SCHEMA}.job SET deletion_seconds = 0
     WHERE state = 'failed' AND policy = 'key_strict_fifo' AND deletion_seconds > 0
       AND name LIKE 'on.%'`,
  )
  await sql.query(
    `DELETE FROM ${QUEUE_SCHEMA}.job f USING ${QUEUE_SCHEMA}.job d
     WHERE d.name = '${DEAD_LETTERS}' AND d.source_name = f.name AND d.source_id = f.id
       AND f.name LIKE 'deploy.%' AND f.state = 'failed'`,
  )
}
