import pLimit from 'p-limit'
import { dataClasses } from '#api/data-classes.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { Command } from '#platform/deployments/decide.ts'
import { type DeploymentState, isPreparing } from '#platform/deployments/deployment.ts'
import { change, lockDeployment } from '#platform/deployments/stream.ts'
import { holdOf } from '#platform/deployments/waits.ts'
import { wakeWaiting } from '#platform/deployments/wake-waiting.ts'
import { namespaceSpec, recordPrepared } from '#platform/federation/namespaces.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { mayStandUnder } from '#platform/federation/residency.ts'
import { recordScan, strangersAmong } from '#platform/federation/scans.ts'
import { recordSurvey } from '#platform/federation/surveys.ts'
import { nextAfter } from './advice.ts'
import { gateAt, isOutOfTime, isShut } from './gates.ts'
import { recordObservation, type Sighting, sightingsOf } from './observations.ts'
import { orderFor } from './orders.ts'
import { storable } from './storable.ts'
import type { Claim, Order, Received, WorkerHub } from './worker-hub.ts'

/** Transactions of one batch that run side by side; each waits mostly for the database. */
const sightingsAtOnce = 6

/**
 * The hub beside the database: each report is one transaction that decides on the deployment's newest state.
 *
 * An operation's way: queued → (blocked, while what it needs is not ready) → start → apply → applied (no task, no slot; its
 * pods are watched) → ready → a create is complete; any other is settled first (what it replaced is pruned) → complete.
 * Where its revision has phases, it goes start → apply → phase started (no task, no slot) → open → start … for each of them
 * before it is applied.
 */
export function createHub(context: PlatformContext): WorkerHub {
  return {
    start: (operation, cluster, worker) => start(context, operation, cluster, worker),
    phaseStarted: (claim, phase) =>
      report(context, claim, { type: 'phase', ...claim, phase }, (tx, deployment) =>
        judge(context, tx, deployment),
      ),
    applied: (claim, phase) =>
      report(
        context,
        claim,
        { type: 'applied', ...claim, ...(phase && { phase }) },
        (tx, deployment) => judge(context, tx, deployment),
      ),
    settled: claim => report(context, claim, { type: 'complete', operation: claim.operation }),
    removed: claim =>
      report(
        context,
        claim,
        { type: 'deleted', operation: claim.operation },
        async (tx, deployment, before) => {
          if (before.operation?.data === 'delete') await context.secrets.erase(tx, deployment)
        },
      ),
    failed: (claim, cause, next, asks = []) =>
      report(context, claim, {
        type: 'fail',
        operation: claim.operation,
        cause: storable(cause),
        next,
        asks: storable(asks),
      }),
    observed: async seen => {
      const limit = pLimit(sightingsAtOnce)
      await Promise.all(seen.map(one => limit(() => observed(context, storable(one)))))
    },
    strangers: deployments => strangersAmong(context.database, deployments),
    scanned: (cluster, scan) => recordScan(context, cluster, storable(scan)),
    surveyed: (cluster, survey) => recordSurvey(context.database, cluster, storable(survey)),
    namespaceSpec: name => namespaceSpec(context.database, name),
    prepared: (namespace, cluster, failure) =>
      recordPrepared(context, namespace, cluster, storable(failure)),
  }
}

async function start(
  context: PlatformContext,
  operation: string,
  cluster: string,
  worker: string,
): Promise<Order | null> {
  return context.database.transaction(async tx => {
    const deployment = await deploymentOf(tx, operation)
    if (!deployment) return null
    let work: 'do' | 'settle' | null = null
    const sightings = await sightingsOf(tx, deployment)
    const result = await change(context, tx, deployment, async state => {
      if (state.operation?.id !== operation) return null
      const found = workFor(state, cluster, sightings, context.clock())
      const held =
        found === 'do'
          ? ((await outlawed(tx, cluster, state)) ?? (await heldUp(context, tx, deployment, state)))
          : null
      if (held) return held
      work = found
      return work === 'do' ? { type: 'start', operation, cluster, worker } : null
    })
    if ('refused' in result || work === null) return null
    return orderFor(context, tx, deployment, result.after, cluster, work === 'settle')
  })
}

/**
 * Where the data may not stand under the law of the cluster, nothing goes there, whatever was decided before: somebody may have put
 * right since whose law holds. A delete goes on.
 */
async function outlawed(tx: Sql, cluster: string, state: DeploymentState): Promise<Command | null> {
  const { operation, identity } = state
  const dataClass = identity?.placement?.dataClass
  if (!operation || !dataClass || operation.kind === 'delete') return null
  const [row] = await tx.query<{ jurisdiction: string }>(
    'select jurisdiction from kade.cluster where name = $1',
    [cluster],
  )
  const jurisdiction = row?.jurisdiction ?? 'unknown'
  const standing = mayStandUnder(dataClass, jurisdiction)
  if (standing === 'yes') return null
  const code = 'residency'
  const { title } = dataClasses[dataClass]
  const message =
    standing === 'unknown'
      ? {
          en: `Data of class "${title.en}" may not stand on ${cluster}: whose law holds there is not known.`,
          nl: `Gegevens van de klasse "${title.nl}" mogen niet op ${cluster} staan: welk recht daar geldt is onbekend.`,
        }
      : {
          en: `Data of class "${title.en}" may not stand on ${cluster}, where the law of ${jurisdiction} holds.`,
          nl: `Gegevens van de klasse "${title.nl}" mogen niet op ${cluster} staan, waar het recht van ${jurisdiction} geldt.`,
        }
  const next = nextAfter(code, null)
  return { type: 'fail', operation: operation.id, cause: { code, message }, next }
}

