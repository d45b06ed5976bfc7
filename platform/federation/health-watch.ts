/**
 * Looks at all clusters every few seconds, in rounds: any number of processes may watch, and the first to claim a round does it. A
 * round asks the API servers itself, beside what the workers have said, and decides on both (`health.ts`).
 */
import pLimit from 'p-limit'
import type { PlatformContext } from '#platform/context.ts'
import { append } from '#platform/events/store.ts'
import type { NewEvent } from '#platform/events/types.ts'
import { startTicks } from '#platform/ticks.ts'
import {
  type HubSuspect,
  healthOf,
  healthRules,
  hubSuspect,
  type Look,
  type ProbeSays,
  type Verdict,
  type WorkerSays,
} from './health.ts'
import { healthReasons, hubIsWell, suspectReason } from './health-reasons.ts'
import { suspicionOf, type Watched } from './suspicion.ts'

/** Where an API server is, and how to know it is the right one. Holds no credential. */
export type ServerEndpoint = {
  readonly server: string
  readonly caData?: string
  readonly tlsServerName?: string
  readonly proxyUrl?: string
}

/** Asks an API server, without its worker and without a credential, whether it lives. Never rejects. */
export type ProbeServer = (endpoint: ServerEndpoint) => Promise<Exclude<ProbeSays, 'none'>>

type Context = Pick<PlatformContext, 'database' | 'clock'>

type Seen = {
  readonly name: string
  readonly endpoint: ServerEndpoint | null
  readonly probed_at: Date | null
  readonly worker: WorkerSays
}

/** API servers that are asked at a time. */
const atOnce = 20

/** Watches until the function given back has resolved. */
export function startHealthWatch(
  context: Context,
  probe: ProbeServer,
  log: (message: string, error?: unknown) => void,
): () => Promise<void> {
  // Others try at this moment too: whoever comes first does the round.
  return startTicks(
    healthRules.every / 2,
    () => lookAround(context, probe),
    error => log('The health of the clusters could not be looked at.', error),
  )
}

/** One round; false where it is not due yet, or somebody else does it. */
export async function lookAround(context: Context, probe: ProbeServer): Promise<boolean> {
  const at = context.clock()
  const watchingSince = await claimRound(context, at)
  if (!watchingSince) return false
  const { database } = context
  const seen = await database.query<Seen>(
    `select c.name, c.endpoint, c.probed_at,
        case when bool_or(w.reachable) then 'well' when bool_or(w.answered) then 'unwell'
          when count(w.cluster) > 0 then 'unreachable' else 'silent' end as worker
       from kade.cluster c
       left join kade.worker_report w on w.cluster = c.name and w.at > now() - make_interval(secs => $1)
      where c.heartbeat_at is not null or c.probed_at is not null group by c.name order by c.name`,
    [healthRules.lease / 1000],
  )
  const limit = pLimit(atOnce)
  const looks = await Promise.all(
    seen.map(one =>
      limit(async () => ({
        name: one.name,
        look: { at: at.toISOString(), worker: one.worker, probe: await probed(one, probe) },
      })),
    ),
  )
  await judge(context, looks, watchingSince)
  await database.query(`delete from kade.worker_report where at < now() - interval '1 day'`)
  return true
}

async function probed({ endpoint, probed_at }: Seen, probe: ProbeServer): Promise<ProbeSays> {
  if (!endpoint) return 'none'
  const says = await probe(endpoint)
  return says === 'silent' && probed_at === null ? 'none' : says
}

/** Takes the round of this moment; since when there was no gap between rounds, or null where it is taken or not due. */
async function claimRound({ database }: Context, at: Date): Promise<Date | null> {
  // A gap of three rounds means that nobody watched, or that the one who did was asleep. A round in the future is a wrong clock's.
  const [row] = await database.query<{ watching_since: Date }>(
    `update kade.health_watch set looked_at = $1, watching_since = case
        when looked_at < $1::timestamptz - make_interval(secs => $2 * 3) then $1 else watching_since end
      where looked_at <= $1::timestamptz - make_interval(secs => $2 * 0.9)
         or looked_at > $1::timestamptz + interval '1 minute'
      returning watching_since`,
    [at, healthRules.every / 1000],
  )
  return row?.watching_since ?? null
}

