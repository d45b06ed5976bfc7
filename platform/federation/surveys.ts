import type { Sql } from '#platform/adapters/database/database.ts'
import type { Amounts } from './amounts.ts'
import type { Room, Survey } from './survey.ts'

type SurveyRow = {
  cluster: string
  at: Date
  nodes: number
  usable: number
  allocatable: Amounts
  requested: Amounts
  rooms: Room[]
  seen: Record<string, Amounts>
  labels: Record<string, string>
  elastic: boolean
}

/** The newest survey of each cluster that had one. */
export async function readSurveys(sql: Sql): Promise<ReadonlyMap<string, Survey>> {
  const rows = await sql.query<SurveyRow>('select * from kade.cluster_survey')
  return new Map(rows.map(({ cluster, ...survey }) => [cluster, survey]))
}

/**
 * Keeps what was counted in a cluster, unless something newer is kept already. Of single deployments it keeps only those whose
 * operation is under way, or ended while it was counted: of the others nothing is assumed beside what was counted. One of a clock
 * that is ahead counts as of now, or it would keep all later ones out.
 */
export async function recordSurvey(sql: Sql, cluster: string, survey: Survey): Promise<void> {
  const open = await sql.query<{ deployment: string }>(
    `select distinct deployment::text from kade.operation
      where (ended_at is null or ended_at >= $1) and deployment::text = any($2)`,
    [survey.at, Object.keys(survey.seen)],
  )
  const seen = Object.fromEntries(
    open.flatMap(({ deployment: id }) => {
      const amounts = survey.seen[id]
      return amounts ? [[id, amounts]] : []
    }),
  )
  const { at, nodes, usable, allocatable, requested, rooms, labels, elastic } = survey
  await sql.query(
    `insert into kade.cluster_survey (cluster, at, nodes, usable, allocatable, requested, rooms, seen, labels, elastic)
     select $1, least($2::timestamptz, now()), $3, $4, $5, $6, $7, $8, $9, $10 from kade.cluster where name = $1
     on conflict (cluster) do update set at = excluded.at, nodes = $3, usable = $4, allocatable = $5, requested = $6,
       rooms = $7, seen = $8, labels = $9, elastic = $10 where cluster_survey.at < excluded.at`,
    [
      cluster,
      at,
      nodes,
      usable,
      allocatable,
      requested,
      JSON.stringify(rooms),
      seen,
      labels,
      elastic,
    ],
  )
}