/** What an operation that has not begun does instead of beginning: it waits for other deployments, or cannot go on. */
async function heldUp(
  context: PlatformContext,
  tx: Sql,
  deployment: string,
  state: DeploymentState,
): Promise<Command | null> {
  const open = state.operation
  if (!open || open.attempt > 0) return null
  const hold = await holdOf(context, tx, deployment, state)
  if (!hold) return null
  const operation = open.id
  if (hold.type === 'wait') return { type: 'block', operation, waitsFor: hold.waitsFor }
  const next = nextAfter(hold.cause.code, state.lastGood)
  return { type: 'fail', operation, cause: hold.cause, next }
}

/** An operation whose objects are applied and whose pods are not ready yet has no work: it is only watched. */
function workFor(
  state: DeploymentState,
  cluster: string,
  sightings: readonly Sighting[],
  now: Date,
): 'do' | 'settle' | null {
  if (state.operation?.kind === 'delete') return 'do'
  if (!state.operation?.applied.includes(cluster)) {
    return isShut(state, cluster, sightings) ? null : 'do'
  }
  return outcome(state, sightings, now)?.type === 'ready' ? 'settle' : null
}

async function report(
  context: PlatformContext,
  claim: Claim,
  command: Command,
  afterwards: (
    tx: Sql,
    deployment: string,
    before: DeploymentState,
  ) => Promise<void> = async () => {},
): Promise<Received> {
  return context.database.transaction(async tx => {
    const deployment = await deploymentOf(tx, claim.operation)
    if (!deployment) return 'ended'
    const result = await change(context, tx, deployment, state =>
      holds(state, claim) ? command : null,
    )
    if ('refused' in result || !holds(result.before, claim)) return 'ended'
    await afterwards(tx, deployment, result.before)
    return 'accepted'
  })
}

function holds({ operation }: DeploymentState, claim: Claim): boolean {
  return operation?.id === claim.operation && operation.claims[claim.cluster] === claim.attempt
}

async function observed(context: PlatformContext, seen: Observation): Promise<void> {
  await context.database.transaction(async tx => {
    // Before its rows are written: a report that comes at the same moment takes them in this order too.
    await lockDeployment(tx, seen.deployment)
    const { changed, operating } = await recordObservation(context, tx, seen)
    if (!changed) return
    const decides = seen.ready || seen.failure !== undefined || seen.gate !== undefined
    if (!operating) await wakeWaiting(context, tx, seen.deployment)
    else if (decides) await judge(context, tx, seen.deployment)
  })
}

/** Ends the open operation, or asks for its next step, when what was seen decides it. */
async function judge(context: PlatformContext, tx: Sql, deployment: string): Promise<void> {
  const sightings = await sightingsOf(tx, deployment)
  const goOn: { operation: string; cluster: string }[] = []
  await change(context, tx, deployment, state => {
    const operation = state.operation
    const result = outcome(state, sightings, context.clock())
    if (!operation || !result) return null
    if (result.type === 'failed')
      return {
        type: 'fail',
        operation: operation.id,
        cause: result.cause,
        next: nextAfter(result.cause.code, state.lastGood, isPreparing(operation)),
      }
    // Only what was never there before has nothing to prune: a restart may follow an update that failed half-way.
    if (result.type === 'ready' && operation.kind === 'create')
      return { type: 'complete', operation: operation.id }
    for (const cluster of result.type === 'open'
      ? result.clusters
      : (state.identity?.clusters ?? []))
      goOn.push({ operation: operation.id, cluster })
    return null
  })
  for (const { operation, cluster } of goOn)
    await context.queue.enqueue(
      tx,
      { kind: 'advance', cluster, subject: operation },
      { key: deployment },
    )
}

type Outcome =
  | { type: 'ready' }
  | { type: 'open'; clusters: readonly string[] }
  | { type: 'failed'; cause: NonNullable<Sighting['failure']> }
  | null

/** What the sightings say of the open operation's revision; null while nothing is decided. */
function outcome(state: DeploymentState, sightings: readonly Sighting[], now: Date): Outcome {
  const operation = state.operation
  const clusters = state.identity?.clusters ?? []
  if (!operation || operation.kind === 'delete') return null
  const current = sightings.filter(
    one => one.revision === operation.revision && operation.applied.includes(one.cluster),
  )
  const gates = clusters.map(cluster => ({ cluster, gate: gateAt(state, cluster, sightings) }))
  const failure =
    current.find(one => one.failure)?.failure ??
    gates.find(({ gate }) => gate?.failure)?.gate?.failure
  if (failure) return { type: 'failed', cause: failure }
  const open = gates.filter(
    ({ cluster, gate }) => gate?.open && !operation.applied.includes(cluster),
  )
  if (open.length > 0) return { type: 'open', clusters: open.map(({ cluster }) => cluster) }
  const isReady = (one: Sighting) => one.ready || isOutOfTime(state, one, now)
  const ready = clusters.every(name => current.some(one => one.cluster === name && isReady(one)))
  return ready ? { type: 'ready' } : null
}

async function deploymentOf(tx: Sql, operation: string): Promise<string | null> {
  const [row] = await tx.query<{ deployment: string }>(
    'select deployment from kade.operation where id = $1 and ended_at is null',
    [operation],
  )
  return row?.deployment ?? null
}
