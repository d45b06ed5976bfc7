import type { Text } from '#api/names.ts'
import type { Cause } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { EventData, NewEvent, Phase } from '#platform/events/types.ts'
import type { DeploymentState } from './deployment.ts'
import { leftRunning } from './left-running.ts'

/**
 * The read model of deployments: rows that follow from events alone, so that one command rebuilds them. What is merely
 * seen (health, drift) is not written here; see `observations.ts`.
 */
export type Fact = { readonly event: NewEvent; readonly at: Date }

export type Projection = {
  readonly id: string
  readonly facts: readonly Fact[]
  /** After all facts. */
  readonly state: DeploymentState
  /** Settings by digest, for the revisions among the facts. */
  readonly settingsOf: (digest: string) => Promise<unknown>
}

/** Brings the rows of one deployment up to its newest events. Idempotent per event. */
export async function project(
  tx: Sql,
  { id, facts, state, settingsOf }: Projection,
): Promise<void> {
  for (const { event, at } of facts) {
    if (event.type === 'DeploymentRequested')
      await requested(tx, id, event.data, at, state, settingsOf)
    else if (event.type === 'DeploymentBlocked') await blocked(tx, event.data)
    else if (event.type === 'DeploymentStarted') await started(tx, event.data)
    else if (event.type === 'PhaseStarted') await begun(tx, event.data)
    else if (event.type === 'DeploymentApplied') await applied(tx, id, event.data, at, state)
    else if (event.type === 'DeploymentCompleted') await ended(tx, id, event.data, at, 'succeeded')
    else if (event.type === 'DeploymentFailed') await failed(tx, id, event.data, at)
    else if (event.type === 'OperationCancelled') await cancelled(tx, id, event.data, at)
    else if (event.type === 'DeploymentDeleted') await deleted(tx, id, event.data, at)
  }
}

const nothingYet: Text = {
  en: 'Nothing has been applied yet',
  nl: 'Er is nog niets toegepast',
}

