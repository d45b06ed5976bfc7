import type { FailoverOfDeployment, SetFailover } from '#api/failover.ts'
import type { Text } from '#api/names.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { append } from '#platform/events/store.ts'
import { type FailoverPolicy, failoverRules } from '#platform/federation/failover.ts'
import type { Actor } from '#platform/platform.ts'
import { readBlob } from './blobs.ts'
import { type DeploymentKey, findDeployment } from './find.ts'
import { lockDeployment, streamOf } from './stream.ts'

/** What of a deployment decides about its failover where nobody chose. */
export type FailoverFacts = {
  /** Names of the volumes that are its own: they stay in their cluster. */
  readonly claims: readonly string[]
  /** The cluster that somebody asked for by name. */
  readonly named: string | null
}

/**
 * For a query over `kade.deployment d`: the cluster that a person named, null where Kade chose it, or moved it there itself. A move names
 * its clusters, whoever asked for it.
 */
export const namedCluster = `(select v->>'cluster' from jsonb_array_elements(d.placement->'verdicts') as v
  where v->>'code' = 'asked' and (v->>'chosen')::boolean and not exists (
    select from kade.failover_move m where m.deployment = d.id and m.operation = (
      select o.id from kade.operation o where o.deployment = d.id and o.kind in ('create', 'move') and o.state = 'succeeded'
       order by o.requested_at desc limit 1)) limit 1)`

/** What holds where nobody chose: it is moved, but not away from its data, nor from a cluster that somebody named. */
export function usualFailover({ claims, named }: FailoverFacts): {
  readonly policy: FailoverPolicy
  readonly why: Text
} {
  const { after } = failoverRules
  if (claims.length > 0)
    return {
      policy: { mode: 'never', after },
      why: {
        en: `It has volumes of its own (${claims.join(', ')}), which stay where they are: it would begin empty elsewhere.`,
        nl: `Hij heeft eigen volumes (${claims.join(', ')}), die blijven waar ze zijn: elders zou hij leeg beginnen.`,
      },
    }
  if (named)
    return {
      policy: { mode: 'never', after },
      why: {
        en: `Somebody asked for ${named} by name.`,
        nl: `Iemand vroeg bij naam om ${named}.`,
      },
    }
  return {
    policy: { mode: 'graceful', after },
    why: {
      en: 'It has no volumes of its own, so it can begin anew on another cluster.',
      nl: 'Hij heeft geen eigen volumes en kan dus op een ander cluster opnieuw beginnen.',
    },
  }
}

/** The names of the claims that these objects make. */
export function ownClaims(objects: readonly KubernetesObject[]): string[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    if (kind === 'PersistentVolumeClaim') return [metadata.name]
    // Only objects whose shape the cluster would refuse have something else there.
    const templates = (spec as { volumeClaimTemplates?: unknown } | undefined)?.volumeClaimTemplates
    return Array.isArray(templates) ? templates.map(() => metadata.name) : []
  })
}

type Row = {
  digest: string | null
  named: string | null
  mode: FailoverPolicy['mode'] | null
  after: number | null
  by: string | null
  held: FailoverOfDeployment['held']
  back: FailoverOfDeployment['back']
}

