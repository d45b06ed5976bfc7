import type { Text } from '#api/names.ts'
import type { Cause } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { type EventData, type NewEvent, type Phase, phases } from '#platform/events/types.ts'
import { type DeploymentState, reachedBy } from './deployment.ts'
import { leftRunning } from './left-running.ts'
import { emptied, keepLeaving, mayLeave, moved, waved } from './project-places.ts'
import { projectRequest } from './project-request.ts'

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
      await projectRequest(tx, id, event.data, at, state, settingsOf)
    else if (event.type === 'DeploymentBlocked') await blocked(tx, event.data)
    else if (event.type === 'DeploymentStarted') await started(tx, event.data, state)
    else if (event.type === 'PhaseStarted') await begun(tx, event.data, state)
    else if (event.type === 'DeploymentApplied') await applied(tx, id, event.data, at, state)
    else if (event.type === 'DeploymentCompleted') await ended(tx, id, event.data, at, 'succeeded')
    else if (event.type === 'DeploymentFailed') await failed(tx, id, event.data, at)
    else if (event.type === 'OperationCancelled') await cancelled(tx, id, event.data, at)
    else if (event.type === 'DeploymentDeleted') await deleted(tx, id, event.data, at)
    else if (event.type === 'DeploymentMoved') await moved(tx, id, event.data, at, state)
    else if (event.type === 'PlaceEmptied') await emptied(tx, id, event.data, at, state)
    else if (event.type === 'WaveHeld' || event.type === 'WaveStarted')
      await waved(tx, event.data, event.type === 'WaveHeld')
    if (mayLeave(event, state)) await keepLeaving(tx, id, state, at)
  }
}

async function blocked(tx: Sql, data: EventData<'DeploymentBlocked'>): Promise<void> {
  await tx.query(
    `update kade.operation set step = 'blocked', waits_for = $2 where id = $1 and ended_at is null`,
    [data.operation, JSON.stringify(data.waitsFor)],
  )
}

async function started(
  tx: Sql,
  data: EventData<'DeploymentStarted'>,
  { operation: open }: DeploymentState,
): Promise<void> {
  if (open?.id !== data.operation) return
  const isWhole = open.applied.includes(data.cluster)
  await tx.query(
    `update kade.operation set state = 'running', attempt = $2, tries = $3, waits_for = null,
       step = case when kind = 'delete' then 'deleting' when $4 then 'finishing' else 'applying' end
     where id = $1 and ended_at is null`,
    [data.operation, Math.max(...Object.values(open.tries)), open.tries, isWhole],
  )
}

/** What an operation waits for in each phase, in the words of its `step`. */
const stepOf = {
  pre: 'preparing',
  main: 'waiting',
  test: 'testing',
  post: 'concluding',
} as const satisfies Record<Phase, string>

/** One that has not come so far on all of its clusters is still being applied. */
async function begun(
  tx: Sql,
  { operation, phase = 'main' }: { operation: string; phase?: Phase | undefined },
  { operation: open }: DeploymentState,
): Promise<void> {
  const applied = (one: string) => open?.applied.includes(one) || open?.phases[one] !== undefined
  if (open?.id === operation && !reachedBy(open).every(applied)) return
  const begun = reachedBy(open).map(one => open?.phases[one] ?? phase)
  const first = phases.find(one => begun.includes(one)) ?? phase
  await tx.query(`update kade.operation set step = $2 where id = $1 and ended_at is null`, [
    operation,
    stepOf[first],
  ])
}

async function applied(
  tx: Sql,
  id: string,
  data: EventData<'DeploymentApplied'>,
  at: Date,
  state: DeploymentState,
): Promise<void> {
  await begun(tx, data, state)
  const here = { revision: data.revision, at: at.toISOString() }
  const { operation: open } = state
  // Of a move it is so once it has moved: it may yet come to nothing.
  const all =
    open?.kind !== 'move' &&
    open?.clusters.every(one => one === data.cluster || open.applied.includes(one))
  await tx.query(
    `update kade.deployment set places = places || jsonb_build_object($2::text, $3::jsonb),
       applied = case when $4 then $3 else applied end, updated_at = $5 where id = $1`,
    [id, data.cluster, here, all ?? false, at],
  )
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
  if (outcome === 'succeeded') return
  // What is not done yet is done only where it goes on without the operation.
  await tx.query(
    `update kade.operation o set erasures = (select jsonb_object_agg(key, value) from jsonb_each(erasures)
        where value <> 'null' or exists (select from kade.leaving l where l.operation = o.id and l.cluster = key))
      where id = $1 and erasures is not null`,
    [data.operation],
  )
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
  // Where it stood the end itself says that it is done; of what was forgotten nothing is promised.
  await tx.query(
    `update kade.operation set erasures = (
        select jsonb_object_agg(key, case when $3 then value when key = any(clusters) then coalesce(value, to_jsonb($2::text)) else value end)
          from jsonb_each(erasures) where not key = any($4))
      where id = $1 and erasures is not null`,
    [data.operation, at.toISOString(), data.forgotten !== undefined, data.forgotten ?? []],
  )
  await tx.query('delete from kade.deployment_name where deployment = $1', [id])
  await tx.query('delete from kade.observation where deployment = $1', [id])
  await tx.query('delete from kade.deployment where id = $1', [id])
}
