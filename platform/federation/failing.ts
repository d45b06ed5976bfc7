import type { Sql } from '#platform/adapters/database/database.ts'
import { readCandidates } from './candidates.ts'
import type { FailingCandidate } from './failover.ts'
import { type HubSuspect, healthRules, type Look, type Verdict } from './health.ts'

type Known = {
  readonly name: string
  readonly state: string
  readonly since: Date
  readonly looks: readonly Look[]
  readonly health: Verdict | null
  readonly draining: boolean
}

/** The clusters with what decides whether something is moved away from them, and what decides about all moves. */
export type Failing = {
  readonly candidates: readonly FailingCandidate[]
  readonly suspect: boolean
  /** When the last deployment was moved by itself. */
  readonly lastMoveAt: Date | null
}

/** Reads them. `drained` is a cluster that is taken for one that is being drained, to see what would happen. */
export async function readFailing(sql: Sql, now: Date, drained?: string): Promise<Failing> {
  const known = await sql.query<Known>(
    `select name, state, since, looks, health, coalesce((cordon->>'drain')::boolean, false) as draining from kade.cluster`,
  )
  const [watch] = await sql.query<{ suspect: HubSuspect | null; moved_at: Date | null }>(
    'select suspect, moved_at from kade.health_watch',
  )
  const candidates = (await readCandidates(sql, null, now)).map((one): FailingCandidate => {
    const is = known.find(({ name }) => name === one.name)
    const down = is !== undefined && isDown(is, now)
    const since = down ? is.health?.outSince : null
    return {
      ...one,
      down,
      outSince: since ? new Date(since) : null,
      coming: is !== undefined && isComing(is, now),
      draining: is?.draining === true || one.name === drained,
    }
  })
  return {
    candidates,
    suspect: (watch?.suspect ?? null) !== null,
    lastMoveAt: watch?.moved_at ?? null,
  }
}

/** Milliseconds that a worker which starts or joins it is waited for: one that dies in the middle says so to nobody. */
const comes = 120_000

function isComing({ state, since }: Known, now: Date): boolean {
  return (state === 'starting' || state === 'joining') && now.getTime() - since.getTime() < comes
}

/** A verdict that nobody has looked after for three rounds is none. */
function isDown({ looks, health }: Known, now: Date): boolean {
  const newest = looks.at(-1)
  if (!health?.down || !newest) return false
  return now.getTime() - Date.parse(newest.at) <= 3 * healthRules.every
}
