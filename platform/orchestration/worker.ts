import type { PolicyEngine } from '#platform/adapters/policy/policy-engine.ts'
import { DeployFailure } from '#platform/deployments/deploy-failure.ts'
import { digestOf } from '#platform/deployments/digest.ts'
import type { Engine } from '#platform/deployments/engine/engine.ts'
import { PlatformError } from '#platform/errors.ts'
import type { ClusterAgent, Task } from '#platform/federation/cluster-agent.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { nextAfter } from './advice.ts'
import { answer } from './answer.ts'
import { denialOf } from './denial-of.ts'
import { openPost, type Post } from './post.ts'
import { type Repairs, startRepairs } from './repairs.ts'
import { type Pace, scanPace, startRounds, surveyPace } from './rounds.ts'
import { HubUnreachable, type Order, type WorkerHub } from './worker-hub.ts'

export type WorkerOptions = {
  readonly id: string
  readonly hub: WorkerHub
  readonly agent: ClusterAgent
  readonly policy: PolicyEngine
  readonly log: (message: string, error?: unknown) => void
  /** Milliseconds between two looks whether its clusters are reached; 5,000 where left out. */
  readonly beatEvery?: number
  /** How often each cluster is looked through for leaks; about every ten minutes where left out. */
  readonly scans?: Pace
  /**
   * Whether the hub has been away for a while; then deleted objects are repaired. Absent: it never is, as beside the database, where
   * another worker would be at work.
   */
  readonly isAway?: () => boolean
  /** How often what is free in each cluster is counted; about every minute where left out. */
  readonly surveys?: Pace
}

export type Worker = {
  /** Aborts when it stops. */
  readonly stopping: AbortSignal
  /** Serves one more cluster from now on. Where it rejects, nothing is served, and the engine is closed. */
  serve(cluster: string, engine: Engine): Promise<void>
  /** Finishes what is in hand, or hands it back, then lets go of the clusters. */
  stop(): Promise<void>
}

const heartbeatEvery = 5_000

/** After so many tries a namespace that is still not prepared is shown as failed. */
const patientTries = 5

/**
 * The only part of Kade that touches clusters: it takes their tasks, watches them, and answers questions about them. What it does not
 * reach, it leaves to another worker that serves the same cluster, until it reaches it again.
 */
export function createWorker(options: WorkerOptions): Worker {
  const engines = new Map<string, Engine>()
  const stops: (() => Promise<void>)[] = []
  const posts = new Map<string, Post>()
  const repairs = startRepairs({
    isAway: options.isAway ?? (() => false),
    report: report => options.hub.repaired(report),
    log: options.log,
  })
  const working = { ...options, repairs }
  const ending = new AbortController()
  const beat = async (): Promise<void> => {
    // Of one that is only being joined nothing is said: whoever hears of it takes it for served.
    const served = [...engines].filter(([name]) => posts.has(name))
    const clusters = await Promise.all(served.map(([name, engine]) => probe(name, engine)))
    for (const { name, reachable } of clusters) posts.get(name)?.found(reachable)
    await options.agent.heartbeat({ worker: options.id, clusters })
  }
  const tryBeat = () =>
    beat().catch(error => {
      // What it speaks through may be closed right after a stop: nobody waits for the last one.
      if (!ending.signal.aborted) options.log('The heartbeat failed.', error)
    })
  const timer = setInterval(() => void tryBeat(), options.beatEvery ?? heartbeatEvery)
  return {
    stopping: ending.signal,
    async serve(cluster, engine) {
      engines.set(cluster, engine)
      const own: (() => Promise<void>)[] = []
      try {
        const report = relay(options)
        const see = (seen: Observation) => {
          repairs.seen(engine, seen)
          report(seen)
        }
        own.push(await engine.observe(see))
        const { agent, log } = options
        const post = openPost(
          [
            () => agent.claim([cluster], (task, signal) => perform(working, engine, task, signal)),
            () => agent.answer([cluster], (_, question) => answer(engine, question)),
          ],
          error => log(`What ${cluster} is asked could not be taken, or not be let go.`, error),
        )
        own.push(() => post.stop())
        await post.taken
        posts.set(cluster, post)
        // A hub that is away now hears the next one.
        await tryBeat()
      } catch (error) {
        // Whoever tries again begins anew: nothing of this try stays behind.
        engines.delete(cluster)
        for (const stop of own.reverse()) await stop()
        await engine.close()
        throw error
      }
      stops.push(
        ...own,
        startRounds(
          options.surveys ?? surveyPace,
          async signal => options.hub.surveyed(cluster, await engine.survey(signal)),
          error => options.log(`What is free in ${cluster} could not be counted.`, error),
        ),
        startRounds(
          options.scans ?? scanPace,
          signal => scan(options.hub, cluster, engine, signal),
          error => options.log(`${cluster} could not be looked through for leaks.`, error),
        ),
      )
    },
    async stop() {
      ending.abort()
      clearInterval(timer)
      await repairs.stop()
      for (const stop of stops.reverse()) await stop()
      for (const engine of engines.values()) await engine.close()
    },
  }
}