/** What is done with a deployment when its cluster is down, why, and what holds it back now. */
export async function readFailover(
  sql: Sql,
  actor: Actor,
  key: DeploymentKey,
): Promise<FailoverOfDeployment> {
  const id = await findDeployment(sql, actor, key)
  const [row] = await sql.query<Row>(
    `select ${namedCluster} as named, f.mode, f.after, f.by,
        (select r.objects_digest from kade.revision r where r.deployment = d.id order by r.number desc limit 1) as digest,
        case when h.deployment is not null then jsonb_strip_nulls(jsonb_build_object('since', kade_time(h.since),
          'clusters', h.clusters, 'code', h.code, 'reason', h.reason, 'verdicts', h.verdicts)) end as held,
        case when m.deployment is not null then jsonb_build_object('clusters', m.clusters, 'at', kade_time(m.at)) end as back
       from kade.deployment d
       left join kade.failover f on f.deployment = d.id
       left join kade.failover_held h on h.deployment = d.id
       left join kade.failover_move m on m.deployment = d.id and m.operation = d.operation_id
         and not exists (select from unnest(m.clusters) as name left join kade.cluster c using (name)
           where c.state is distinct from 'ready' or c.health->>'state' is distinct from 'ready')
         and exists (select from kade.operation o where o.id = m.operation and o.state = 'succeeded')
      where d.id = $1`.replaceAll(/kade_time\(([^)]+)\)/g, rfc3339),
    [id],
  )
  const claims = row?.digest ? await claimsOf(sql, row.digest) : []
  const usual = usualFailover({ claims, named: row?.named ?? null })
  const { held = null, back = null } = row ?? {}
  if (!row?.mode || row.after === null)
    return { ...usual.policy, chosen: false, why: usual.why, held, back }
  const why = {
    en: `${row.by} chose it.${claims.length > 0 ? ` Its volumes (${claims.join(', ')}) stay behind.` : ''}`,
    nl: `${row.by} koos het.${claims.length > 0 ? ` De volumes (${claims.join(', ')}) blijven achter.` : ''}`,
  }
  return { mode: row.mode, after: row.after, chosen: true, why, held, back }
}

const rfc3339 = `to_char($1 at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The claims in the objects of a digest. */
export async function claimsOf(sql: Sql, digest: string): Promise<readonly string[]> {
  // The blob was written from KubernetesObject[].
  return ownClaims((await readBlob(sql, digest)) as readonly KubernetesObject[])
}

/** Chooses what is done when its cluster is down. Throws `conflict` where volumes would stay behind and nobody agreed to that. */
export async function setFailover(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
  choice: SetFailover,
): Promise<FailoverOfDeployment> {
  await context.database.transaction(async tx => {
    const id = await findDeployment(tx, actor, key)
    await lockDeployment(tx, id)
    const [row] = await tx.query<{ digest: string }>(
      'select objects_digest as digest from kade.revision where deployment = $1 order by number desc limit 1',
      [id],
    )
    const claims = row ? await claimsOf(tx, row.digest) : []
    refuseFailover(choice, claims, '/data')
    await chooseFailover(context, tx, actor, id, choice)
  })
  return readFailover(context.database, actor, key)
}

/** Records what somebody chose, in the caller's transaction; whether that may be is asked before. */
export async function chooseFailover(
  context: Pick<PlatformContext, 'clock'>,
  tx: Sql,
  actor: Actor,
  id: string,
  { mode, after }: SetFailover,
): Promise<void> {
  const at = context.clock()
  await tx.query(
    `insert into kade.failover (deployment, mode, after, by, at) values ($1, $2, $3, $4, $5)
     on conflict (deployment) do update set mode = $2, after = $3, by = $4, at = $5`,
    [id, mode, after, actor.id, at],
  )
  const chosen = { mode, after, actor: actor.id, via: actor.via }
  await append(tx, streamOf(id), null, [{ type: 'FailoverChosen', data: chosen }], {
    meta: { at },
  })
}

/** Throws `conflict` at `pointer` where these volumes would stay behind, and nobody agreed to that. */
export function refuseFailover(
  { mode, data }: SetFailover,
  claims: readonly string[],
  pointer: string,
): void {
  if (mode !== 'never' && data !== 'leave' && claims.length > 0) throw dataStays(claims, pointer)
}

function dataStays(claims: readonly string[], pointer: string): PlatformError {
  const which = claims.join(', ')
  return new PlatformError(
    'conflict',
    {
      en: `Its data does not move: ${which} stays on its cluster, and it would begin empty elsewhere.`,
      nl: `De gegevens verhuizen niet mee: ${which} blijft op het eigen cluster, en elders zou hij leeg beginnen.`,
    },
    {
      violations: [
        {
          pointer,
          detail: {
            en: 'must be "leave" to agree to that',
            nl: 'moet "leave" zijn om daarmee in te stemmen',
          },
        },
      ],
      next: {
        en: 'Choose "never", or agree: "data": "leave" (--data leave).',
        nl: 'Kies "never", of stem in: "data": "leave" (--data leave).',
      },
    },
  )
}
