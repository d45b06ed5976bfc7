import type { Sql } from '#platform/adapters/database/database.ts'
import type { Amounts } from './amounts.ts'
import type { PodDemand } from './room.ts'
import type { Survey } from './survey.ts'

type Open = {
  cluster: string
  deployment: string
  requested_at: Date
  demand: PodDemand[] | null
  /** All of its replicas, and the part of them of this cluster where they are divided. */
  total: number
  part: number | null
  /** Of the newest revision that there was when the cluster was counted, where it ran there. */
  before: { demand: PodDemand[] | null; total: number; part: number | null } | null
}

/**
 * What was accepted and is not in the count of its cluster: of each operation that is open, or has ended since, the pods that were
 * not seen. Nothing is deducted twice: pods that were seen are in the count, and so are those of the revision before.
 */
export async function assumedOn(
  sql: Sql,
  surveys: ReadonlyMap<string, Survey>,
): Promise<ReadonlyMap<string, readonly PodDemand[]>> {
  const names = [...surveys.keys()]
  const times = [...surveys.values()].map(survey => survey.at)
  if (names.length === 0) return new Map()
  const rows = await sql.query<Open>(
    `select distinct on (s.cluster, o.deployment) s.cluster, o.deployment, o.requested_at, r.data->'demand' as demand,
        (r.data->>'replicas')::int as total, (o.replicas->>s.cluster)::int as part,
        (select jsonb_build_object('demand', b.data->'demand', 'total', (b.data->>'replicas')::int, 'part',
            (select (p.replicas->>s.cluster)::int from kade.operation p
              where p.deployment = o.deployment and p.revision = b.number order by p.requested_at limit 1))
          from kade.revision b where b.deployment = o.deployment and b.at < s.at and s.cluster = any(d.clusters)
          order by b.number desc limit 1) as before
       from kade.operation o
       join kade.deployment d on d.id = o.deployment
       join unnest($1::text[], $2::timestamptz[]) as s (cluster, at) on s.cluster = any(coalesce(o.clusters, d.clusters))
       join kade.revision r on r.deployment = o.deployment and r.number = o.revision
      where (o.ended_at is null or o.ended_at >= $3) and (o.ended_at is null or o.ended_at >= s.at)
      order by s.cluster, o.deployment, o.requested_at desc`,
    [names, times, new Date(Math.min(...times.map(time => time.getTime())))],
  )
  const assumed = new Map<string, PodDemand[]>(names.map(name => [name, []]))
  for (const row of rows) {
    const survey = surveys.get(row.cluster)
    if (!survey || !row.demand) continue
    assumed.get(row.cluster)?.push(...unseen(row, survey))
  }
  return assumed
}

/** The pods of one deployment that its cluster's count cannot hold. */
function unseen(row: Open, survey: Survey): PodDemand[] {
  const { deployment, requested_at } = row
  const demand = demandThere(row)
  const before = row.before && demandThere(row.before)
  if (requested_at < survey.at) return withoutSeen(demand, survey.seen[deployment])
  // It came after the count: what is new in it is what the revision before did not ask for.
  return demand.flatMap(pod => {
    const same = before?.find(old => sameRequest(old.request, pod.request))
    const count = pod.count - (same?.count ?? 0)
    return count > 0 ? [{ ...pod, count }] : []
  })
}

/** What one cluster is asked for: of replicas that are divided, its part of the pods that are as many as all of them. */
export function demandThere<D extends Pick<PodDemand, 'count'>>({
  demand,
  total,
  part,
}: {
  readonly demand: readonly D[] | null
  readonly total: number
  readonly part: number | null
}): D[] {
  const divided = part === null ? undefined : demand?.find(one => one.count === total)
  return (demand ?? []).flatMap(one => {
    const count = one === divided && part !== null ? part : one.count
    return count > 0 ? [{ ...one, count }] : []
  })
}

function withoutSeen(demand: readonly PodDemand[], seen: Amounts | undefined): PodDemand[] {
  let pods = seen?.pods ?? 0
  return demand.flatMap(pod => {
    const count = Math.max(0, pod.count - pods)
    pods -= pod.count - count
    return count > 0 ? [{ ...pod, count }] : []
  })
}

function sameRequest(a: Amounts, b: Amounts): boolean {
  const names = new Set([...Object.keys(a.devices), ...Object.keys(b.devices)])
  return (
    a.cpu === b.cpu &&
    a.memory === b.memory &&
    [...names].every(name => (a.devices[name] ?? 0) === (b.devices[name] ?? 0))
  )
}
