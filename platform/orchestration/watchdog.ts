import type { Text } from '#api/names.ts'
import type { Cause, OperationKind } from '#api/operations.ts'
import type { PlatformContext } from '#platform/context.ts'
import { isPreparing } from '#platform/deployments/deployment.ts'
import { standsNowhere } from '#platform/deployments/leaving.ts'
import { change } from '#platform/deployments/stream.ts'
import type { WaitData } from '#platform/events/types.ts'
import { silentAfter, silentTime } from '#platform/federation/registry.ts'
import { startTicks } from '#platform/ticks.ts'
import { nextAfter } from './advice.ts'
import { settleSeconds } from './gates.ts'
import { judgeWaiting } from './judge.ts'

/** While only jobs of the app are waited for; see `stepOf` in `projection.ts`. */
const jobSteps = ['preparing', 'testing', 'concluding']

type OverduePlace = {
  readonly cluster: string
  readonly reachable: boolean
  readonly ready: boolean
  readonly reason: Text | null
}

type Overdue = {
  id: string
  deployment: string
  kind: OperationKind
  attempt: number
  step: string
  waits_for: readonly WaitData[] | null
  /** What is known of each of its clusters. */
  places: readonly OverduePlace[]
}

/**
 * Ends what nobody ended: an operation past its deadline fails with the best-known cause. While a round runs no other begins; the
 * function given back ends the one in hand between two operations.
 */
export function startWatchdog(
  context: PlatformContext,
  log: (message: string, error?: unknown) => void,
  every = 2_000,
): () => Promise<void> {
  return startTicks(
    every,
    async signal => {
      await endOverdue(context, log, signal)
      if (!signal.aborted) await judgeWaiting(context, log, signal)
    },
    error => log('The watchdog failed; it runs again.', error),
  )
}

/** Fails each operation whose deadline has passed; one that cannot be ended does not hold up the others. */
export async function endOverdue(
  context: PlatformContext,
  log: (message: string, error?: unknown) => void,
  signal?: AbortSignal,
): Promise<void> {
  const overdue = await context.database.query<Overdue>(
    `select o.id, o.deployment, o.kind, o.attempt, o.step, o.waits_for, p.places
       from kade.operation o
       left join kade.deployment d on d.id = o.deployment,
       lateral (select coalesce(jsonb_agg(jsonb_build_object('cluster', at.name, 'reason', v.reason,
           'reachable', coalesce(c.heartbeat_at > $1::timestamptz - ${silentTime}, false),
           'ready', coalesce(v.ready or o.step = 'concluding' and v.state = 'healthy', false)) order by at.name), '[]') as places
         from unnest(coalesce(o.clusters, d.clusters)) as at(name)
         left join kade.cluster c on c.name = at.name
         left join kade.observation v on v.deployment = o.deployment and v.cluster = at.name and v.revision = o.revision) p
      where o.ended_at is null and o.deadline < $1 limit 100`,
    [context.clock()],
  )
  for (const one of overdue) {
    if (signal?.aborted) return
    await end(context, one).catch(error => log(`Operation ${one.id} could not be ended.`, error))
  }
}

async function end(context: PlatformContext, overdue: Overdue): Promise<void> {
  const { cause, cluster } = causeOf(overdue)
  await context.database.transaction(async tx => {
    await change(context, tx, overdue.deployment, state => {
      const { operation, lastGood } = state
      if (operation?.id !== overdue.id) return null
      // It runs where it was to go to, or nowhere: what it left is emptied when that can be done.
      if (operation.moved || standsNowhere(operation))
        return { type: 'complete', operation: overdue.id }
      const next = nextAfter(cause.code, lastGood, isPreparing(operation))
      return { type: 'fail', operation: overdue.id, cause, cluster, next }
    })
  })
}

/** The cause, and the cluster of several where it lies. */
function causeOf(overdue: Overdue): { cause: Cause; cluster: string | undefined } {
  const { places } = overdue
  const away = places.find(one => !one.reachable)
  if (away || places.length === 0) return { cause: outOfReach, cluster: away?.cluster }
  const late = places.find(one => !one.ready)
  return { cause: causeWithin(overdue, late), cluster: late?.cluster }
}

const outOfReach: Cause = {
  code: 'cluster-unreachable',
  message: {
    en: 'Its cluster could not be reached before the deadline.',
    nl: 'Het cluster was voor de deadline niet bereikbaar.',
  },
}

/** Where all clusters can be reached; `late`: the first that is not ready. */
function causeWithin(
  { kind, attempt, step, waits_for }: Overdue,
  late: OverduePlace | undefined,
): Cause {
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
  if (step === 'held')
    return {
      code: 'wave-not-approved',
      message: {
        en: 'Nobody let its next wave begin before the deadline.',
        nl: 'Niemand heeft de volgende golf voor de deadline laten beginnen.',
      },
    }
  if (!late && isWatched)
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
      en: `Its pods were not ready before the deadline${last(late?.reason?.en)}.`,
      nl: `De pods waren niet voor de deadline gereed${last(late?.reason?.nl)}.`,
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

type Idle = { kind: 'advance'; cluster: string; subject: string; key: string }

/**
 * Open operations that should have a task and have stood still for a while, and clusters to be emptied that can be reached; those
 * without a task get it again.
 */
export async function findIdle(context: PlatformContext): Promise<Idle[]> {
  const rows = await context.database.query<{ id: string; deployment: string; cluster: string }>(
    `select o.id, o.deployment, unnest(coalesce(o.clusters, d.clusters)) as cluster
       from kade.operation o join kade.deployment d on d.id = o.deployment
      where o.ended_at is null and o.requested_at < $1::timestamptz - interval '15 seconds'
        and coalesce(o.step, '') not in ('held', 'emptying')
        and (coalesce(o.step, '') <> all($2) or not exists (
          select from unnest(coalesce(o.clusters, d.clusters)) as at(name)
            left join kade.observation v on v.deployment = o.deployment and v.cluster = at.name
           where (v.revision = o.revision and v.ready) is not true)
          or exists (select from kade.observation v where v.deployment = o.deployment
            and (v.gate->>'revision')::int = o.revision and (v.gate->>'open')::boolean)
          or o.step = 'concluding' and o.deadline < $1::timestamptz + make_interval(secs => $3))
        and (o.waits_for is null or exists (${somethingCame}))
      limit 500`,
    [context.clock(), ['waiting', ...jobSteps], settleSeconds],
  )
  const left = await context.database.query<{ id: string; deployment: string; cluster: string }>(
    `select l.operation as id, l.deployment, l.cluster
       from kade.leaving l join kade.cluster c on c.name = l.cluster
      where l.since < $1::timestamptz - interval '15 seconds'
        and c.heartbeat_at >= now() - make_interval(secs => $2) limit 500`,
    [context.clock(), silentAfter / 1000],
  )
  return [...rows, ...left].map(({ id, deployment, cluster }) => ({
    kind: 'advance',
    cluster,
    subject: id,
    key: deployment,
  }))
}
