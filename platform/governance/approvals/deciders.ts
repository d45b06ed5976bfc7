import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { Actor } from '#platform/platform.ts'
import type { Decider } from './may-decide.ts'

/**
 * By what accounts of one person are told to be one: what an administrator said of them, else where their post goes (what follows a
 * plus sign leads to the same box), else their own id.
 */
const person = "coalesce(a.person, regexp_replace(lower(a.email), '\\+[^@]*@', '@'), a.id)"

type Asked = { readonly approver: string; readonly authors: readonly string[] }

/** Somebody as one who would decide on a request, and how many others could. */
export async function deciderOf(
  context: Pick<PlatformContext, 'fourEyes'>,
  sql: Sql,
  actor: Actor,
  { approver, authors }: Asked,
): Promise<Decider> {
  const [row] = await sql.query<{ author: boolean; named: number; admins: number }>(
    `with made as (select ${person} as person from kade.account a where a.id = any($2) union select unnest($2::text[]))
     select coalesce((select ${person} in (select person from made) from kade.account a where a.id = $1), $1 = any($2)) as author,
       count(distinct ${person}) filter (where $3 = any(a.roles))::int as named,
       count(distinct ${person}) filter (where 'platform-admin' = any(a.roles))::int as admins
       from kade.account a where a.deactivated_at is null and ${person} not in (select person from made)`,
    [actor.id, [...authors], approver],
  )
  return {
    id: actor.id,
    via: actor.via,
    roles: actor.roles,
    // Without an answer nobody is let through.
    isAuthor: row?.author ?? true,
    named: row?.named ?? 1,
    admins: row?.admins ?? 1,
    fourEyes: context.fourEyes,
  }
}
