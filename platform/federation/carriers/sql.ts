/**
 * The carrier between processes beside one database. A question is a row:
 *
 *   asked ─▶ taken (by one worker) ─▶ answered, or failed ─▶ read and removed by who asked
 *
 * Who asks removes the row at its deadline; what a killed gateway leaves is swept. NOTIFY wakes both sides, and both poll.
 */
import { randomUUID } from 'node:crypto'
import type { Database } from '../../adapters/database/database.ts'
import { WakeLoop } from '../../adapters/database/wake-loop.ts'
import type { Answer, ClusterAgent, Question } from '../cluster-agent.ts'
import type { AgentOptions } from './in-process.ts'
import { errorOf, type Told, told } from './told-error.ts'
import { unanswered } from './unanswered.ts'
import { claimFrom, writeHeartbeat } from './worker-side.ts'

const ASKED = 'cluster_asked'
const ANSWERED = 'cluster_answered'
const POLL_MS = 1_000
/** Questions that one worker answers at a time. */
const AT_ONCE = 16

type Outcome = { answer: unknown; error: Told | null }
type Taken = { id: string; cluster: string; question: Question }

export function createSqlAgent(options: AgentOptions): ClusterAgent {
  const { database, queue, serve = {} } = options
  return {
    claim: (clusters, handle) => claimFrom(queue, clusters, handle, serve),
    heartbeat: beat => writeHeartbeat(database, beat),
    answer: (clusters, answer) => answerQuestions(options, clusters, answer),
    async ask<Q extends Question>(cluster: string, question: Q, deadline: number) {
      const outcome = await ask(database, cluster, question, deadline)
      if (outcome.error) throw errorOf(outcome.error)
      // The worker answers each type of question with its own type of answer.
      return outcome.answer as Answer<Q>
    },
  }
}

async function ask(
  database: Database,
  cluster: string,
  question: Question,
  deadlineMs: number,
): Promise<Outcome> {
  const id = randomUUID()
  const until = Date.now() + deadlineMs
  let wake = () => {}
  const unlisten = await database.listen(ANSWERED, payload => {
    if (payload === id || payload === '') wake()
  })
  try {
    await database.query(
      `WITH asked AS (
         INSERT INTO kade.cluster_question (id, cluster, question, deadline)
         VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond'))
       SELECT pg_notify('${ASKED}', $2)`,
      [id, cluster, question, deadlineMs],
    )
    for (;;) {
      const woken = new Promise<void>(resolve => {
        wake = resolve
      })
      const outcome = await outcomeOf(database, id)
      if (outcome) return outcome
      const left = until - Date.now()
      if (left <= 0) throw unanswered(cluster, deadlineMs)
      await wokenOrAfter(woken, Math.min(left, POLL_MS))
    }
  } finally {
    await unlisten()
    await database.query('DELETE FROM kade.cluster_question WHERE id = $1', [id]).catch(() => {})
  }
}

async function outcomeOf(database: Database, id: string): Promise<Outcome | undefined> {
  const [row] = await database.query<Outcome>(
    `SELECT answer, error FROM kade.cluster_question
     WHERE id = $1 AND (answer IS NOT NULL OR error IS NOT NULL)`,
    [id],
  )
  return row
}

async function wokenOrAfter(woken: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const after = new Promise<void>(resolve => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([woken, after])
  clearTimeout(timer)
}

async function answerQuestions(
  { database, onError }: AgentOptions,
  clusters: readonly string[],
  answer: Parameters<ClusterAgent['answer']>[1],
): Promise<() => Promise<void>> {
  const worker = randomUUID()
  const running = new Set<Promise<void>>()
  const loop = new WakeLoop({
    database,
    channel: ASKED,
    concerns: cluster => clusters.includes(cluster),
    pollMs: POLL_MS,
    onError,
    step: async () => {
      await sweep(database)
      for (const taken of await take(database, worker, clusters, AT_ONCE - running.size)) {
        const one = reply(database, taken, answer)
          .catch(error => onError?.(error))
          .finally(() => {
            running.delete(one)
            // Room again: what had to wait is looked for.
            if (running.size === AT_ONCE - 1) loop.wake()
          })
        running.add(one)
      }
      return false
    },
  })
  await loop.start()
  return async () => {
    await loop.stop()
    await Promise.all(running)
  }
}

async function take(
  database: Database,
  worker: string,
  clusters: readonly string[],
  limit: number,
): Promise<Taken[]> {
  if (limit <= 0) return []
  return database.query<Taken>(
    `UPDATE kade.cluster_question SET taken_by = $1
     WHERE id IN (
       SELECT id FROM kade.cluster_question
       WHERE taken_by IS NULL AND cluster = ANY($2) AND deadline > now()
       ORDER BY asked_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING id, cluster, question`,
    [worker, clusters, limit],
  )
}

async function reply(
  database: Database,
  { id, cluster, question }: Taken,
  answer: Parameters<ClusterAgent['answer']>[1],
): Promise<void> {
  const outcome = await answer(cluster, question).then(
    value => ({ answer: JSON.stringify(value ?? null), error: null }),
    error => ({ answer: null, error: JSON.stringify(told(error)) }),
  )
  await database.query(
    `WITH answered AS (
       UPDATE kade.cluster_question SET answer = $2, error = $3 WHERE id = $1)
     SELECT pg_notify('${ANSWERED}', $1::text)`,
    [id, outcome.answer, outcome.error],
  )
}

/** Questions whose asker did not come back for them. */
async function sweep(database: Database): Promise<void> {
  await database.query(
    "DELETE FROM kade.cluster_question WHERE deadline < now() - interval '10 seconds'",
  )
}
