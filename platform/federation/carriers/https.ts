/**
 * The carrier of a worker in another region: everything goes over HTTPS that the worker itself opens, so it needs neither a port
 * nor a database. It stands on streams (`https-stream.ts`) for tasks and questions, and calls (`https-calls.ts`) for all it says.
 *
 * A task goes on when its stream breaks off: what it did is reported when the gateway is back. Handed out again meanwhile, it is
 * not begun twice.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Outgoing } from '../../adapters/outgoing/outgoing.ts'
import { PlatformError } from '../../errors.ts'
import type { Received, WorkerHub } from '../../orchestration/worker-hub.ts'
import type { ClusterAgent, Question, Task } from '../cluster-agent.ts'
import type { Registrar } from '../registrar.ts'
import { type Caller, type CallerOptions, createCaller } from './https-calls.ts'
import { type Down, protocol, type Serves, silentAfter, type WorkerCall } from './https-messages.ts'
import { NamespaceSpec, Order } from './https-orders.ts'
import { followStream, type LiveStream } from './https-stream.ts'
import { told } from './told-error.ts'
import { unanswered } from './unanswered.ts'

export type HttpsCarrierOptions = Pick<CallerOptions, 'outgoing' | 'gateway' | 'token'> & {
  readonly outgoing: Outgoing
  /** Id of this worker. */
  readonly worker: string
  readonly log: (message: string, error?: unknown) => void
  readonly pause?: CallerOptions['pause']
}

export type HttpsCarrier = {
  readonly agent: ClusterAgent
  readonly hub: WorkerHub
  readonly registrar: Registrar
  /** Whether nothing has been heard of the gateway for a while; a refused credential is an answer. */
  isAway(): boolean
  close(): Promise<void>
}

/** Sightings that go up in one call. */
const SEEN_AT_ONCE = 50
/** Names of kept objects that one report tells. */
const KEPT_AT_MOST = 1_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** Milliseconds that a stop waits for running tasks before it aborts them, and then for those that do not listen. */
const GRACE_MS = 5_000
const DEAF_MS = 1_000

/** Full jitter over the upper half: workers of a region that come back together do not call together. */
function backoff(failed: number): number {
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failed - 1, 10))
  return most / 2 + (Math.random() * most) / 2
}

export function createHttpsCarrier(options: HttpsCarrierOptions): HttpsCarrier {
  const closing = new AbortController()
  const link = linkState(options.log)
  const calling: CallerOptions = {
    ...options,
    gateway: options.gateway.replace(/\/+$/, ''),
    pause: options.pause ?? backoff,
    heard: link.heard,
    signal: closing.signal,
  }
  const caller = createCaller(calling)
  const once = sayOnce(options.log)
  const follow = (
    serves: Serves,
    clusters: readonly string[],
    onMessage: (message: Down, stream: LiveStream) => void,
  ) =>
    followStream({
      ...calling,
      log: options.log,
      opening: { serves, clusters: clusters.join(','), worker: options.worker },
      onMessage,
      onOpened: theirs => {
        if (theirs > protocol)
          once(
            `The gateway speaks version ${theirs} of the protocol of workers, this worker ${protocol}: it leaves alone what it does not know.`,
          )
      },
      onUnknown: ({ what, reply }, { id, authorization }) => {
        once(
          `The gateway sent a ${what}, which this worker does not know. Run it in the version of its gateway.`,
        )
        if (reply) void caller.once('reply', { stream: id, reply }, authorization).catch(() => {})
      },
      // That nobody hears it, the gateway finds out by itself.
      onLine: ({ id, authorization }) =>
        void caller
          .once('reply', { stream: id, reply: { type: 'alive' } }, authorization)
          .catch(() => {}),
    })
  return {
    agent: {
      claim: async (clusters, handle) => {
        const tasks = runTasks(caller, handle)
        const stop = await follow('tasks', clusters, tasks.take)
        return async () => {
          await tasks.stop()
          await stop()
        }
      },
      async heartbeat(beat) {
        await caller.once('heartbeat', beat)
      },
      answer: (clusters, answer) =>
        follow('questions', clusters, (message, stream) => {
          if (message.type === 'question') void reply(caller, stream, message, answer)
        }),
      // The hub asks; a worker has nobody to ask.
      ask: async (cluster, _question, deadline) => {
        throw unanswered(cluster, deadline)
      },
    },
    hub: hubOver(caller),
    registrar: {
      state: async (cluster, state, message) => {
        await caller.surely('clusterState', { cluster, state, message })
      },
      simulated: async (cluster, simulated) => {
        await caller.surely('simulated', { cluster, simulated })
      },
      // Not told: the hub would call an address that a worker names, and seldom reaches what is there.
      endpoint: async () => {},
    },
    isAway: link.isAway,
    async close() {
      closing.abort(new Error('This worker is stopping.'))
    },
  }
}

/** Says each thing one time. */
function sayOnce(log: HttpsCarrierOptions['log']): (message: string) => void {
  const said = new Set<string>()
  return message => {
    // One who sends ever other kinds fills no log.
    if (said.has(message) || said.size >= 20) return
    said.add(message)
    log(message)
  }
}

