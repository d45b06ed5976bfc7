import type { Namespace } from '#api/clusters.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { assumedOn } from './assumed.ts'
import { type KnownHealth, placementHealth } from './health-view.ts'
import type { Candidate } from './placement.ts'
import { silentTime } from './registry.ts'
import type { Survey } from './survey.ts'
import { readSurveys } from './surveys.ts'

/** A survey that is older says nothing any more of what is free. */
const surveyHolds = 10 * 60_000

type Row = {
  name: string
  region: string
  jurisdiction: string
  is_primary: boolean
  state: KnownHealth['state']
  looks: KnownHealth['looks']
  health: KnownHealth['health']
  silent: boolean
  cordoned: boolean
}

/** The clusters as a placement sees them, for a namespace; one that is not known stands everywhere, as it would once it is created. */
export async function readCandidates(
  sql: Sql,
  namespace: Pick<Namespace, 'clusters'> | null,
  now: Date,
): Promise<Candidate[]> {
  const rows = await sql.query<Row>(
    `select name, region, jurisdiction, is_primary, state, looks, health, cordon is not null as cordoned,
        coalesce(heartbeat_at < now() - ${silentTime}, false) as silent
       from kade.cluster order by name`,
  )
  const surveys = await readSurveys(sql)
  const fresh = new Map(
    [...surveys].filter(([, survey]) => now.getTime() - survey.at.getTime() < surveyHolds),
  )
  const assumed = await assumedOn(sql, fresh)
  const stands = namespace && new Set(namespace.clusters.map(one => one.name))
  return rows.map(row => {
    const survey: Survey | undefined = fresh.get(row.name)
    return {
      name: row.name,
      region: row.region,
      jurisdiction: row.jurisdiction,
      primary: row.is_primary,
      labels: surveys.get(row.name)?.labels ?? {},
      health: placementHealth(row, row.silent, now),
      cordoned: row.cordoned,
      namespace: stands === null || stands.has(row.name),
      rooms: survey?.rooms ?? null,
      assumed: assumed.get(row.name) ?? [],
      elastic: survey?.elastic ?? false,
    }
  })
}