async function scan(
  hub: WorkerHub,
  cluster: string,
  engine: Engine,
  signal: AbortSignal,
): Promise<void> {
  const found = await engine.scan(ids => hub.strangers(ids), signal)
  await hub.scanned(cluster, found)
}

async function probe(name: string, engine: Engine) {
  try {
    return { name, reachable: true, ...(await engine.probe()) }
  } catch (error) {
    // An API server that answers with an error has a status; one that does not answer has none.
    const code = error instanceof Error && 'code' in error ? error.code : 0
    return { name, reachable: false, answered: typeof code === 'number' && code > 0 }
  }
}

/** Sightings in the order seen, one deployment's newest at a time: what was overtaken while waiting is not reported. */
function relay(options: WorkerOptions): (seen: Observation) => void {
  const waiting = new Map<string, Observation>()
  let running = false
  const drain = async (): Promise<void> => {
    running = true
    while (waiting.size > 0) {
      const batch = [...waiting.values()]
      waiting.clear()
      const left = await refused(options, batch)
      for (const seen of left) if (!waiting.has(seen.deployment)) waiting.set(seen.deployment, seen)
      if (left.length > 0) await new Promise(resolve => setTimeout(resolve, 1_000))
    }
    running = false
  }
  return seen => {
    waiting.set(seen.deployment, seen)
    if (!running) void drain()
  }
}

/** Reports sightings and answers those that were not taken: one that never will be does not hold up the others. */
async function refused(
  options: Pick<WorkerOptions, 'hub' | 'id' | 'log'>,
  batch: readonly Observation[],
): Promise<readonly Observation[]> {
  try {
    await options.hub.observed(batch, options.id)
    return []
  } catch (error) {
    options.log('Observations could not be reported; they are tried again.', error)
    const away =
      error instanceof HubUnreachable ||
      (error instanceof PlatformError && error.code === 'database-unreachable')
    if (away || batch.length === 1) return batch
  }
  const left: Observation[] = []
  for (const seen of batch) left.push(...(await refused(options, [seen])))
  return left
}

async function perform(
  options: WorkerOptions & { readonly repairs: Repairs },
  engine: Engine,
  task: Task,
  signal: AbortSignal,
): Promise<void> {
  if (task.kind === 'prepare-namespace') return prepareNamespace(options, engine, task)
  const order = await options.hub.start(task.subject, task.cluster, options.id)
  if (!order) return
  try {
    await carryOut(options, engine, order, task.cluster, signal)
  } catch (error) {
    if (!(error instanceof DeployFailure)) throw error
    await options.hub.failed(order.claim, error.reason, error.next, error.asks)
  }
}

async function carryOut(
  { hub, policy, repairs }: WorkerOptions & { readonly repairs: Repairs },
  engine: Engine,
  order: Order,
  cluster: string,
  signal: AbortSignal,
): Promise<void> {
  const { step, claim } = order
  // A report may have to wait for the hub; what is done then is open to repair.
  const alone = async <T>(act: () => Promise<T>): Promise<T> => {
    const release = await repairs.busyWith({ deployment: order.deployment, cluster })
    return act().finally(release)
  }
  if (step.type === 'remove') {
    const kept = await alone(() => engine.remove(order, step.data, signal, step.of))
    await hub.removed(claim, kept)
    return
  }
  if (step.type === 'settle') {
    await alone(() => engine.settle(step.work, signal))
    await hub.settled(claim)
    return
  }
  // An answer that was changed on its way must not reach a cluster, wherever the hub is.
  if (digestOf(step.work.objects) !== step.work.digest)
    throw new Error(
      `The objects of ${order.namespace}/${order.name} are not those of their digest.`,
    )
  const denied = denialOf(policy, step)
  // Nothing was judged: trying again may help, and the deadline ends it otherwise.
  if (denied?.policy === 'policy-error') throw new Error(denied.message.en)
  if (denied)
    throw new DeployFailure(
      { code: 'policy-denied', message: denied.message },
      nextAfter('policy-denied', null),
    )
  if (step.prepare) {
    await engine.prepareNamespace(step.prepare)
    await hub.prepared(step.prepare.name, cluster, null)
  }
  const { phase, isWhole } = await alone(() => engine.apply(step.work, step.secrets, signal))
  if (phase !== null && !isWhole) await hub.phaseStarted(claim, phase)
  else await hub.applied(claim, phase ?? undefined)
}

async function prepareNamespace({ hub }: WorkerOptions, engine: Engine, task: Task): Promise<void> {
  const spec = await hub.namespaceSpec(task.subject, task.cluster)
  if (!spec) return
  try {
    await engine.prepareNamespace(spec)
    await hub.prepared(spec.name, task.cluster, null)
  } catch (error) {
    const away = error instanceof PlatformError && error.code === 'cluster-unreachable'
    const final = error instanceof DeployFailure || (error instanceof PlatformError && !away)
    // What may pass is tried again, and told when it lasts: nobody should wait for it in the dark.
    if (final || task.attempt >= patientTries)
      await hub.prepared(spec.name, task.cluster, messageOf(error))
    if (!final) throw error
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
