import type { Membership } from '#api/accounts.ts'
import type { InstallationRole } from '#api/roles.ts'
import type { Sql } from '../../adapters/database/database.ts'
import { append } from '../../events/store.ts'
import type { Actor } from '../../platform.ts'

/** What an account may be at this moment, as events say it. */
async function standingOf(
  sql: Sql,
  account: string,
): Promise<{ roles: InstallationRole[]; teams: Membership[] }> {
  const [row] = await sql.query<{ roles: InstallationRole[]; teams: Membership[] }>(
    `select a.roles, coalesce((select jsonb_agg(jsonb_build_object('team', m.team, 'role', m.role) order by m.team)
              from kade.membership m where m.account = a.id), '[]') as teams
       from kade.account a where a.id = $1`,
    [account],
  )
  return row ?? { roles: [], teams: [] }
}

/** Says what an account may be from now on. What it offered to others, by what it may no longer be, is offered no more. */
export async function tellStanding(tx: Sql, actor: Actor, account: string): Promise<void> {
  await dropInvitationsOf(tx, account)
  const standing = await standingOf(tx, account)
  await append(tx, `account-${account}`, null, [
    { type: 'RolesChanged', data: { account, ...standing, actor: actor.id, via: actor.via } },
  ])
}

/** Takes back what somebody offered who may offer it no more. */
export async function dropInvitationsOf(tx: Sql, account: string): Promise<void> {
  await tx.query('delete from kade.invitation where invited_by = $1', [account])
}
