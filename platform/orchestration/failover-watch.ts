import type { Text } from '#api/names.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { readStandings } from '#platform/deployments/standings.ts'
import { append } from '#platform/events/store.ts'
import { type Drain, planDrain } from '#platform/federation/drain.ts'
import { type Failing, readFailing } from '#platform/federation/failing.ts'
import {
  decideFailover,
  failoverRules,
  type Held,
  type Move,
  type Standing,
} from '#platform/federation/failover.ts'

/** Asks for a move in the caller's transaction: the operation, or why it may not be. */
export type RequestMove = (
  context: PlatformContext,
  tx: Sql,
  wish: {
    deployment: string
    clusters: readonly string[]
    automatic: true
    reason: Text
    down: readonly string[]
  },
) => Promise<{ readonly operation: string } | { readonly refused: { readonly message: Text } }>

/** Moves deployments away from clusters that are down until the function given back has resolved. */
export function startFailover(
  context: PlatformContext,
  requestMove: RequestMove,
  log: (message: string, error?: unknown) => void,
): () => Promise<void> {
  let stopped = false
  let round: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    if (stopped) return
    round = round
      .then(() => failOver(context, requestMove))
      .catch(error => log('Whether something has to be moved could not be decided.', error))
  }, failoverRules.between)
  return async () => {
    stopped = true
    clearInterval(timer)
    await round
  }
}

/** One round, of one process at a time; answers the operation it began. */
export async function failOver(
  context: PlatformContext,
  requestMove: RequestMove,
): Promise<string | null> {
  return context.database.transaction(async tx => {
    const [lock] = await tx.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('kade.failover')) as mine`,
    )
    if (!lock?.mine) return null
    const now = context.clock()
    const failing = await readFailing(tx, now)
    const left = failing.candidates.filter(one => one.down || one.draining)
    if (left.length === 0) {
      await tx.query('delete from kade.failover_held')
      return null
    }
    const standings = await readStandings(
      tx,
      left.map(one => one.name),
    )
    const { moves, held } = whatNow(standings, failing, now)
    let began: string | null = null
    const refused: Held[] = []
    for (const move of moves) {
      const outcome = await begin(context, tx, requestMove, move, now)
      if (typeof outcome === 'string') began = outcome
      else refused.push(outcome)
    }
    await keepHeld(tx, [...held, ...refused], now)
    return began
  })
}

/** At most one move: what flees from a cluster that is down goes before what leaves one that is drained. */
function whatNow(
  standings: readonly Standing[],
  { candidates, suspect, lastMoveAt }: Failing,
  now: Date,
): Drain {
  const failover = decideFailover(standings, candidates, { suspect, lastMoveAt, now })
  const isDown = (name: string) => candidates.some(one => one.name === name && one.down)
  const drain = planDrain(
    standings.filter(one => !one.clusters.some(isDown)),
    candidates,
    now,
  )
  const isTurn = !lastMoveAt || now.getTime() - lastMoveAt.getTime() >= failoverRules.between
  const isFree = !suspect && isTurn && failover.moves.length === 0
  return {
    moves: isFree ? drain.moves.slice(0, 1) : failover.moves,
    held: [...failover.held, ...drain.held],
  }
}

async function begin(
  context: PlatformContext,
  tx: Sql,
  requestMove: RequestMove,
  { deployment, from, to, reason }: Move,
  now: Date,
): Promise<string | Held> {
  const result = await requestMove(context, tx, {
    ...{ deployment, clusters: to, reason, down: from },
    automatic: true,
  })
  if ('refused' in result)
    return { deployment, from, code: 'refused', reason: result.refused.message }
  const { operation } = result
  await tx.query('update kade.health_watch set moved_at = $1', [now])
  await tx.query(
    `insert into kade.failover_move (deployment, operation, clusters, at) values ($1, $2, $3, $4)
     on conflict (deployment) do update set operation = $2, clusters = $3, at = $4`,
    [deployment, operation, [...from], now],
  )
  return operation
}

/** What somebody should hear of: the others are over by waiting. */
const told: ReadonlySet<Held['code']> = new Set(['never', 'no-target', 'refused', 'failed'])

type KeptHeld = { deployment: string; clusters: string[]; code: Held['code'] }

/** Keeps what is held back, and tells of it once: when its reason becomes another. */
async function keepHeld(tx: Sql, held: readonly Held[], now: Date): Promise<void> {
  const before = await tx.query<KeptHeld>(
    'select deployment, clusters, code from kade.failover_held',
  )
  const known = new Map(before.map(one => [one.deployment, one]))
  const same = ({ deployment, from, code }: Held) => {
    const kept = known.get(deployment)
    // Why it was refused says more than that it was.
    const still = kept?.code === code || (kept?.code === 'refused' && code === 'failed')
    return still && kept?.clusters.join() === from.join()
  }
  const stays = new Set(held.map(one => one.deployment))
  await tx.query('delete from kade.failover_held where deployment = any($1::uuid[])', [
    before.flatMap(({ deployment }) => (stays.has(deployment) ? [] : [deployment])),
  ])
  const news = held.filter(one => !same(one))
  await tx.query(
    `insert into kade.failover_held as h (deployment, clusters, code, reason, verdicts, since, refused_at)
     select n.deployment, n.clusters, n.code, n.reason, n.verdicts, $2::timestamptz,
         case when n.code = 'refused' then $2::timestamptz end
       from jsonb_to_recordset($1::jsonb) as n (deployment uuid, clusters text[], code text, reason jsonb, verdicts jsonb)
     on conflict (deployment) do update set clusters = excluded.clusters, code = excluded.code, reason = excluded.reason,
       verdicts = excluded.verdicts, since = excluded.since, refused_at = coalesce(excluded.refused_at, h.refused_at)`,
    [JSON.stringify(news.map(({ from, ...one }) => ({ ...one, clusters: from }))), now],
  )
  for (const { deployment, from, code, reason } of news) {
    if (!told.has(code)) continue
    const data = { deployment, clusters: [...from], code, message: reason }
    await append(tx, `observed-${deployment}`, null, [{ type: 'FailoverHeld', data }], {
      meta: { at: now },
    })
  }
}
