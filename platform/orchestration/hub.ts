import pLimit from 'p-limit'
import { dataClasses } from '#api/data-classes.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { Command } from '#platform/deployments/decide.ts'
import { hasLeft } from '#platform/deployments/decide-places.ts'
import type { DeploymentState } from '#platform/deployments/deployment.ts'
import { standsNowhere } from '#platform/deployments/leaving.ts'
import { refreshHealth } from '#platform/deployments/place-health.ts'
import { type Change, change, lockDeployment } from '#platform/deployments/stream.ts'
import { holdOf } from '#platform/deployments/waits.ts'
import { wakeWaiting } from '#platform/deployments/wake-waiting.ts'
import { namespaceSpec, recordPrepared } from '#platform/federation/namespaces.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { mayStandUnder } from '#platform/federation/residency.ts'
import { recordScan, strangersAmong } from '#platform/federation/scans.ts'
import { recordSurvey } from '#platform/federation/surveys.ts'
import { nextAfter } from './advice.ts'
import { judge, lookAt } from './judge.ts'
import { forgetSighting, recordObservation, recordRepair } from './observations.ts'
import { orderFor, orderToEmpty } from './orders.ts'
import { workFor } from './outcome.ts'
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
 * before it is applied. On several clusters each goes this way by itself, and the operation ends once: when all of them are ready and
 * settled, or one has failed. A move then empties the clusters it left.
 */
export function createHub(context: PlatformContext): WorkerHub {
  return {
    start: (operation, cluster, worker) => start(context, operation, cluster, worker),
    phaseStarted: (claim, phase) =>
      report(context, claim, { type: 'phase', ...claim, phase }, judgeAfter(context)),
    applied: (claim, phase) =>
      report(
        context,
        claim,
        { type: 'applied', ...claim, ...(phase && { phase }) },
        judgeAfter(context),
      ),
    settled: claim => report(context, claim, { type: 'settled', ...claim }, settledThere(context)),
    removed: (claim, kept) => removed(context, claim, storable(kept ?? [])),
    failed: (claim, cause, next, asks = []) =>
      report(context, claim, {
        type: 'fail',
        operation: claim.operation,
        cause: storable(cause),
        cluster: claim.cluster,
        next,
        asks: storable(asks),
      }),
    observed: async (seen, worker) => {
      const limit = pLimit(sightingsAtOnce)
      await Promise.all(seen.map(one => limit(() => observed(context, storable(one), worker))))
    },
    repaired: report => recordRepair(context, storable(report)),
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
    const deployment = await deploymentOf(tx, operation, cluster)
    if (!deployment) return null
    let work: 'do' | 'settle' | 'empty' | null = null
    const result = await change(context, tx, deployment, async state => {
      if (hasLeft(state, { operation, cluster })) work = 'empty'
      if (work !== null || state.operation?.id !== operation) return null
      const found = workFor(state, cluster, await lookAt(context, tx, deployment, state))
      if (found === 'do') {
        const held =
          (await outlawed(tx, cluster, state)) ?? (await heldUp(context, tx, deployment, state))
        if (held) return held
        const before = await leftByAnother(tx, cluster, deployment, state)
        if (before) return before === 'wait' ? null : before
      }
      work = found
      return work === 'do' ? { type: 'start', operation, cluster, worker } : null
    })
    if ('refused' in result || work === null) return null
    if (work === 'empty')
      return orderToEmpty(context, deployment, result.after, { operation, cluster })
    return orderFor(context, tx, deployment, result.after, cluster, work === 'settle')
  })
}

/**
 * Where the data may not stand under the law of the cluster, nothing goes there, whatever was decided before: somebody may have put
 * right since whose law holds. A delete goes on.
 */
