import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { NewEvent } from '#platform/events/types.ts'

const mayMatter = new Set<NewEvent['type']>([
  'DeploymentRequested',
  'DeploymentCompleted',
  'DeploymentFailed',
  'OperationCancelled',
  'DeploymentDeleted',
])

/** Whether what somebody waits for may have come, or be said otherwise, by these events of a deployment. */
export function concernsWaiting(events: readonly NewEvent[]): boolean {
  return events.some(event => mayMatter.has(event.type))
}

/** Gives a task to every operation that waits for this deployment, so that it looks whether it can go on. */
export async function wakeWaiting(
  context: Pick<PlatformContext, 'queue'>,
  tx: Sql,
  deployment: string,
): Promise<void> {
  const rows = await tx.query<{ id: string; deployment: string; cluster: string }>(
    `select o.id, o.deployment, unnest(coalesce(o.clusters, d.clusters)) as cluster
       from kade.operation o join kade.deployment d on d.id = o.deployment
      where o.waits_for is not null and o.waits_for @> $1`,
    [JSON.stringify([{ deployment }])],
  )
  for (const { id, deployment: key, cluster } of rows)
    await context.queue.enqueue(tx, { kind: 'advance', cluster, subject: id }, { key })
}