type Kept = {
  readonly name: string
  readonly state: string
  readonly looks: readonly Look[]
  readonly health: Verdict | null
  readonly hasLeft: boolean
}

async function judge(
  context: Context,
  found: readonly { readonly name: string; readonly look: Look }[],
  watchingSince: Date,
): Promise<void> {
  const now = context.clock()
  const news: { cluster: string; look: Look; looks: readonly Look[]; health: Verdict }[] = []
  await context.database.transaction(async tx => {
    news.splice(0)
    const rows = await tx.query<Kept>(
      `select name, state, looks, health, exists (
          select from kade.leaving l where l.cluster = name) as "hasLeft"
         from kade.cluster where name = any($1) order by name for update`,
      [found.map(one => one.name)],
    )
    const told: { stream: string; event: NewEvent }[] = []
    for (const { name, look } of found) {
      const row = rows.find(one => one.name === name)
      // Whoever slept during its round does not write over what was seen since.
      if (!row || (row.looks.at(-1)?.at ?? '') >= look.at) continue
      const looks = [...row.looks, look].slice(-healthRules.of)
      const health = healthOf(looks, row.health, now, watchingSince, row.hasLeft)
      news.push({ cluster: name, look, looks, health })
      if (health.state !== (row.health?.state ?? 'ready'))
        told.push({
          stream: `cluster-${name}`,
          event: {
            type: 'ClusterUpdated',
            data: {
              cluster: name,
              state: row.state,
              health: health.state,
              message: healthReasons[health.why].en,
            },
          },
        })
    }
    const suspicion = await suspect(tx, news, now)
    await tx.query(
      `update kade.cluster c set looks = n.looks, health = n.health,
          probed_at = case when n.look->>'probe' in ('well', 'unwell') then $2::timestamptz
            when n.look->>'probe' = 'silent' and n.look->>'worker' = 'well'
              and c.probed_at < $2::timestamptz - make_interval(secs => $3) then null
            else c.probed_at end
         from jsonb_to_recordset($1::jsonb) as n (cluster text, look jsonb, looks jsonb, health jsonb) where c.name = n.cluster`,
      [JSON.stringify(suspicion.clusters), now, healthRules.noWay / 1000],
    )
    for (const { stream, event } of told)
      await append(tx, stream, null, [event], { meta: { at: now } })
    if (suspicion.event)
      await append(tx, 'platform-hub', null, [suspicion.event], { meta: { at: now } })
  })
}

/** What is kept of a suspicion: `told` once it has lasted for as many looks as take a cluster down. */
export type KeptSuspicion = HubSuspect & { readonly told: boolean }

/** Keeps whether Kade suspects itself: the clusters as they count with that, and the event of it, when that has lasted or is over. */
async function suspect<W extends Watched>(
  tx: Parameters<Parameters<Context['database']['transaction']>[0]>[0],
  watched: readonly W[],
  now: Date,
): Promise<{ readonly clusters: readonly W[]; readonly event: NewEvent | null }> {
  const [row] = await tx.query<{ suspect: KeptSuspicion | null }>(
    'select suspect from kade.health_watch for update',
  )
  const before = row?.suspect ?? null
  const { suspect: found, clusters } = suspicionOf(before, watched, now)
  // What is only held, because it was so for a look, is no news.
  const isSo = hubSuspect(watched.map(({ cluster, health }) => ({ cluster, ...health }))) !== null
  const lasts =
    found !== null &&
    isSo &&
    now.getTime() - Date.parse(found.since) >= healthRules.every * (healthRules.toFall - 1)
  const after = found && { ...found, told: lasts || (before?.told ?? false) }
  await tx.query('update kade.health_watch set suspect = $1', [after])
  return { clusters, event: newsOf(before, after, now) }
}

function newsOf(
  before: KeptSuspicion | null,
  after: KeptSuspicion | null,
  now: Date,
): NewEvent | null {
  if (after?.told && !before?.told) {
    const { since, silent } = after
    return {
      type: 'PlatformHealthCheck',
      data: { state: 'suspect', since, silent: [...silent], message: suspectReason(after) },
    }
  }
  if (!after && before?.told)
    return {
      type: 'PlatformHealthCheck',
      data: { state: 'well', since: now.toISOString(), silent: [], message: hubIsWell },
    }
  return null
}