async function requested(
  tx: Sql,
  id: string,
  data: EventData<'DeploymentRequested'>,
  at: Date,
  state: DeploymentState,
  settingsOf: (digest: string) => Promise<unknown>,
): Promise<void> {
  const { namespace, name, app, team, kind } = data
  const number = data.revision?.number ?? state.revisions.at(-1)?.number ?? 0
  await tx.query(
    `insert into kade.operation (id, deployment, namespace, name, app, team, kind, state, step, attempt, revision,
       requested_at, deadline, continues, actor, via)
     values ($1, $2, $3, $4, $5, $6, $7, 'queued', 'queued', 0, $8, $9, $10, $11, $12, $13) on conflict (id) do nothing`,
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
    ],
  )
  if (kind === 'create')
    await tx.query(
      `insert into kade.deployment_name (namespace, name, deployment) values ($1, $2, $3) on conflict do nothing`,
      [namespace, name, id],
    )
  if (data.revision) {
    const desired = await desiredOf(data.revision, settingsOf)
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
         desired, health_state, health, drift, operation_id, url, created_at, updated_at, composition, placement)
       values ($1, $2, $3, $4, $5, $6, $7, $8,
         (select coalesce(bool_or(simulated), false) from kade.cluster where name = any($8)), $9, $10,
         'missing', $11, '[]', $12, $13, $14, $14, $15, $16)
       on conflict (id) do update set version = $7, clusters = $8, revision = $9, desired = $10, operation_id = $12,
         url = $13, updated_at = $14, placement = coalesce($16, deployment.placement)`,
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
        data.placement ? { ...data.placement, at: at.toISOString() } : null,
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

async function blocked(tx: Sql, data: EventData<'DeploymentBlocked'>): Promise<void> {
  await tx.query(
    `update kade.operation set step = 'blocked', waits_for = $2 where id = $1 and ended_at is null`,
    [data.operation, JSON.stringify(data.waitsFor)],
  )
}

async function started(tx: Sql, data: EventData<'DeploymentStarted'>): Promise<void> {
  const { after, tries } = data
  // To go on after a phase is no new attempt, in events of before tries were told neither.
  await tx.query(
    `update kade.operation set state = 'running', attempt = coalesce($2, attempt + case when $3 then 0 else 1 end), waits_for = null,
       step = case when kind = 'delete' then 'deleting' when step = 'waiting' and not $3 then 'finishing' else 'applying' end
     where id = $1 and ended_at is null`,
    [data.operation, tries ?? null, after !== undefined],
  )
}

/** What an operation waits for in each phase, in the words of its `step`. */
const stepOf = {
  pre: 'preparing',
  main: 'waiting',
  test: 'testing',
  post: 'concluding',
} as const satisfies Record<Phase, string>

async function begun(
  tx: Sql,
  { operation, phase = 'main' }: { operation: string; phase?: Phase | undefined },
): Promise<void> {
  await tx.query(`update kade.operation set step = $2 where id = $1 and ended_at is null`, [
    operation,
    stepOf[phase],
  ])
}

async function applied(
  tx: Sql,
  id: string,
  data: EventData<'DeploymentApplied'>,
  at: Date,
  state: DeploymentState,
): Promise<void> {
  await begun(tx, data)
  const all = state.identity?.clusters.every(
    one => one === data.cluster || state.operation?.applied.includes(one),
  )
  if (all)
    await tx.query('update kade.deployment set applied = $2, updated_at = $3 where id = $1', [
      id,
      { revision: data.revision, at: at.toISOString() },
      at,
    ])
}

/** An operation that ended with a question has failed as far as its revision goes. */
async function failed(
  tx: Sql,
  id: string,
  data: EventData<'DeploymentFailed'>,
  at: Date,
): Promise<void> {
  await ended(tx, id, data, at, 'failed', data.cause, data.next)
  if (data.asks)
    await tx.query(`update kade.operation set state = 'needs-approval', asks = $2 where id = $1`, [
      data.operation,
      data.asks,
    ])
}

async function ended(
  tx: Sql,
  id: string,
  data: { operation: string; revision?: number | undefined },
  at: Date,
  outcome: 'succeeded' | 'failed' | 'cancelled',
  cause?: Cause,
  next?: Text,
): Promise<void> {
  await tx.query(
    `update kade.operation set state = $2, step = null, waits_for = null, ended_at = $3, cause = $4, next = $5
     where id = $1 and ended_at is null`,
    [data.operation, outcome, at, cause ?? null, next ?? null],
  )
  await tx.query(
    `update kade.revision set result = $3 where deployment = $1 and result = 'pending'
       and number = (select revision from kade.operation where id = $2)`,
    [id, data.operation, outcome],
  )
  if (outcome !== 'succeeded')
    await tx.query(
      `update kade.deployment set desired = desired - 'deleted', updated_at = $2 where id = $1`,
      [id, at],
    )
}

const superseded: Cause = {
  code: 'superseded',
  message: {
    en: 'A newer request took its place.',
    nl: 'Een nieuwer verzoek kwam ervoor in de plaats.',
  },
}
const byPerson: Cause = {
  code: 'cancelled',
  message: { en: 'It was cancelled on request.', nl: 'Op verzoek afgebroken.' },
}

async function cancelled(
  tx: Sql,
  id: string,
  data: EventData<'OperationCancelled'>,
  at: Date,
): Promise<void> {
  await ended(tx, id, data, at, 'cancelled', data.supersededBy ? superseded : byPerson, {
    en: data.supersededBy
      ? 'Follow the newer operation.'
      : 'What was applied before stays. Roll back to the last revision that worked, or update.',
    nl: data.supersededBy
      ? 'Volg de nieuwere bewerking.'
      : 'Wat al was toegepast blijft staan. Ga terug naar de laatste revisie die werkte, of pas aan.',
  })
}

async function deleted(
  tx: Sql,
  id: string,
  data: EventData<'DeploymentDeleted'>,
  at: Date,
): Promise<void> {
  const next = data.forgotten && leftRunning(id, data.forgotten)
  await ended(tx, id, data, at, 'succeeded', undefined, next)
  await tx.query('delete from kade.deployment_name where deployment = $1', [id])
  await tx.query('delete from kade.observation where deployment = $1', [id])
  await tx.query('delete from kade.deployment where id = $1', [id])
}