async function outlawed(tx: Sql, cluster: string, state: DeploymentState): Promise<Command | null> {
  const { operation, identity } = state
  const dataClass = (operation?.placement ?? identity?.placement)?.dataClass
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
  return { type: 'fail', operation: operation.id, cause: { code, message }, cluster, next }
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

/**
 * What an earlier deployment of this name left there goes first: it is in the way, and data that is to be erased may not be taken back.
 * The sweep comes again.
 */
async function leftByAnother(
  tx: Sql,
  cluster: string,
  deployment: string,
  { identity, operation: open }: DeploymentState,
): Promise<Command | 'wait' | null> {
  if (!identity || !open || open.kind === 'delete') return null
  const [other] = await tx.query<{ deployment: string }>(
    `select l.deployment from kade.leaving l join kade.operation o on o.id = l.operation
      where l.cluster = $1 and o.namespace = $2 and o.name = $3 and l.deployment <> $4 limit 1`,
    [cluster, identity.namespace, identity.name, deployment],
  )
  if (!other) return null
  if (open.attempt > 0) return 'wait'
  const message = {
    en: `What the last deployment of this name left on ${cluster} is removed first.`,
    nl: `Wat de vorige uitrol met deze naam op ${cluster} achterliet, wordt eerst verwijderd.`,
  }
  const waitsFor = [{ deployment: other.deployment, until: 'gone' as const, message }]
  return { type: 'block', operation: open.id, waitsFor }
}

async function report(
  context: PlatformContext,
  claim: Claim,
  command: Command,
  afterwards: Afterwards = async () => {},
): Promise<Received> {
  return context.database.transaction(async tx => {
    const deployment = await deploymentOf(tx, claim.operation, claim.cluster)
    if (!deployment) return 'ended'
    const result = await change(context, tx, deployment, state =>
      holds(state, claim) ? command : null,
    )
    if ('refused' in result || !holds(result.before, claim)) return 'ended'
    await afterwards(tx, deployment, result)
    return 'accepted'
  })
}

type Afterwards = (tx: Sql, deployment: string, change: Change) => Promise<void>

function judgeAfter(context: PlatformContext): Afterwards {
  return (tx, deployment, { after, version }) =>
    judge(context, tx, deployment, { state: after, version })
}

/** What it runs on is other clusters once it has moved; those it left may be out of reach. */
function settledThere(context: PlatformContext): Afterwards {
  return async (tx, deployment, change) => {
    if (!change.events.some(event => event.type === 'DeploymentMoved')) return
    await refreshHealth(tx, deployment)
    await judgeAfter(context)(tx, deployment, change)
  }
}

/** Of a cluster that it left this may come when the operation is long over. */
async function removed(
  context: PlatformContext,
  claim: Claim,
  kept: readonly string[],
): Promise<Received> {
  return context.database.transaction(async tx => {
    const deployment = await deploymentOf(tx, claim.operation, claim.cluster)
    if (!deployment) return 'ended'
    const mayReport = (state: DeploymentState) => hasLeft(state, claim) || holds(state, claim)
    const result = await change(context, tx, deployment, state =>
      mayReport(state) ? { type: 'emptied', ...claim, kept } : null,
    )
    if ('refused' in result || !mayReport(result.before)) return 'ended'
    const { after, version } = result
    const { operation: open } = after
    // What was last seen there goes with it: nothing of that follows from events, so that no rebuilding takes it away again.
    await forgetSighting(tx, deployment, claim.cluster)
    if (open && (open.moved || standsNowhere(open)))
      await judge(context, tx, deployment, { state: after, version })
    return 'accepted'
  })
}

function holds({ operation }: DeploymentState, claim: Claim): boolean {
  return operation?.id === claim.operation && operation.claims[claim.cluster] === claim.attempt
}

async function observed(
  context: PlatformContext,
  seen: Observation,
  worker?: string,
): Promise<void> {
  await context.database.transaction(async tx => {
    // Before its rows are written: a report that comes at the same moment takes them in this order too.
    await lockDeployment(tx, seen.deployment)
    const { changed, operating } = await recordObservation(context, tx, seen, worker)
    if (!changed) return
    const decides = seen.ready || seen.failure !== undefined || seen.gate !== undefined
    if (!operating) await wakeWaiting(context, tx, seen.deployment)
    else if (decides) await judge(context, tx, seen.deployment)
  })
}

/** Of an operation that is open, or that left this cluster. */
async function deploymentOf(tx: Sql, operation: string, cluster: string): Promise<string | null> {
  const [row] = await tx.query<{ deployment: string }>(
    `select deployment from kade.operation o where id = $1 and (ended_at is null or exists (
       select from kade.leaving l where l.operation = o.id and l.cluster = $2))`,
    [operation, cluster],
  )
  return row?.deployment ?? null
}
