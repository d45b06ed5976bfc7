import type { Person } from '#api/accounts.ts'
import type { Sql } from '../../adapters/database/database.ts'
import { PlatformError } from '../../errors.ts'

export type PersonRow = {
  id: string
  name: string
  email: string | null
  verified: boolean
  roles: Person['roles']
  teams: Person['teams']
  active: boolean
  created_at: Date
  seen_at: Date | null
}

/** An account as those see it who look after accounts, of the row of `kade.account` that a query calls `a`. */
export const personColumns = `a.id, a.name, a.email, a.email_verified_at is not null as verified, a.roles,
  coalesce((select jsonb_agg(jsonb_build_object('team', m.team, 'role', m.role) order by m.team)
              from kade.membership m where m.account = a.id), '[]') as teams,
  a.deactivated_at is null as active, a.created_at,
  (select max(coalesce(s.used_at, s.created_at)) from kade.session s where s.account = a.id) as seen_at`

export function personView(row: PersonRow): Person {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    emailVerified: row.verified,
    roles: row.roles,
    teams: row.teams,
    state: row.active ? 'active' : 'deactivated',
    createdAt: row.created_at.toISOString(),
    seenAt: row.seen_at?.toISOString() ?? null,
  }
}

/** An account by its id. Throws `not-found`. */
export async function readPerson(sql: Sql, id: string): Promise<Person> {
  const [row] = await sql.query<PersonRow>(
    `select ${personColumns} from kade.account a where a.id = $1`,
    [id],
  )
  if (row) return personView(row)
  throw noSuchAccount()
}

export function noSuchAccount(): PlatformError {
  return new PlatformError('not-found', {
    en: 'There is no such account.',
    nl: 'Dit account bestaat niet.',
  })
}
