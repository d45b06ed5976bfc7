import type { Health, HealthState } from '#api/health.ts'
import type { Text } from '#api/names.ts'
import type { Sql } from '#platform/adapters/database/database.ts'

/** Of a deployment, or of it on one cluster, that nothing was ever seen of. */
export const nothingYet: Text = {
  en: 'Nothing has been applied yet',
  nl: 'Er is nog niets toegepast',
}

/** What is known of a deployment on one of its clusters. */
export type PlaceHealth = Health & { readonly cluster: string }

/** The worse come first. What is not known is worse than what is well, and hides nothing that is known to be wrong. */
const worst = ['degraded', 'missing', 'progressing', 'unknown', 'suspended', 'healthy'] as const

/** States that a cluster of which nothing is known does not change: they are worse than not knowing. */
export const worseThanUnknown = worst.slice(0, worst.indexOf('unknown'))

/**
 * How a deployment is, by how it is on each of its clusters: the worst that is known of any, or unknown where nothing known is worse.
 * It has been so since the first of them was; well since the last of them is. Of several, the reason says where.
 */
export function healthOver(places: readonly PlaceHealth[]): Health {
  const state: HealthState =
    worst.find(one => places.some(place => place.state === one)) ?? 'unknown'
  const those = places.filter(place => place.state === state)
  const times = those.map(place => place.since).toSorted()
  const since = (state === 'healthy' ? times.at(-1) : times[0]) ?? new Date(0).toISOString()
  const reason = places.length > 1 ? reasonsOf(those) : those[0]?.reason
  return { state, since, ...(reason && { reason }) }
}

function reasonsOf(places: readonly PlaceHealth[]): Health['reason'] {
  const known = places.flatMap(({ cluster, reason }) => (reason ? [{ cluster, reason }] : []))
  if (known.length === 0) return undefined
  const told = (language: 'en' | 'nl') =>
    known.map(({ cluster, reason }) => `${cluster}: ${reason[language]}`).join(' · ')
  return { en: told('en'), nl: told('nl') }
}

/** What was last seen of a deployment on one of the clusters where it runs. */
export type PlaceRow = {
  cluster: string
  state: HealthState | null
  reason: Health['reason'] | null
  since: Date
  drift: readonly string[] | null
}

/**
 * Writes how a deployment is by what was last seen of it on the clusters where it runs: on those it goes to or leaves it may stand
 * too, and that says nothing of it. Call it wherever one of these changed. `known` is what was seen on all of them, where that was read already.
 */
export async function refreshHealth(
  tx: Sql,
  deployment: string,
  known?: readonly PlaceRow[],
): Promise<void> {
  const rows = known ?? (await placeRows(tx, deployment))
  if (!rows.some(row => row.state)) return
  const health = healthOver(
    rows.map(({ cluster, state, reason, since }) => ({
      cluster,
      since: since.toISOString(),
      ...(state ? { state, ...(reason && { reason }) } : { state: 'missing', reason: nothingYet }),
    })),
  )
  const drift = rows.flatMap(row =>
    (row.drift ?? []).map(object => (rows.length > 1 ? `${row.cluster}: ${object}` : object)),
  )
  await tx.query(
    'update kade.deployment set drift = $2, health_state = $3, health = $4 where id = $1',
    [deployment, JSON.stringify(drift), health.state, health],
  )
}

function placeRows(tx: Sql, deployment: string): Promise<PlaceRow[]> {
  return tx.query<PlaceRow>(
    `select p.name as cluster, v.state, v.reason, coalesce(v.since, v.at, d.created_at) as since, v.drift
       from kade.deployment d, unnest(d.clusters) as p(name)
       left join kade.observation v on v.deployment = $1 and v.cluster = p.name
      where d.id = $1 order by p.name`,
    [deployment],
  )
}
