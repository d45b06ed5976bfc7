import type { Text } from '#api/names.ts'
import type { Cause, OperationKind } from '#api/operations.ts'
import type { PlatformContext } from '#platform/context.ts'
import { isPreparing } from '#platform/deployments/deployment.ts'
import { change } from '#platform/deployments/stream.ts'
import type { WaitData } from '#platform/events/types.ts'
import { nextAfter } from './advice.ts'
import { settleSeconds } from './gates.ts'

/** While only jobs of the app are waited for; see `stepOf` in `projection.ts`. */
const jobSteps = ['preparing', 'testing', 'concluding']

type Overdue = {
  id: string
  deployment: string
  kind: OperationKind
  attempt: number
  step: string
  reason: Text | null
  ready: boolean
  waits_for: readonly WaitData[] | null
  reachable: boolean
}

/**
 * Ends what nobody ended: an operation past its deadline fails with the best-known cause.
 */
export function startWatchdog(
  context: PlatformContext,
  log: (message: string, error?: unknown) => void,
  every = 2_000,
): () => Promise<void> {
  let stopped = false
  let round: Promise<void> = Promise.resolve()
  const run = async (): Promise<void> => {
    try {
      await endOverdue(context, log)
    } catch (error) {
      log('The watchdog failed; it runs again.', error)
    }
  }
  const timer = setInterval(() => {
    if (!stopped) round = round.then(run)
  }, every)
  return async () => {
    stopped = true
    clearInterval(timer)
    await round
  }
}

/** Fails each operation whose deadline has passed; one that cannot be ended does not hold up the others. */
export async function endOverdue(
  context: PlatformContext,
  log: (message: string, error?: unknown) => void,
): Promise<void> {
  const overdue = await context.database.query<Overdue>(
    `select o.id, o.deployment, o.kind, o.attempt, o.step, o.waits_for, v.reason, coalesce(v.ready or o.step = 'concluding' and v.state = 'healthy', false) as ready,
        coalesce(bool_and(c.heartbeat_at > $1::timestamptz - interval '20 seconds'), false) as reachable
       from kade.operation o
       left join kade.deployment d on d.id = o.deployment
       left join kade.cluster c on c.name = any(d.clusters)
       left join kade.observation v on v.deployment = o.deployment and v.revision = o.revision
      where o.ended_at is null and o.deadline < $1 group by o.id, v.reason, v.ready, v.state limit 100`,
    [context.clock()],
  )
  for (const one of overdue)
    await end(context, one).catch(error => log(`Operation ${one.id} could not be ended.`, error))
}

async function end(context: PlatformContext, overdue: Overdue): Promise<void> {
  const cause = causeOf(overdue)
  await context.database.transaction(async tx => {
    await change(context, tx, overdue.deployment, state =>
      state.operation?.id === overdue.id
        ? {
            type: 'fail',
            operation: overdue.id,
            cause,
            next: nextAfter(cause.code, state.lastGood, isPreparing(state.operation)),
          }
        : null,
    )
  })
}

function causeOf({ kind, attempt, step, reason, ready, reachable, waits_for }: Overdue): Cause {
  if (!reachable)
    return {
      code: 'cluster-unreachable',
      message: {
        en: 'Its cluster could not be reached before the deadline.',
        nl: 'Het cluster was voor de deadline niet bereikbaar.',
      },
    }
  if (waits_for)
    return {
      code: kind === 'delete' ? 'still-in-use' : 'provider-not-ready',
      message: {
        en: `It could not begin before its deadline. ${waits_for.map(one => one.message.en).join(' ')}`,
        nl: `Het kon niet voor de deadline beginnen. ${waits_for.map(one => one.message.nl).join(' ')}`,
      },
    }
  if (attempt === 0)
    return {
      code: 'not-started-in-time',
      message: {
        en: 'No worker took it up before the deadline.',
        nl: 'Geen worker heeft het voor de deadline opgepakt.',
      },
    }
  if (kind === 'delete')
    return {
      code: 'not-deleted-in-time',
      message: {
        en: 'Some of its objects were not gone before the deadline.',
        nl: 'Sommige objecten waren voor de deadline nog niet verdwenen.',
      },
    }
  const isWatched = step === 'waiting' || jobSteps.includes(step)
  if (ready && isWatched)
    return {
      code: 'not-settled-in-time',
      message: {
        en: 'Its new pods serve, but what they replaced could not be removed before the deadline.',
        nl: 'De nieuwe pods werken, maar wat ze vervangen kon niet voor de deadline worden verwijderd.',
      },
    }
  if (jobSteps.includes(step))
    return {
      code: 'job-not-done-in-time',
      message: {
        en: 'A job of the app was not done before the deadline.',
        nl: 'Een taak van de app was niet voor de deadline klaar.',
      },
    }
  if (step !== 'waiting')
    return {
      code: 'not-applied-in-time',
      message: {
        en: 'Its objects could not be applied before the deadline.',
        nl: 'De objecten konden niet voor de deadline worden toegepast.',
      },
    }
  const last = (said: string | undefined) => (said ? ` (${said})` : '')
  return {
    code: 'not-ready-in-time',
    message: {
      en: `Its pods were not ready before the deadline${last(reason?.en)}.`,
      nl: `De pods waren niet voor de deadline gereed${last(reason?.nl)}.`,
    },
  }
}

/** Of what a blocked operation waits for, something is there or gone by now. */
const somethingCame = `
  select from jsonb_array_elements(o.waits_for) as w
    left join kade.deployment p on p.id = (w->>'deployment')::uuid
    left join kade.operation q on q.id = p.operation_id
   where p.id is null
      or w->>'until' = 'ready' and p.health_state = 'healthy' and exists (
        select from kade.revision r where r.deployment = p.id and r.result = 'succeeded')
      or w->>'until' = 'gone' and q.ended_at is not null`

/** Open operations that should have a task and have stood still for a while; those without one get it again. */
export async function findIdle(
  context: PlatformContext,
): Promise<{ kind: 'advance'; cluster: string; subject: string; key: string }[]> {
  const rows = await context.database.query<{ id: string; deployment: string; cluster: string }>(
    `select o.id, o.deployment, unnest(d.clusters) as cluster
       from kade.operation o join kade.deployment d on d.id = o.deployment
      where o.ended_at is null and o.requested_at < $1::timestamptz - interval '15 seconds'
        and (coalesce(o.step, '') <> all($2) or exists (
          select from kade.observation v where v.deployment = o.deployment and (v.revision = o.revision and v.ready
            or (v.gate->>'revision')::int = o.revision and (v.gate->>'open')::boolean))
          or o.step = 'concluding' and o.deadline < $1::timestamptz + make_interval(secs => $3))
        and (o.waits_for is null or exists (${somethingCame}))
      limit 500`,
    [context.clock(), ['waiting', ...jobSteps], settleSeconds],
  )
  return rows.map(({ id, deployment, cluster }) => ({
    kind: 'advance',
    cluster,
    subject: id,
    key: deployment,
  }))
}