/** What is known of the other side, told once when it changes. */
function linkState(log: HttpsCarrierOptions['log']) {
  let heardAt = Date.now()
  let state: 'answer' | 'refusal' | 'nothing' = 'answer'
  return {
    heard(what: typeof state, error?: Error) {
      if (what !== 'nothing') heardAt = Date.now()
      if (what === state) return
      if (what === 'nothing')
        log('The gateway does not answer. This worker goes on with what it has.', error)
      else if (what === 'refusal') log('The gateway refuses the credential of this worker.', error)
      else log('The gateway answers again.')
      state = what
    },
    isAway: () => Date.now() - heardAt > silentAfter,
  }
}

type Handle = (task: Task, signal: AbortSignal) => Promise<void>

/** Runs tasks, each thing that they concern once at a time. */
function runTasks(caller: Caller, handle: Handle) {
  const running = new Map<string, Run>()
  const byId = new Map<string, Run>()
  let stopping = false
  const begin = (key: string, task: Task): Run => {
    const over = new AbortController()
    const work = handle(task, over.signal).finally(() => running.delete(key))
    const run = { work, over }
    running.set(key, run)
    return run
  }
  const take = async (task: Task, stream: LiveStream) => {
    const key = `${task.cluster} ${task.kind} ${task.subject}`
    const run = running.get(key) ?? begin(key, task)
    byId.set(task.id, run)
    const failure = await run.work.then(() => null, messageOf)
    if (byId.get(task.id) === run) byId.delete(task.id)
    const reply = { type: 'task' as const, task: task.id, failure }
    // A stream that ended has given its tasks back; nobody waits for this any more.
    const said = { stream: stream.id, reply }
    await caller.surely('reply', said, stream.isLive, stream.authorization).catch(() => {})
  }
  return {
    take(message: Down, stream: LiveStream) {
      // What comes now is given back when the stream ends.
      if (message.type === 'task' && !stopping) void take(message.task, stream)
      if (message.type === 'cancel')
        byId.get(message.task)?.over.abort(new Error('The task is another worker’s now.'))
    },
    async stop() {
      stopping = true
      const open = [...running.values()]
      const ended = Promise.allSettled(open.map(one => one.work))
      await Promise.race([ended, delay(GRACE_MS, undefined, { ref: false })])
      for (const { over } of open) over.abort(new Error('This worker is stopping.'))
      // A report that the gateway does not take ends with the carrier.
      await Promise.race([ended, delay(DEAF_MS, undefined, { ref: false })])
    },
  }
}

type Run = { readonly work: Promise<void>; readonly over: AbortController }

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 2_000)
}

async function reply(
  caller: Caller,
  stream: LiveStream,
  { question, cluster, asks }: Extract<Down, { type: 'question' }>,
  answer: (cluster: string, question: Question) => Promise<unknown>,
): Promise<void> {
  const type = 'question' as const
  const said = await answer(cluster, asks).then(
    value => ({ type, question, answer: value ?? null }),
    error => ({ type, question, error: told(error) }),
  )
  const send = (one: object) =>
    caller.once('reply', { stream: stream.id, reply: one }, stream.authorization)
  await send(said)
    // An answer that the gateway does not take, such as one that is too large, is told instead.
    .catch(error =>
      error instanceof PlatformError ? send({ type, question, error: told(error) }) : null,
    )
    // Who asked is told in the end by its own deadline.
    .catch(() => {})
}

const ReceivedAnswer = z.enum(['accepted', 'ended'])

function hubOver(caller: Caller): WorkerHub {
  const report = async (name: WorkerCall, body: object): Promise<Received> =>
    ReceivedAnswer.parse(await caller.surely(name, body))
  return {
    async start(operation, cluster, worker) {
      const answer = await caller.once('start', { operation, cluster, worker })
      const order = Order.nullable().parse(answer)
      if (order && order.claim.cluster !== cluster)
        throw new PlatformError('internal', `The order for ${cluster} is of another cluster.`)
      return order
    },
    phaseStarted: (claim, phase) => report('phaseStarted', { claim, phase }),
    applied: (claim, phase) => report('applied', { claim, ...(phase && { phase }) }),
    settled: claim => report('settled', { claim }),
    removed: (claim, kept) =>
      report('removed', { claim, ...(kept && { kept: kept.slice(0, KEPT_AT_MOST) }) }),
    failed: (claim, cause, next, asks) =>
      report('failed', { claim, cause, next, ...(asks && { asks }) }),
    async observed(seen, worker) {
      for (let at = 0; at < seen.length; at += SEEN_AT_ONCE)
        await caller.once('observed', {
          seen: seen.slice(at, at + SEEN_AT_ONCE),
          ...(worker && { worker }),
        })
    },
    async repaired(report) {
      await caller.once('repaired', report)
    },
    strangers: async deployments =>
      z.array(z.string()).parse(await caller.once('strangers', { deployments: [...deployments] })),
    async scanned(cluster, scan) {
      await caller.once('scanned', { cluster, scan })
    },
    async surveyed(cluster, survey) {
      await caller.once('surveyed', { cluster, survey })
    },
    namespaceSpec: async (namespace, cluster) =>
      NamespaceSpec.nullable().parse(await caller.once('namespaceSpec', { namespace, cluster })),
    async prepared(namespace, cluster, failure) {
      await caller.surely('prepared', {
        namespace,
        cluster,
        failure: failure?.slice(0, 2_000) ?? null,
      })
    },
  }
}
