import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { append, readStream } from '#platform/events/store.ts'
import type { NewEvent } from '#platform/events/types.ts'
import { readBlob } from './blobs.ts'
import { type Command, decide, type Refusal } from './decide.ts'
import { type DeploymentState, evolve, initialState } from './deployment.ts'
import { project } from './projection.ts'
import { concernsWaiting, wakeWaiting } from './wake-waiting.ts'

export type Loaded = { readonly state: DeploymentState; readonly version: number }

export function streamOf(deployment: string): string {
  return `deployment-${deployment}`
}

export async function load(sql: Sql, deployment: string): Promise<Loaded> {
  const events = await readStream(sql, streamOf(deployment))
  return {
    state: events.reduce<DeploymentState>(evolve, initialState),
    version: events.at(-1)?.position ?? -1,
  }
}

/** What each transaction holds already: to ask for it again would only take time. */
const held = new WeakMap<Sql, Set<string>>()

/**
 * Makes changes of the same deployment wait for each other until the transaction's end. Who reads a state to decide on it
 * takes this first, or two that read the same state would both go on from it.
 */
export async function lockDeployment(tx: Sql, deployment: string): Promise<void> {
  const own = held.get(tx) ?? new Set()
  if (own.has(deployment)) return
  held.set(tx, own.add(deployment))
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [deployment])
}

/** Keeps changes of a deployment away until the transaction's end, and lets others do the same beside it. */
export async function shareDeployment(tx: Sql, deployment: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [deployment])
}

export type Change = {
  readonly events: readonly NewEvent[]
  readonly before: DeploymentState
  readonly after: DeploymentState
  /** Of the stream, after it. */
  readonly version: number
}

type Alongside = {
  /** Rows that others keep of the same change. */
  readonly alongside?: (change: Change) => Promise<void>
  /** The deployment as this transaction left it last, where it holds it already: it is not read again. */
  readonly known?: Loaded | undefined
  /** Settings by digest; read from where they are stored when absent. */
  readonly settingsOf?: ((digest: string) => Promise<unknown>) | undefined
}

/**
 * One change of one deployment in the caller's transaction: decide on its state, write the rows that follow, then append.
 * Changes of the same deployment wait for each other, so the version the store demands is the version that was read. The
 * append comes last because it holds the lock of the whole category until the commit.
 */
export async function change(
  context: PlatformContext,
  tx: Sql,
  deployment: string,
  commandFor: (state: DeploymentState) => Command | null | Promise<Command | null>,
  { alongside, known, settingsOf = digest => readBlob(tx, digest) }: Alongside = {},
): Promise<Change | { refused: Refusal }> {
  await lockDeployment(tx, deployment)
  const { state: before, version } = known ?? (await load(tx, deployment))
  const command = await commandFor(before)
  const decision = command ? decide(command, before) : { events: [] }
  if ('refused' in decision) return decision
  const after = decision.events.reduce(evolve, before)
  const { events } = decision
  const result = { events, before, after, version: version + events.length }
  const at = context.clock()
  await project(tx, {
    id: deployment,
    facts: decision.events.map(event => ({ event, at })),
    state: after,
    settingsOf,
  })
  await alongside?.(result)
  if (result.events.some(one => one.type === 'DeploymentDeleted' && one.data.data === 'delete'))
    await context.secrets.erase(tx, deployment)
  await sendTasks(context, tx, deployment, result)
  if (concernsWaiting(result.events)) await wakeWaiting(context, tx, deployment)
  if (decision.events.length > 0)
    await append(tx, streamOf(deployment), version, decision.events, { meta: { at } })
  return result
}

/**
 * A task for each cluster that was left by this change, and for each of a wave that begins. The sweep makes that of a cluster that cannot
 * be reached now.
 */
async function sendTasks(
  context: Pick<PlatformContext, 'queue'>,
  tx: Sql,
  key: string,
  { before, after, events }: Change,
): Promise<void> {
  const known = new Set(before.leaving.map(one => `${one.operation} ${one.cluster}`))
  const tasks = after.leaving.filter(one => !known.has(`${one.operation} ${one.cluster}`))
  const { operation: open } = after
  if (open?.waves && events.some(event => event.type === 'WaveStarted'))
    for (const cluster of open.waves.clusters[open.wave - 1] ?? [])
      tasks.push({ cluster, operation: open.id })
  for (const { cluster, operation } of tasks)
    await context.queue.enqueue(tx, { kind: 'advance', cluster, subject: operation }, { key })
}

/** The change, or the refusal as the error a caller gets. */
export function unwrap(result: Change | { refused: Refusal }): Change {
  if ('refused' in result) throw new PlatformError(result.refused.code, result.refused.message)
  return result
}
