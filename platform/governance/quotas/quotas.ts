import { Environment } from '#api/names.ts'
import type { Quota, QuotaLimits, QuotaScope } from '#api/quotas.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { append } from '#platform/events/store.ts'
import type { Actor } from '#platform/platform.ts'
import { setBounds } from './set-bounds.ts'
import { readUsage } from './usage.ts'
import { boundsOf, type Limited, usesOf } from './uses.ts'

/** The quotas that concern the actor: of its teams, of their namespaces, and of the environments. */
export async function listQuotas(sql: Sql, actor: Actor): Promise<{ items: Quota[]; next: null }> {
  const limited = await sql.query<Limited>(
    `select scope, name, limits from kade.quota where scope = 'environment' or name = any($1)
     union all select 'namespace', name, bounds from kade.namespace where team = any($1)
     order by scope desc, name limit 1000`,
    [[...actor.teams]],
  )
  const usage = await readUsage(sql, limited)
  const items = limited.map(one => ({ ...one, uses: usesOf(one, usage(one, 'others')) }))
  return { items, next: null }
}

/**
 * Sets what may be taken. It stops nothing that is there: who is over it can ask for less and not for more. Throws `not-found` for a
 * namespace, team or environment that is not there.
 */
export async function setQuota(
  context: PlatformContext,
  actor: Actor,
  scope: QuotaScope,
  name: string,
  limits: QuotaLimits,
): Promise<Quota> {
  return context.database.transaction(async tx => {
    let limited: Limited = { scope, name, limits }
    if (scope === 'namespace') limited = boundsOf(await setBounds(context, tx, actor, name, limits))
    else {
      await demandScope(tx, scope, name)
      await tx.query(
        `insert into kade.quota (scope, name, limits) values ($1, $2, $3)
         on conflict (scope, name) do update set limits = $3`,
        [scope, name, limits],
      )
    }
    const data = { scope, name, limits, actor: actor.id }
    await append(tx, `quota-${scope}-${name}`, null, [{ type: 'QuotaSet', data }])
    const usage = await readUsage(tx, [limited])
    return { ...limited, uses: usesOf(limited, usage(limited, 'others')) }
  })
}

/** Takes a quota of a team or environment away: it then has no limit of its own. Throws `not-found`. */
export async function removeQuota(
  context: PlatformContext,
  actor: Actor,
  scope: QuotaScope,
  name: string,
): Promise<void> {
  await context.database.transaction(async tx => {
    const gone = await tx.query(
      'delete from kade.quota where scope = $1 and name = $2 returning name',
      [scope, name],
    )
    if (gone.length === 0) throw noQuota(scope, name)
    const data = { scope, name, limits: null, actor: actor.id }
    await append(tx, `quota-${scope}-${name}`, null, [{ type: 'QuotaSet', data }])
  })
}

async function demandScope(tx: Sql, scope: QuotaScope, name: string): Promise<void> {
  if (scope === 'environment' && Environment.safeParse(name).success) return
  const [team] = await tx.query('select name from kade.team where name = $1', [name])
  if (scope === 'team' && team) return
  throw noQuota(scope, name)
}

function noQuota(scope: QuotaScope, name: string): PlatformError {
  const what =
    scope === 'team' ? 'team' : scope === 'environment' ? 'environment' : 'quota of namespace'
  const wat =
    scope === 'team' ? 'team' : scope === 'environment' ? 'omgeving' : 'quotum van namespace'
  return new PlatformError('not-found', {
    en: `There is no ${what} ${name}.`,
    nl: `Er is geen ${wat} ${name}.`,
  })
}
