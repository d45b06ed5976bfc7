import type { Database } from '#platform/adapters/database/database.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import { type Inventory, inventoryOf } from '#platform/deployments/engine/parent.ts'
import { annotation, label } from '#platform/labels.ts'
import { ownedObjects } from '#tests/support/deployments.ts'

/** All that the store, the read model, the queue and the clusters say at one quiet moment; `violations.ts` judges it. */
export type Snapshot = {
  readonly at: Date
  /** Of the category `deployment`, in order. */
  readonly events: readonly SeenEvent[]
  readonly operations: readonly SeenOperation[]
  readonly deployments: readonly SeenDeployment[]
  readonly names: readonly { namespace: string; name: string; deployment: string }[]
  /** Tasks that wait, run, or wait for their next try. */
  readonly tasks: readonly { cluster: string; kind: string; subject: string }[]
  readonly objects: readonly SeenObject[]
  /** Where objects were looked for; of other places nothing is known. */
  readonly looked: { readonly clusters: readonly string[]; readonly namespaces: readonly string[] }
  /** Operations that the door answered 202 to. */
  readonly accepted: readonly string[]
  /** Ids of events in a destination as it holds them, and of those that it must hold; null where none is looked at. */
  readonly published: {
    readonly held: readonly string[]
    readonly due: readonly { readonly id: string; readonly title: string }[]
  } | null
}

export type SeenEvent = {
  readonly id: string
  readonly stream: string
  readonly position: number
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}
export type SeenOperation = {
  readonly id: string
  readonly deployment: string
  readonly state: string
  readonly deadline: Date
  readonly ended: boolean
}
export type SeenDeployment = {
  readonly id: string
  readonly namespace: string
  readonly name: string
  /** The newest one that was asked for. */
  readonly revision: number
  readonly clusters: readonly string[]
  readonly operation: string
  /** `Kind/name` of the objects that this revision was rendered to. */
  readonly rendered: readonly string[]
}
export type SeenObject = {
  readonly cluster: string
  readonly namespace: string
  /** `Kind/name` */
  readonly object: string
  readonly deployment: string
  readonly revision: number
  /** Of a parent: what it says of its deployment. */
  readonly inventory: Inventory | null
}

export type SnapshotOptions = {
  readonly database: Database
  readonly admins: Readonly<Record<string, KubeApi>>
  readonly namespaces: readonly string[]
  readonly accepted?: readonly string[]
  readonly published?: Snapshot['published']
}

export async function takeSnapshot(options: SnapshotOptions): Promise<Snapshot> {
  const { database, accepted = [], published = null } = options
  return {
    at: new Date(),
    events: await database.query<SeenEvent>(
      `select id::text, stream_name as stream, position::int, type, data from message_store.messages
        where stream_name like 'deployment-%' order by global_position`,
    ),
    operations: await database.query<SeenOperation>(
      `select id, deployment, state, deadline, ended_at is not null as ended from kade.operation`,
    ),
    deployments: await deploymentsIn(database),
    names: await database.query('select namespace, name, deployment from kade.deployment_name'),
    tasks: await database.query(
      `select substr(name, 8) as cluster, data->>'kind' as kind, data->>'subject' as subject
         from pgboss.job where name like 'deploy.%' and state in ('created', 'retry', 'active')`,
    ),
    objects: await objectsIn(options),
    looked: { clusters: Object.keys(options.admins), namespaces: options.namespaces },
    accepted,
    published,
  }
}

async function deploymentsIn(database: Database): Promise<SeenDeployment[]> {
  const rows = await database.query<Omit<SeenDeployment, 'rendered'> & { digest: string }>(
    `select d.id, d.namespace, d.name, r.number as revision, d.clusters, d.operation_id as operation,
        r.objects_digest as digest
       from kade.deployment d
       join lateral (select number, objects_digest from kade.revision where deployment = d.id
         order by number desc limit 1) r on true`,
  )
  return Promise.all(
    rows.map(async ({ digest, ...row }) => {
      // What a revision was rendered to is kept as a list of objects.
      const objects = (await readBlob(database, digest)) as readonly LiveObject[]
      return { ...row, rendered: objects.map(one => `${one.kind}/${one.metadata.name}`) }
    }),
  )
}

async function objectsIn({ admins, namespaces }: SnapshotOptions): Promise<SeenObject[]> {
  const seen: SeenObject[] = []
  for (const [cluster, admin] of Object.entries(admins))
    for (const namespace of namespaces)
      for (const one of await ownedObjects(admin, namespace))
        seen.push({
          cluster,
          namespace,
          object: `${one.kind}/${one.metadata.name}`,
          deployment: one.metadata.labels?.[label.deployment] ?? '',
          revision: Number(one.metadata.annotations?.[annotation.revision]),
          inventory: one.kind === 'ConfigMap' ? inventoryOf(one) : null,
        })
  return seen
}

/** The read model of deployments, every row whole. */
export async function readModel(database: Database): Promise<Record<string, readonly unknown[]>> {
  const keys = {
    deployment: 'id',
    deployment_name: 'namespace, name',
    operation: 'id',
    revision: 'deployment, number',
  }
  const tables: Record<string, readonly unknown[]> = {}
  for (const [table, key] of Object.entries(keys)) {
    const rows = await database.query<{ row: unknown }>(
      `select to_jsonb(t) as row from kade.${table} t order by ${key}`,
    )
    tables[table] = rows.map(one => one.row)
  }
  return tables
}
