import type { ObjectStatus } from '#api/deployments.ts'
import type { Logs } from '#api/logs.ts'
import type { DeploymentMetrics } from '#api/metrics.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { workOf } from '#platform/orchestration/orders.ts'
import type { Actor } from '#platform/platform.ts'
import type { DeploymentState } from './deployment.ts'
import { type DeploymentKey, findDeployment } from './find.ts'
import { load } from './stream.ts'

/** Milliseconds a reader waits for a cluster. */
const patience = 10_000

/** The objects of a deployment as they stand in its clusters. Throws `cluster-unreachable` where none of these answers. */
export async function inspectDeployment(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
): Promise<{ items: ObjectStatus[]; silent?: string[] }> {
  const id = await findDeployment(context.database, actor, key)
  const { state } = await load(context.database, id)
  const { answers, silent } = await askEach(clustersOf(state), async cluster => {
    const work = await workOf(context.database, id, state, cluster)
    return context.agent.ask(cluster, { type: 'objects', work }, patience)
  })
  return {
    // Each speaks of itself alone, whatever it says.
    items: answers.flatMap(({ cluster, answer }) => answer.map(one => ({ ...one, cluster }))),
    ...silent,
  }
}

/** The latest log lines of a deployment's pods, by cluster. Throws `cluster-unreachable` where none of these answers. */
export async function readLogs(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
  { lines, since }: { readonly lines: number; readonly since?: string | undefined },
): Promise<Logs> {
  const id = await findDeployment(context.database, actor, key)
  const { state } = await load(context.database, id)
  const question = { type: 'logs', ...key, lines, since } as const
  const { answers, silent } = await askEach(clustersOf(state), cluster =>
    context.agent.ask(cluster, question, patience),
  )
  return {
    items: answers.flatMap(({ cluster, answer }) =>
      answer.items.map(line => ({ ...line, cluster })),
    ),
    simulated: answers.some(({ answer }) => answer.simulated),
    truncated: answers.some(({ answer }) => answer.truncated),
    ...silent,
  }
}

/**
 * What a deployment's containers take now. Throws `cluster-unreachable` where none of its clusters answers; one without figures says
 * why.
 */
export async function readMetrics(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
): Promise<DeploymentMetrics> {
  const id = await findDeployment(context.database, actor, key)
  const { state } = await load(context.database, id)
  const question = { type: 'metrics', ...key } as const
  const { answers, silent } = await askEach(clustersOf(state), cluster =>
    context.agent.ask(cluster, question, patience),
  )
  const told = answers.map(({ answer }) => answer)
  const available = told.some(one => one.available)
  const reason = told.find(one => one.reason)?.reason
  const oldest = told.flatMap(one => one.at ?? []).toSorted()[0]
  return {
    available,
    ...(reason ? { reason } : {}),
    ...(oldest ? { at: oldest } : {}),
    simulated: told.some(one => one.simulated),
    items: answers.flatMap(({ cluster, answer }) => answer.items.map(one => ({ ...one, cluster }))),
    ...silent,
  }
}

/** Where it runs, and where an open operation brings it. */
function clustersOf({ identity, operation }: DeploymentState): readonly string[] {
  return [...new Set([...(identity?.clusters ?? []), ...(operation?.clusters ?? [])])].toSorted()
}

/** What each cluster answers. One that does not says nothing of the others: it is named, unless none answers at all. */
async function askEach<T>(
  clusters: readonly string[],
  ask: (cluster: string) => Promise<T>,
): Promise<{ answers: { cluster: string; answer: T }[]; silent: { silent?: string[] } }> {
  const told = await Promise.allSettled(clusters.map(ask))
  const answers: { cluster: string; answer: T }[] = []
  const silent: string[] = []
  for (const [index, one] of told.entries()) {
    const cluster = clusters[index] ?? ''
    if (one.status === 'fulfilled') answers.push({ cluster, answer: one.value })
    else if (isUnreachable(one.reason)) silent.push(cluster)
    else throw one.reason
  }
  const failed = told.find(one => one.status === 'rejected')
  if (answers.length === 0 && failed) throw failed.reason
  return { answers, silent: silent.length > 0 ? { silent } : {} }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof PlatformError && error.code === 'cluster-unreachable'
}
