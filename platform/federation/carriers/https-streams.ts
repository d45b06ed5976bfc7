/**
 * The gateway's side of the streams. What comes down one is answered by a call, which may reach another gateway than the one that
 * holds the stream: then it goes through the database, and the holder takes it from there.
 *
 *   claimed, or asked ─▶ down the stream ─▶ worker ─▶ reply ─▶ [database] ─▶ settled
 *
 * Whatever is open when a stream ends is given back: a task is tried again, a question is answered by nobody.
 */
import { randomUUID } from 'node:crypto'
import type { Database } from '../../adapters/database/database.ts'
import { WakeLoop } from '../../adapters/database/wake-loop.ts'
import { PlatformError } from '../../errors.ts'
import type { KnownWorker } from '../../governance/worker-credentials.ts'
import type { ClusterAgent, Question, Task } from '../cluster-agent.ts'
import { answerTo, errorFrom } from './https-answers.ts'
import { type Down, protocol, type Reply, type Serves, silentAfter } from './https-messages.ts'
import { unanswered } from './unanswered.ts'

const CHANNEL = 'worker_reply'
/** Replies to other gateways that are kept of one credential at a time, and bytes of all of them as the database packs them. */
const mostReplies = 64
const mostReplyBytes = 32 * 1024 * 1024
/** Replies that are taken at a time: each may be as large as a call. */
const takenAtOnce = 8
/** Milliseconds between two looks for replies that nobody took. */
const sweepEvery = 60_000
/** Milliseconds after which a question that the worker still works on is waited for by nobody. */
const questionTime = 120_000

/** Writes one message; resolves when the worker's side took it. */
export type Send = (message: Down) => Promise<void>

export type StreamOptions = {
  readonly worker: KnownWorker
  readonly serves: Serves
  readonly clusters: readonly string[]
  readonly send: Send
  /** Ends the stream. */
  readonly signal: AbortSignal
}

type Waiting = { readonly settle: (reply: Reply) => void; readonly fail: (why: Error) => void }
type OpenStream = {
  readonly credential: string
  readonly waiting: Map<string, Waiting>
  /** Aborts when it is over. */
  readonly ended: AbortSignal
  heardAt: number
}

export type WorkerStreams = {
  /** Resolves when the stream is over: by its signal, or because nothing is heard of its worker any more. */
  hold(options: StreamOptions): Promise<void>
  /** Brings a reply to whoever holds its stream. One that nobody waits for any more changes nothing. */
  reply(worker: KnownWorker, stream: string, reply: Reply): Promise<void>
  close(): Promise<void>
}

export function openWorkerStreams(options: {
  database: Database
  agent: Pick<ClusterAgent, 'claim' | 'answer'>
  /** Milliseconds after which a worker that says nothing is taken for gone; 20,000 when absent. */
  silentMs?: number
  onError?: (error: unknown) => void
}): WorkerStreams {
  const { database, agent, silentMs = silentAfter } = options
  const streams = new Map<string, OpenStream>()
  let sweptAt = 0
  const loop = new WakeLoop({
    database,
    channel: CHANNEL,
    concerns: stream => streams.has(stream),
    step: async () => {
      if (Date.now() - sweptAt >= sweepEvery) {
        await database.query(
          `delete from kade.worker_reply where at < now() - interval '5 minutes'`,
        )
        sweptAt = Date.now()
      }
      return takeReplies(database, streams)
    },
    onError: options.onError,
  })
  let started: Promise<void> | undefined
  return {
    async hold({ worker, serves, clusters, send, signal }) {
      started ??= loop.start().catch(error => {
        started = undefined
        throw error
      })
      await started
      const id = randomUUID()
      const over = new AbortController()
      const ended = AbortSignal.any([signal, over.signal])
      const { credential } = worker
      const stream = { credential, waiting: new Map(), ended, heardAt: Date.now() }
      streams.set(id, stream)
      const watch = setInterval(() => {
        if (Date.now() - stream.heardAt > silentMs) over.abort()
      }, silentMs / 4)
      let stop: () => Promise<void> = async () => {}
      try {
        await send({ type: 'opened', stream: id, protocol })
        stop =
          serves === 'tasks'
            ? await agent.claim(clusters, (task, lost) => hand(stream, send, task, lost))
            : await agent.answer(clusters, (cluster, question) =>
                put(stream, send, cluster, question),
              )
        await aborted(ended)
      } finally {
        clearInterval(watch)
        streams.delete(id)
        // Also where it ended by an error: what is handed to it from now on is given back at once.
        over.abort()
        for (const one of stream.waiting.values()) one.fail(connectionEnded())
        await stop()
      }
    },
    async reply({ credential }, stream, reply) {
      const held = streams.get(stream)
      if (held) return deliver(held, credential, reply)
      const kept = await database.query(
        `with said as (
           insert into kade.worker_reply (stream, credential, reply)
           select $1::uuid, $2::uuid, $3::jsonb
            where (select count(*) < $4 and coalesce(sum(pg_column_size(r.reply)), 0) < $5
                     from kade.worker_reply r where r.credential = $2)
           returning stream)
         select pg_notify('${CHANNEL}', stream::text) from said`,
        [stream, credential, reply, mostReplies, mostReplyBytes],
      )
      if (kept.length === 0)
        throw new PlatformError('too-many-requests', 'Too many replies of the worker still wait.', {
          retryAfter: 1,
        })
    },
    close: () => loop.stop(),
  }
}

