import { expect } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { inventoryOf } from '#platform/deployments/engine/parent.ts'
import { annotation, label } from '#platform/labels.ts'
import { ownedObjects, until } from './deployments.ts'

const ends = ['DeploymentCompleted', 'DeploymentFailed', 'OperationCancelled', 'DeploymentDeleted']

/** Waits until no operation is open. */
export async function allEnded(database: Database, timeout = 120_000): Promise<void> {
  await until(async () => {
    const open = await database.query(
      'select kind, namespace, name, state, step, attempt from kade.operation where ended_at is null',
    )
    expect(open).toEqual([])
  }, timeout)
}

/** Every operation that was asked for ended exactly once, as its events tell it and as its row says. */
export async function expectOneEndEach(database: Database): Promise<number> {
  const rows = await database.query<{ id: string; ends: string[]; state: string }>(
    `select o.id, o.state, coalesce(array_agg(m.type) filter (where m.type is not null), '{}') as ends
       from kade.operation o
       left join message_store.messages m on m.data->>'operation' = o.id::text and m.type = any($1)
         and m.stream_name = 'deployment-' || o.deployment
      group by o.id`,
    [ends],
  )
  expect(rows.filter(row => row.ends.length !== 1)).toEqual([])
  const [asked] = await database.query<{ count: number }>(
    `select count(*)::int as count from message_store.messages where type = 'DeploymentRequested'`,
  )
  expect(rows).toHaveLength(asked?.count ?? -1)
  return rows.length
}

type Living = { id: string; name: string; revision: number; state: string; objects: string[] }

/**
 * The namespace holds the objects of exactly the newest revision of each living deployment whose last operation ended
 * well, and nothing that is owned by none.
 */
export async function expectNoOrphans(
  database: Database,
  admin: KubeApi,
  namespace: string,
): Promise<void> {
  const living = await database.query<Living>(
    `select d.id, d.name, d.revision, o.state from kade.deployment d
       join kade.operation o on o.id = d.operation_id where d.namespace = $1`,
    [namespace],
  )
  const objects = await ownedObjects(admin, namespace)
  const owners = new Set(living.map(one => one.id))
  const orphans = objects.filter(one => !owners.has(one.metadata.labels?.[label.deployment] ?? ''))
  expect(orphans.map(one => `${one.kind}/${one.metadata.name}`)).toEqual([])
  for (const { id, name, revision } of living.filter(one => one.state === 'succeeded')) {
    const own = objects.filter(one => one.metadata.labels?.[label.deployment] === id)
    const revisions = own.map(one => one.metadata.annotations?.[annotation.revision])
    expect(new Set(revisions), name).toEqual(new Set([String(revision)]))
    const parent = own.find(one => one.metadata.name === `${name}-kade`)
    const { objects: meant, leftover } = (parent && inventoryOf(parent)) ?? {
      objects: [],
      leftover: [],
    }
    expect(leftover, name).toEqual([])
    expect(
      own
        .filter(one => one !== parent)
        .map(one => `${one.kind}/${one.metadata.name}`)
        .toSorted(),
      name,
    ).toEqual(meant.map(one => `${one.kind}/${one.name}`).toSorted())
  }
}
