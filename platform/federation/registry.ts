import type { Cluster } from '#api/clusters.ts'
import type { Text } from '#api/names.ts'
import type { Database, Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { append } from '#platform/events/store.ts'
import type { Actor } from '#platform/platform.ts'
import type { Amounts } from './amounts.ts'
import { healthRules } from './health.ts'
import { healthView, type KnownHealth } from './health-view.ts'
import type { ServerEndpoint } from './health-watch.ts'
import { readScans } from './scans.ts'
import type { Survey } from './survey.ts'
import { readSurveys } from './surveys.ts'

/** Milliseconds after which a cluster that says nothing is called unreachable. Heartbeats come every 5 s. */
export const silentAfter = healthRules.lease
/** The same for a query. */
export const silentTime = `interval '${silentAfter / 1000} seconds'`

export type ClusterSpec = Pick<
  Cluster,
  'name' | 'region' | 'jurisdiction' | 'primary' | 'simulated'
>

type ClusterRow = {
  name: string
  region: string
  jurisdiction: string
  is_primary: boolean
  simulated: boolean
  state: Cluster['state']
  since: Date
  message: Text
  version: string | null
  monitors: Cluster['monitors']
  cordon: Cluster['cordon']
  heartbeat_at: Date | null
  looks: KnownHealth['looks']
  health: KnownHealth['health']
  probed_at: Date | null
}

/** The clusters, the primary first. */
export async function readClusters(sql: Sql): Promise<ClusterRow[]> {
  return sql.query<ClusterRow>('select * from kade.cluster order by is_primary desc, name')
}

export async function listClusters(sql: Sql, actor: Actor, now: Date): Promise<Cluster[]> {
  const rows = await readClusters(sql)
  const counts = await sql.query<{ cluster: string; count: number }>(
    'select unnest(clusters) as cluster, count(*)::int as count from kade.deployment group by 1',
  )
  const scans = await readScans(sql, actor)
  const surveys = await readSurveys(sql)
  return rows.map(row => ({
    name: row.name,
    region: row.region,
    jurisdiction: row.jurisdiction,
    primary: row.is_primary,
    simulated: row.simulated,
    ...stateOf(row, now),
    health: healthView(row, isSilent(row, now), now),
    ...(row.version ? { version: row.version } : {}),
    labels: { ...surveys.get(row.name)?.labels },
    capacity: capacityIn(surveys.get(row.name)),
    monitors: row.monitors,
    deployments: counts.find(one => one.cluster === row.name)?.count ?? 0,
    cordon: row.cordon,
    scan: scans.get(row.name) ?? null,
  }))
}

function capacityIn(survey: Survey | undefined): Cluster['capacity'] {
  if (!survey) return null
  const { at, nodes, usable, allocatable, requested } = survey
  // The contract says of none of its shapes that it is read-only.
  const written = (amounts: Amounts) => ({ ...amounts, devices: { ...amounts.devices } })
  return {
    at: at.toISOString(),
    nodes,
    usableNodes: usable,
    allocatable: written(allocatable),
    requested: written(requested),
  }
}

function isSilent({ heartbeat_at }: Pick<ClusterRow, 'heartbeat_at'>, now: Date): boolean {
  return heartbeat_at !== null && now.getTime() - heartbeat_at.getTime() > silentAfter
}

/** A ready cluster whose worker fell silent is unreachable since its last heartbeat, whatever was last written. */
function stateOf(row: ClusterRow, now: Date): Pick<Cluster, 'state' | 'since' | 'message'> {
  if (row.state === 'ready' && isSilent(row, now) && row.heartbeat_at)
    return {
      state: 'unreachable',
      since: row.heartbeat_at.toISOString(),
      message: {
        en: `No worker has reported on ${row.name} since then. Nothing is known of what runs there.`,
        nl: `Geen enkele worker heeft sindsdien iets gemeld over ${row.name}. Wat daar draait is onbekend.`,
      },
    }
  return { state: row.state, since: row.since.toISOString(), message: row.message }
}

/**
 * Makes the registry hold these clusters' descriptions; state and history of known ones stay. One cluster is primary: the
 * one among these, if any is, takes that from every other.
 */
export async function registerClusters(
  sql: Sql,
  specs: readonly ClusterSpec[],
  now: Date,
): Promise<void> {
  if (specs.some(spec => spec.primary))
    await sql.query('update kade.cluster set is_primary = false where not name = any($1)', [
      specs.map(spec => spec.name),
    ])
  for (const spec of specs)
    await sql.query(
      `insert into kade.cluster as cluster (name, region, jurisdiction, is_primary, simulated, state, since, message)
       values ($1, $2, $3, $4, $5, 'starting', $6, $7)
       on conflict (name) do update set region = $2, jurisdiction = $3, is_primary = $4,
         -- Whoever joins it says whether that still holds; until then nobody knows better.
         simulated = cluster.simulated or excluded.simulated`,
      [
        spec.name,
        spec.region,
        spec.jurisdiction,
        spec.primary,
        spec.simulated,
        now,
        { en: 'Waiting to be started.', nl: 'Wacht op de start.' },
      ],
    )
}

async function isReached(sql: Sql, name: string): Promise<boolean> {
  const reports = await sql.query(
    `select 1 from kade.worker_report where cluster = $1 and reachable and at > now() - ${silentTime} limit 1`,
    [name],
  )
  return reports.length > 0
}

async function wasCreated(sql: Sql, name: string): Promise<boolean> {
  const created = await sql.query(
    `select 1 from message_store.messages where stream_name = $1 and type = 'ClusterCreated' limit 1`,
    [`cluster-${name}`],
  )
  return created.length > 0
}

/** Says whether pods only pretend to run on a cluster, which is known for sure once it has joined. */
export async function setSimulated(sql: Sql, name: string, simulated: boolean): Promise<void> {
  await sql.query('update kade.cluster set simulated = $2 where name = $1', [name, simulated])
}

/**
 * Keeps where a cluster's API server is, so that somebody beside its worker can ask whether it lives. A way there that needs a password
 * is not kept. When it last answered was on the way that was known then, so for another one nobody has reached it yet.
 */
export async function setEndpoint(sql: Sql, name: string, endpoint: ServerEndpoint): Promise<void> {
  const way = [endpoint.server, endpoint.proxyUrl].flatMap(url => (url ? [new URL(url)] : []))
  const isOpen = way.every(url => url.username === '' && url.password === '')
  await sql.query(
    `update kade.cluster set endpoint = $2,
        probed_at = case when endpoint is distinct from $2::jsonb then null else probed_at end where name = $1`,
    [name, isOpen ? endpoint : null],
  )
}

/**
 * Records a cluster's state, and an event when it differs from what it was. What one worker says that has not joined it changes nothing
 * while another one serves and reaches it.
 */
export async function setClusterState(
  context: Pick<PlatformContext, 'database' | 'clock'>,
  name: string,
  state: Cluster['state'],
  message: Text,
): Promise<void> {
  await context.database.transaction(async tx => {
    const [row] = await tx.query<ClusterRow>(
      'select * from kade.cluster where name = $1 for update',
      [name],
    )
    if (!row || (state !== 'ready' && (await isReached(tx, name)))) return
    const changed = row.state !== state
    await tx.query('update kade.cluster set state = $2, message = $3, since = $4 where name = $1', [
      name,
      state,
      message,
      changed ? context.clock() : row.since,
    ])
    if (!changed) return
    const first = state === 'ready' && !(await wasCreated(tx, name))
    await append(tx, `cluster-${name}`, null, [
      ...(first
        ? [
            {
              type: 'ClusterCreated' as const,
              data: { cluster: name, region: row.region, simulated: row.simulated },
            },
          ]
        : []),
      { type: 'ClusterUpdated', data: { cluster: name, state, message: message.en } },
    ])
  })
}

export const joined: Text = { en: 'Joined.', nl: 'Aangesloten.' }

/** A worker serves and reaches it: whatever another one said that could not join it meanwhile. */
export async function markServed(database: Database, name: string): Promise<void> {
  const context = { database, clock: () => new Date() }
  await setClusterState(context, name, 'ready', joined)
}
