import type { Sql } from '#platform/adapters/database/database.ts'
import type { EventData } from '#platform/events/types.ts'
import { takenBy } from '#platform/governance/quotas/taken.ts'
import type { DeploymentState } from './deployment.ts'
import { nothingYet } from './place-health.ts'

/** The rows of what was asked: its operation, and what is wanted of the deployment from now on. */
export async function projectRequest(
  tx: Sql,
  id: string,
  data: EventData<'DeploymentRequested'>,
  at: Date,
  state: DeploymentState,
  settingsOf: (digest: string) => Promise<unknown>,
): Promise<void> {
  const { namespace, name, app, team, kind } = data
  const number = data.revision?.number ?? state.revisions.at(-1)?.number ?? 0
  await insertOperation(tx, id, data, number, at, state)
  if (kind === 'create')
    await tx.query(
      `insert into kade.deployment_name (namespace, name, deployment) values ($1, $2, $3) on conflict do nothing`,
      [namespace, name, id],
    )
  if (data.revision) await reserve(tx, id, data, data.revision)
  if (data.revision) {
    const desired = await desiredOf(data.revision, settingsOf)
    const placement = data.placement ? { ...data.placement, at: at.toISOString() } : null
    await tx.query(
      `insert into kade.revision (deployment, number, data, objects_digest, actor, via, at, reason, result)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'pending') on conflict do nothing`,
      [
        id,
        number,
        { ...data.revision, settings: desired.settings },
        data.revision.objects,
        data.actor,
        data.via,
        at,
        data.revision.reason ?? null,
      ],
    )
    await tx.query(
      `insert into kade.deployment (id, namespace, name, team, environment, app, version, clusters, simulated, revision,
         desired, health_state, health, drift, operation_id, url, created_at, updated_at, composition, placement, replicas)
       values ($1, $2, $3, $4, $5, $6, $7, $8,
         (select coalesce(bool_or(simulated), false) from kade.cluster where name = any($8)), $9, $10,
         'missing', $11, '[]', $12, $13, $14, $14, $15, $16, $18)
       on conflict (id) do update set version = $7, revision = $9, desired = $10, operation_id = $12,
         url = $13, updated_at = $14, placement = coalesce($17, deployment.placement), replicas = $18`,
      [
        id,
        namespace,
        name,
        team,
        data.environment,
        app,
        data.revision.version,
        data.clusters,
        number,
        desired,
        { state: 'missing', since: at.toISOString(), reason: nothingYet },
        data.operation,
        data.revision.ingress ? `http://${data.revision.ingress.host}` : null,
        at,
        data.composition ?? null,
        placement,
        // A move that comes to nothing leaves it where it was decided to be.
        kind === 'move' ? null : placement,
        state.identity?.replicas ?? null,
      ],
    )
  } else {
    await tx.query(
      `update kade.deployment set operation_id = $2, updated_at = $3,
         desired = desired || '{"deleted": true}'::jsonb where id = $1`,
      [id, data.operation, at],
    )
  }
}

/** What the wanted revision takes of the quotas over it. */
async function reserve(
  tx: Sql,
  id: string,
  { team, environment, clusters, replicas }: EventData<'DeploymentRequested'>,
  revision: RevisionOfEvent,
): Promise<void> {
  const { cpu, memory, storage, devices } = takenBy(revision, clusters, replicas)
  await tx.query(
    `update kade.deployment_name set team = $2, environment = $3, cpu = $4, memory = $5, storage = $6, devices = $7
      where deployment = $1`,
    [id, team, environment, cpu, memory, storage, devices],
  )
}

async function insertOperation(
  tx: Sql,
  id: string,
  data: EventData<'DeploymentRequested'>,
  number: number,
  at: Date,
  state: DeploymentState,
): Promise<void> {
  const { namespace, name, app, team, kind } = data
  await tx.query(
    `insert into kade.operation (id, deployment, namespace, name, app, team, kind, state, step, attempt, revision,
       requested_at, deadline, continues, actor, via, clusters, waves, replicas, erasures)
     values ($1, $2, $3, $4, $5, $6, $7, 'queued', 'queued', 0, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) on conflict (id) do nothing`,
    [
      data.operation,
      id,
      namespace,
      name,
      app,
      team,
      kind,
      kind === 'delete' ? null : number,
      at,
      new Date(data.deadline),
      data.continues ?? null,
      data.actor,
      data.via,
      data.clusters,
      data.waves ? { ...data.waves, current: 1, held: false } : null,
      data.replicas ?? null,
      data.data === 'delete' ? erasuresOf(data, state) : null,
    ],
  )
}

/** Where data is to be erased: on its clusters, and on those that it left. */
function erasuresOf(
  { clusters, erases = [] }: EventData<'DeploymentRequested'>,
  { leaving }: DeploymentState,
): Record<string, null> {
  const all = [...clusters, ...[...erases, ...leaving].map(one => one.cluster)]
  return Object.fromEntries(all.toSorted().map(cluster => [cluster, null]))
}

type RevisionOfEvent = NonNullable<EventData<'DeploymentRequested'>['revision']>

async function desiredOf(
  revision: RevisionOfEvent,
  settingsOf: (digest: string) => Promise<unknown>,
) {
  const settings = await settingsOf(revision.settings)
  const { number, bindings, env, replicas, ingress, resources, origins } = revision
  return {
    revision: number,
    settings,
    bindings,
    env,
    replicas,
    ingress,
    ...(resources ? { resources } : {}),
    ...(origins ? { origins } : {}),
  }
}
