import { expect } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { type SnapshotOptions, takeSnapshot } from '#tests/faults/snapshot.ts'
import { violationsOf } from '#tests/faults/violations.ts'
import { until } from './deployments.ts'

/** Waits until no operation is open. */
export async function allEnded(database: Database, timeout = 120_000): Promise<void> {
  await until(async () => {
    const open = await database.query(
      'select kind, namespace, name, state, step, attempt from kade.operation where ended_at is null',
    )
    expect(open).toEqual([])
  }, timeout)
}

/** Waits until no task is left, as there is none once all has ended: a worker drops what it finds over. */
export async function allTasksDone(database: Database): Promise<void> {
  await until(async () => {
    const tasks = await database.query(
      `select name, state, data from pgboss.job
        where name like 'deploy.%' and state in ('created', 'retry', 'active')`,
    )
    expect(tasks).toEqual([])
  })
}

/** Once all has ended, store, read model, queue and clusters agree in everything; answers how many operations there were. */
export async function expectSound(
  database: Database,
  admin: KubeApi | readonly KubeApi[],
  namespaces: readonly string[],
  more: Pick<SnapshotOptions, 'accepted' | 'published'> = {},
): Promise<number> {
  await allTasksDone(database)
  const admins = Object.fromEntries([admin].flat().map(one => [one.cluster, one]))
  const snapshot = await takeSnapshot({ database, admins, namespaces, ...more })
  expect(violationsOf(snapshot)).toEqual([])
  return snapshot.operations.length
}
