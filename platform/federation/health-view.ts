import type { Cluster, HubHealth } from '#api/clusters.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { healthRules, type Look, type Verdict } from './health.ts'
import { healthReasons, suspectReason } from './health-reasons.ts'
import type { KeptSuspicion } from './health-watch.ts'
import type { ClusterHealth } from './placement.ts'

/** What stands in the registry about how a cluster is. */
export type KnownHealth = {
  readonly state: Cluster['state']
  readonly since: Date
  readonly looks: readonly Look[]
  readonly health: Verdict | null
  readonly heartbeat_at: Date | null
  readonly probed_at: Date | null
  readonly message: Cluster['message']
}

/**
 * How a cluster is for who places something on it. It is unknown as soon as its worker is silent, before that is a verdict; where nobody
 * watches, the heartbeat alone says it.
 */
export function placementHealth(
  known: Pick<KnownHealth, 'state' | 'looks' | 'health'>,
  silent: boolean,
  now: Date,
): ClusterHealth {
  if (known.state === 'starting' || known.state === 'joining') return 'joining'
  if (known.state !== 'ready') return 'not-ready'
  const verdict = isWatched(known, now) ? known.health : null
  if (verdict?.state === 'not-ready') return 'not-ready'
  if (silent) return 'unknown'
  return verdict?.state ?? 'ready'
}

function isWatched({ looks }: Pick<KnownHealth, 'looks'>, now: Date): boolean {
  const newest = looks.at(-1)
  return newest !== undefined && now.getTime() - Date.parse(newest.at) <= healthRules.window
}

/** How a cluster is, with both signals, for people. */
export function healthView(known: KnownHealth, silent: boolean, now: Date): Cluster['health'] {
  const state = placementHealth(known, silent, now)
  const watched = isWatched(known, now)
  const verdict = watched && known.health?.state === state ? known.health : null
  const look = watched ? known.looks.at(-1) : undefined
  const seen = silent ? 'silent' : 'well'
  const heard = known.heartbeat_at ?? known.since
  return {
    state,
    since: verdict?.since ?? (state === 'unknown' ? heard : known.since).toISOString(),
    reason: verdict
      ? healthReasons[verdict.why]
      : state === 'unknown'
        ? healthReasons['one-signal']
        : state === 'ready'
          ? healthReasons.well
          : known.message,
    signals: {
      worker: {
        says: look?.worker ?? (known.heartbeat_at ? seen : 'silent'),
        at: known.heartbeat_at?.toISOString() ?? null,
      },
      probe: { says: look?.probe ?? 'none', at: known.probed_at?.toISOString() ?? null },
    },
  }
}

/** Whether Kade suspects that it is cut off itself, with the clusters that fell silent together. */
export async function readHubHealth(sql: Sql): Promise<HubHealth> {
  const [row] = await sql.query<{ suspect: KeptSuspicion | null }>(
    'select suspect from kade.health_watch',
  )
  const suspect = row?.suspect?.told ? row.suspect : null
  if (!suspect) return { suspect: null }
  const { since, silent } = suspect
  return { suspect: { since, silent: [...silent], reason: suspectReason(suspect) } }
}