/** Resolves when the worker has ended the task; rejects when it failed, or is another's now. */
async function hand(stream: OpenStream, send: Send, task: Task, lost: AbortSignal): Promise<void> {
  lost.throwIfAborted()
  const reply = await answered(
    stream,
    task.id,
    () => send({ type: 'task', task }),
    fail => {
      const cancel = () => {
        // The claim is lost: whoever has it now must not wait for this worker.
        fail(lost.reason)
        send({ type: 'cancel', task: task.id }).catch(() => {})
      }
      lost.addEventListener('abort', cancel, { once: true })
      return () => lost.removeEventListener('abort', cancel)
    },
  )
  if (reply.type === 'task' && reply.failure !== null) throw new Error(reply.failure)
}

async function put(
  stream: OpenStream,
  send: Send,
  cluster: string,
  asks: Question,
): Promise<unknown> {
  const question = randomUUID()
  const reply = await answered(
    stream,
    question,
    () => send({ type: 'question', question, cluster, asks }),
    fail => {
      const late = setTimeout(() => fail(unanswered(cluster, questionTime)), questionTime)
      return () => clearTimeout(late)
    },
  ).catch((cause: unknown) => {
    throw cause instanceof PlatformError ? cause : cutOff(cluster, cause)
  })
  if (reply.type !== 'question') return undefined
  if (reply.error) throw errorFrom(reply.error)
  return answerTo(asks, cluster, reply.answer)
}

/**
 * Sends something, and waits for the reply to it; rejects as soon as `watch` or the end of the stream says so, also while it is
 * still being sent. What `watch` gives back is done afterwards, whatever came.
 */
async function answered(
  stream: OpenStream,
  key: string,
  send: () => Promise<void>,
  watch: (fail: (why: Error) => void) => () => void,
): Promise<Reply> {
  if (stream.ended.aborted) throw connectionEnded()
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const waiting = { settle: resolve, fail: reject }
  stream.waiting.set(key, waiting)
  const unwatch = watch(reject)
  try {
    await Promise.race([send(), promise])
    return await promise
  } finally {
    unwatch()
    if (stream.waiting.get(key) === waiting) stream.waiting.delete(key)
  }
}

/** Nothing is known of what the worker would have said. */
function cutOff(cluster: string, cause: unknown): PlatformError {
  return new PlatformError(
    'cluster-unreachable',
    {
      en: `The connection to the worker of the cluster ${cluster} ended before it had answered.`,
      nl: `De verbinding met de worker van het cluster ${cluster} eindigde voordat die had geantwoord.`,
    },
    {
      next: {
        en: 'Try it again: a worker connects again by itself.',
        nl: 'Probeer het opnieuw: een worker verbindt zich vanzelf weer.',
      },
      cause,
    },
  )
}

function connectionEnded(): Error {
  return new Error('The connection to the worker ended before it had answered.')
}

function deliver(stream: OpenStream, credential: string, reply: Reply): void {
  // Another worker's stream: its id was guessed or read, and says nothing of who may speak.
  if (stream.credential !== credential) return
  stream.heardAt = Date.now()
  if (reply.type === 'task') stream.waiting.get(reply.task)?.settle(reply)
  if (reply.type === 'question') stream.waiting.get(reply.question)?.settle(reply)
}

/** Delivers some of the replies to streams that are held here; answers whether there may be more. */
async function takeReplies(
  database: Database,
  streams: ReadonlyMap<string, OpenStream>,
): Promise<boolean> {
  if (streams.size === 0) return false
  const rows = await database.query<{ stream: string; credential: string; reply: Reply }>(
    `delete from kade.worker_reply where id in (
       select id from kade.worker_reply where stream = any($1::uuid[]) order by id limit $2)
     returning stream::text, credential::text, reply`,
    [[...streams.keys()], takenAtOnce],
  )
  for (const { stream, credential, reply } of rows) {
    const held = streams.get(stream)
    if (held) deliver(held, credential, reply)
  }
  return rows.length === takenAtOnce
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
