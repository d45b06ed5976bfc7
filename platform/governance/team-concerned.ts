import type { Sql } from '../adapters/database/database.ts'

/** Where in a call a thing of a team is named, and how the team is found by it. */
const byParameter = {
  team: 'select name as team from kade.team where name = $1',
  namespace: 'select team from kade.namespace where name = $1',
  operation: 'select team from kade.operation where id::text = $1',
  webhook: 'select team from kade.webhook where id::text = $1',
  notification: 'select team from kade.notification where id::text = $1',
  approval: 'select team from kade.approval where id::text = $1',
} as const

type Parameter = keyof typeof byParameter

/** Named in the body of a request that makes something. */
const inBody = ['namespace'] as const

/**
 * The team whose things a call concerns: `undefined` where it concerns no team's, `null` where it names a thing that is not there. The
 * door asks before it parses, so what came is looked at as text and goes nowhere but into a parameter.
 */
export async function teamConcerned(
  sql: Sql,
  call: { readonly params: unknown; readonly body: unknown },
): Promise<string | null | undefined> {
  const named =
    namedIn(call.params, Object.keys(byParameter) as Parameter[]) ?? namedIn(call.body, inBody)
  if (!named) return undefined
  const [row] = await sql.query<{ team: string }>(byParameter[named.by], [named.value])
  return row?.team ?? null
}

function namedIn(
  holder: unknown,
  names: readonly Parameter[],
): { by: Parameter; value: string } | undefined {
  if (typeof holder !== 'object' || holder === null) return undefined
  for (const by of names) {
    const value: unknown = Object.hasOwn(holder, by) ? Reflect.get(holder, by) : undefined
    if (typeof value === 'string') return { by, value }
  }
  return undefined
}
