import type { Logs, ObjectStatus } from '#api/deployments.ts'
import type { DeploymentMetrics } from '#api/metrics.ts'
import type { PlatformContext } from '#platform/context.ts'
import { workOf } from '#platform/orchestration/orders.ts'
import type { Actor } from '#platform/platform.ts'
import { type DeploymentKey, findDeployment } from './find.ts'
import { load } from './stream.ts'

/** Milliseconds a reader waits for a cluster. */
const patience = 10_000

/** The objects of a deployment as they stand in its clusters. Throws `cluster-unreachable`. */
export async function inspectDeployment(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
): Promise<ObjectStatus[]> {
  const id = await findDeployment(context.database, actor, key)
  const { state } = await load(context.database, id)
  const work = await workOf(context.database, id, state)
  const answers = await Promise.all(
    (state.identity?.clusters ?? []).map(cluster =>
      context.agent.ask(cluster, { type: 'objects', work }, patience),
    ),
  )
  return answers.flat()
}

/** The latest log lines of a deployment's pods. Throws `cluster-unreachable`. */
export async function readLogs(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
  { lines, since }: { readonly lines: number; readonly since?: string | undefined },
): Promise<Logs> {
  const id = await findDeployment(context.database, actor, key)
  const { state } = await load(context.database, id)
  const question = { type: 'logs', ...key, lines, since } as const
  const answers = await Promise.all(
    (state.identity?.clusters ?? []).map(cluster => context.agent.ask(cluster, question, patience)),
  )
  return {
    items: answers.flatMap(one => one.items),
    simulated: answers.some(one => one.simulated),
    truncated: answers.some(one => one.truncated),
  }
}

/** What a deployment's containers take now. Throws `cluster-unreachable`; a cluster without figures says why. */
export async function readMetrics(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
): Promise<DeploymentMetrics> {
  const id = await findDeployment(context.database, actor, key)
  const { state } = await load(context.database, id)
  const question = { type: 'metrics', ...key } as const
  const answers = await Promise.all(
    (state.identity?.clusters ?? []).map(cluster => context.agent.ask(cluster, question, patience)),
  )
  const available = answers.some(one => one.available)
  const reason = answers.find(one => one.reason)?.reason
  const oldest = answers.flatMap(one => one.at ?? []).toSorted()[0]
  return {
    available,
    ...(reason ? { reason } : {}),
    ...(oldest ? { at: oldest } : {}),
    simulated: answers.some(one => one.simulated),
    items: answers.flatMap(one => one.items),
  }
}
