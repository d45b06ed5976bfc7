import type { Text } from '#api/names.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { sqlState } from '#platform/adapters/database/postgres.ts'
import type { PlatformContext } from '#platform/context.ts'
import { readStandings, standingsPerPage } from '#platform/deployments/standings.ts'
import { PlatformError } from '#platform/errors.ts'
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
import { notBegun, unread } from '#platform/federation/failover-reasons.ts'
import { startTicks } from '#platform/ticks.ts'

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
  const page: Page = { after: null, most: standingsPerPage }
  return startTicks(
    failoverRules.between,
    () => failOver(context, requestMove, log, page),
    error => log('Whether something has to be moved could not be decided.', error),
  )
}

/** Where among the deployments the next round begins, and how many it looks at. */
export type Page = { after: string | null; readonly most: number }

type Log = (message: string, error?: unknown) => void

/**
 * One round, of one process at a time, over one page of the deployments, which it turns; answers the operation it began. One deployment
 * that cannot be read or moved is held, and holds up no other.
 */
export async function failOver(
  context: PlatformContext,
  requestMove: RequestMove,
  log: Log,
  page: Page = { after: null, most: standingsPerPage },
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
    const names = left.map(one => one.name)
    const { after, most } = page
    const { standings, unreadable, next } = await readStandings(tx, names, after, most)
    page.after = next
    const { moves, held } = whatNow(standings, failing, now)
    let began: string | null = null
    const refused = unreadable.map(({ deployment, clusters, error }) => {
      log(`What ${deployment} consists of cannot be read.`, error)
      return unread(deployment, clusters.filter(name => names.includes(name)).toSorted())
    })
    for (const move of moves) {
      const outcome = await begin(context, tx, requestMove, move, log)
      if (typeof outcome === 'string') began = outcome
      else refused.push(outcome)
    }
    await keepHeld(tx, [...held, ...refused], { after, next }, now)
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

/** Begins a move; where that goes wrong, all it wrote is taken back and the deployment is held. */
async function begin(
  context: PlatformContext,
  tx: Sql,
  requestMove: RequestMove,
  move: Move,
  log: Log,
): Promise<string | Held> {
  await tx.query('savepoint a_move')
  try {
    return await ask(context, tx, requestMove, move)
  } catch (error) {
    // What passes by itself is for the next round.
    if (error instanceof PlatformError && error.code === 'database-unreachable') throw error
    if (/^(40|0A)/.test(sqlState(error) ?? '')) throw error
    await tx.query('rollback to savepoint a_move')
    log(`The move of ${move.deployment} could not be asked for.`, error)
    return notBegun(move.deployment, move.from)
  }
}

async function ask(
  context: PlatformContext,
  tx: Sql,
  requestMove: RequestMove,
  { deployment, from, to, reason }: Move,
): Promise<string | Held> {
  const now = context.clock()
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
async function keepHeld(
  tx: Sql,
  held: readonly Held[],
  { after, next }: { readonly after: string | null; readonly next: string | null },
  now: Date,
): Promise<void> {
  const before = await tx.query<KeptHeld>(
    `select deployment, clusters, code from kade.failover_held
      where ($1::uuid is null or deployment > $1::uuid) and ($2::uuid is null or deployment <= $2::uuid)`,
    [after, next],
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
    `insert into kade.failover_held (deployment, clusters, code, reason, verdicts, since)
     select n.deployment, n.clusters, n.code, n.reason, n.verdicts, $2::timestamptz
       from jsonb_to_recordset($1::jsonb) as n (deployment uuid, clusters text[], code text, reason jsonb, verdicts jsonb)
     on conflict (deployment) do update set clusters = excluded.clusters, code = excluded.code, reason = excluded.reason,
       verdicts = excluded.verdicts, since = excluded.since`,
    [JSON.stringify(news.map(({ from, ...one }) => ({ ...one, clusters: from }))), now],
  )
  // Also of what is no news: the ten minutes until it is asked again begin anew.
  await tx.query(
    'update kade.failover_held set refused_at = $2 where deployment = any($1::uuid[])',
    [held.flatMap(one => (one.code === 'refused' ? [one.deployment] : [])), now],
  )
  for (const { deployment, from, code, reason } of news) {
    if (!told.has(code)) continue
    const data = { deployment, clusters: [...from], code, message: reason }
    await append(tx, `observed-${deployment}`, null, [{ type: 'FailoverHeld', data }], {
      meta: { at: now },
    })
  }
}
