/**
 * Quotas hold over all clusters together, and when they are asked for: what is wanted of a deployment stands in the row that reserves
 * its name, written in the transaction of the request. Two requests of which only one fits wait for each other here, so that the
 * second sees the first. The ResourceQuota of each cluster stands behind, for what no request foresaw.
 */
import type { Namespace } from '#api/clusters.ts'
import type { Finding } from '#api/findings.ts'
import type { QuotaLimits, QuotaScope, QuotaUse } from '#api/quotas.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import { quotaFinding } from './finding.ts'
import type { Taken } from './taken.ts'
import { readUsage } from './usage.ts'
import { boundsOf, broken, type Limited, usesOf } from './uses.ts'

/** A deployment, new or living, and what it would take. */
export type Wanted = { readonly deployment: string; readonly taken: Taken }

/** Throws `quota-exceeded` where these would take more than is left in their namespace, team or environment. */
export async function refuseOverQuota(
  tx: Sql,
  namespace: Namespace,
  wanted: readonly [Wanted, ...Wanted[]],
): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('room in ' || $1, 0))", [
    namespace.name,
  ])
  const limited = await limitsOver(tx, namespace, 'for update')
  const findings = quotaFindings(await usesAfter(tx, limited, wanted))
  const [first] = findings
  if (!first) return
  throw new PlatformError('quota-exceeded', first.message, {
    findings,
    next: {
      en: 'Ask for less, delete what is no longer needed, or ask a platform engineer for a larger quota.',
      nl: 'Vraag minder, verwijder wat niet meer nodig is, of vraag een platformengineer om een groter quotum.',
    },
  })
}

/** The same as a look ahead: every limit with what is taken now and then, and what would be too much. Nothing where there is no namespace. */
export async function foreseeQuotas(
  sql: Sql,
  namespace: Namespace | null,
  [first, ...others]: readonly Wanted[],
): Promise<{ readonly uses: QuotaUse[]; readonly findings: Finding[] }> {
  if (!namespace || !first) return { uses: [], findings: [] }
  const uses = await usesAfter(sql, await limitsOver(sql, namespace, ''), [first, ...others])
  // How many deployments a namespace may hold is foreseen by its room, which may lead to another one.
  const isRoom = ({ scope, resource }: QuotaUse) =>
    scope === 'namespace' && resource === 'deployments'
  return { uses, findings: quotaFindings(uses.filter(use => !isRoom(use))) }
}

function quotaFindings(uses: readonly QuotaUse[]): Finding[] {
  return broken(uses).map(quotaFinding)
}

async function usesAfter(
  sql: Sql,
  limited: readonly Limited[],
  wanted: readonly [Wanted, ...Wanted[]],
): Promise<QuotaUse[]> {
  const usage = await readUsage(
    sql,
    limited,
    wanted.map(one => one.deployment),
  )
  const after = { ...wanted.map(one => one.taken).reduce(plus), deployments: wanted.length }
  return limited.flatMap(one =>
    usesOf(one, usage(one, 'others'), { before: usage(one, 'own'), after }),
  )
}

function plus(one: Taken, other: Taken): Taken {
  const names = new Set([...Object.keys(one.devices), ...Object.keys(other.devices)])
  return {
    cpu: one.cpu + other.cpu,
    memory: one.memory + other.memory,
    storage: one.storage + other.storage,
    devices: Object.fromEntries(
      [...names].map(name => [name, (one.devices[name] ?? 0) + (other.devices[name] ?? 0)]),
    ),
  }
}

/** The bounds of the namespace, and the quotas of its team and environment where somebody set these. */
async function limitsOver(
  sql: Sql,
  namespace: Namespace,
  locking: 'for update' | '',
): Promise<Limited[]> {
  const rows = await sql.query<{ scope: QuotaScope; name: string; limits: QuotaLimits }>(
    `select scope, name, limits from kade.quota
      where (scope = 'team' and name = $1) or (scope = 'environment' and name = $2)
      order by scope, name ${locking}`,
    [namespace.team, namespace.environment],
  )
  return [boundsOf(namespace), ...rows]
}
