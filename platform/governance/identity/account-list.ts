import type { Person } from '#api/accounts.ts'
import type { PlatformContext } from '../../context.ts'
import { decodeCursor, toPage } from '../../deployments/pages.ts'
import type { Actor } from '../../platform.ts'
import { reachesEverything } from '../may.ts'
import { type PersonRow, personColumns, personView } from './person.ts'

type Asked = { limit: number; cursor?: string | undefined; q?: string | undefined }

/**
 * Accounts, newest first. Who maintains teams sees their members; another account they find by its whole e-mail address alone, to
 * take it into a team.
 */
export async function listAccounts(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  { limit, cursor, q = '' }: Asked,
): Promise<{ items: Person[]; next: string | null }> {
  const after = cursor === undefined ? null : decodeCursor(cursor, ['time', 'id'])
  const asked = q.trim().toLowerCase()
  const rows = await database.query<PersonRow>(
    `select ${personColumns} from kade.account a
      where ($2 or a.email = $4
             or exists (select from kade.membership m where m.account = a.id and m.team = any($3::text[])))
        and ($4 = '' or position($4 in lower(a.name)) > 0 or position($4 in coalesce(a.email, '')) > 0)
        ${after ? "and (date_trunc('milliseconds', a.created_at), a.id) < ($5::timestamptz, $6)" : ''}
      order by date_trunc('milliseconds', a.created_at) desc, a.id desc limit $1`,
    [limit + 1, reachesEverything(actor, 'account.read'), actor.teams, asked, ...(after ?? [])],
  )
  return toPage(rows, limit, personView, row => [row.created_at.toISOString(), row.id])
}
