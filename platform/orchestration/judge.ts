import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { Command } from '#platform/deployments/decide.ts'
import {
  type DeploymentState,
  isPreparing,
  type OpenOperation,
} from '#platform/deployments/deployment.ts'
import { change, type Loaded } from '#platform/deployments/stream.ts'
import { heardClusters } from '#platform/federation/heard.ts'
import { nextAfter } from './advice.ts'
import { sightingsOf } from './observations.ts'
import { type Outcome, outcome, type Seen } from './outcome.ts'

/** What is known of a deployment now. Which clusters are heard matters to waves, and to what left a cluster. */
export async function lookAt(
  context: Pick<PlatformContext, 'clock'>,
  tx: Sql,
  deployment: string,
  { operation, leaving }: DeploymentState,
): Promise<Seen> {
  const isHeardAsked = operation?.waves !== undefined || leaving.length > 0
  return {
    sightings: await sightingsOf(tx, deployment),
    heard: isHeardAsked ? await heardClusters(tx) : new Set(),
    now: context.clock(),
  }
}

/**
 * Ends the open operation, or asks for its next step, when what is known decides it. `known` is the deployment as a change in this
 * transaction left it.
 */
export async function judge(
  context: PlatformContext,
  tx: Sql,
  deployment: string,
  known?: Loaded,
): Promise<void> {
  await enqueue(context, tx, deployment, await decideBySeen(context, tx, deployment, known))
}

/** Where a worker is to go on with which operation. */
type GoOn = { readonly operation: string; readonly clusters: readonly string[] }

async function decideBySeen(
  context: PlatformContext,
  tx: Sql,
  deployment: string,
  known?: Loaded,
): Promise<GoOn | null> {
  let goOn: GoOn | null = null
  const commandOf = async (state: DeploymentState): Promise<Command | null> => {
    const { operation, lastGood } = state
    // It is held by now: what changes by somebody else is seen, or waits for this.
    const seen = await lookAt(context, tx, deployment, state)
    const result = outcome(state, seen)
    if (!operation || !result) return null
    const { id } = operation
    if (result.type === 'failed') {
      const { cause, cluster } = result
      const next = nextAfter(cause.code, lastGood, isPreparing(operation))
      return { type: 'fail', operation: id, cause, cluster, next }
    }
    const command = commandFor(operation, result)
    goOn = { operation: id, clusters: nextClusters(operation, result) }
    return command
  }
  await change(context, tx, deployment, commandOf, { known })
  return goOn
}

/** Only what was never there before has nothing to prune: a restart may follow an update that failed half-way. */
function commandFor({ id, kind }: OpenOperation, { type }: NonNullable<Outcome>): Command | null {
  if (type === 'left' || (type === 'ready' && kind === 'create'))
    return { type: 'complete', operation: id }
  return type === 'wave' || type === 'hold' ? { type, operation: id } : null
}

/** Where a worker is to go on. */
function nextClusters(
  { kind, clusters, settled }: OpenOperation,
  result: NonNullable<Outcome>,
): readonly string[] {
  if (result.type === 'open') return result.clusters
  if (result.type !== 'ready' || kind === 'create') return []
  return clusters.filter(one => !settled.includes(one))
}

async function enqueue(
  context: PlatformContext,
  tx: Sql,
  key: string,
  next: GoOn | null,
): Promise<void> {
  for (const cluster of next?.clusters ?? [])
    await context.queue.enqueue(
      tx,
      { kind: 'advance', cluster, subject: next?.operation ?? '' },
      { key, goesOn: true },
    )
}

/** Before the first of all ids. */
const none = '00000000-0000-0000-0000-000000000000'

/**
 * Judges what no sighting decides: waves that have served for as long as was asked, and moves that left a cluster that fell silent.
 * Enqueues nothing where a worker is to go on, since it comes again and again: `findIdle` finds these, and those without a task get one.
 * Ends between two of them when `signal` says so.
 */
export async function judgeWaiting(
  context: PlatformContext,
  log: (message: string, error?: unknown) => void,
  signal?: AbortSignal,
  page = 200,
): Promise<void> {
  let after = none
  for (;;) {
    const rows = await context.database.query<{ id: string; deployment: string }>(
      `select id, deployment from kade.operation
        where ended_at is null and id > $1 and (step = 'emptying' or step is distinct from 'held'
          and (waves->>'current')::int < jsonb_array_length(waves->'clusters'))
        order by id limit $2`,
      [after, page],
    )
    for (const { deployment } of rows) {
      if (signal?.aborted) return
      await context.database
        .transaction(tx => decideBySeen(context, tx, deployment))
        .catch(error => log(`Deployment ${deployment} could not be judged.`, error))
    }
    const last = rows.at(-1)
    if (!last || rows.length < page) return
    after = last.id
  }
}
