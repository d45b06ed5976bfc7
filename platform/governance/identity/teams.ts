import type { Membership } from '#api/accounts.ts'
import type { TeamRole } from '#api/roles.ts'
import type { Team, TeamMember } from '#api/teams.ts'
import type { Sql } from '../../adapters/database/database.ts'
import type { PlatformContext } from '../../context.ts'
import { decodeCursor, toPage } from '../../deployments/pages.ts'
import { PlatformError } from '../../errors.ts'
import { append } from '../../events/store.ts'
import { isUnknown } from '../../is-unknown.ts'
import type { Actor } from '../../platform.ts'
import { noSuchAccount } from './person.ts'
import { tellStanding } from './standing.ts'

type TeamRow = { name: string; created_at: Date; members: number; namespaces: number }

const teamColumns = `t.name, t.created_at,
  (select count(*)::int from kade.membership m where m.team = t.name) as members,
  (select count(*)::int from kade.namespace n where n.team = t.name) as namespaces`

/** The teams that somebody reaches, by name. */
export async function listTeams(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: Team[]; next: string | null }> {
  const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['name'])
  const rows = await database.query<TeamRow>(
    `select ${teamColumns} from kade.team t where t.name = any($1::text[]) and t.name > $2
      order by t.name limit $3`,
    [actor.teams, after, limit + 1],
  )
  return toPage(rows, limit, teamView, row => [row.name])
}

/** Makes a team. Throws `name-taken`. */
export async function createTeam(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  name: string,
): Promise<Team> {
  return await database.transaction(async tx => {
    const [made] = await tx.query(
      'insert into kade.team (name) values ($1) on conflict do nothing returning name',
      [name],
    )
    if (!made)
      throw new PlatformError(
        'name-taken',
        { en: `There is a team ${name}.`, nl: `Er is al een team ${name}.` },
        { violations: [{ pointer: '/name', detail: { en: 'is taken', nl: 'is bezet' } }] },
      )
    await append(tx, `team-${name}`, null, [
      { type: 'TeamCreated', data: { team: name, actor: actor.id, via: actor.via } },
    ])
    const [row] = await tx.query<TeamRow>(
      `select ${teamColumns} from kade.team t where t.name = $1`,
      [name],
    )
    if (!row) throw new Error('A team that was just made is there.')
    return teamView(row)
  })
}

type MemberRow = Omit<TeamMember, 'since'> & { since: Date }

/** Who is in a team, by name. Throws `not-found`. */
export async function listMembers(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  team: string,
): Promise<TeamMember[]> {
  demandTeam(actor, team)
  return (await membersOf(database, team)).map(memberView)
}

/** Takes somebody into a team, or gives them another role in it. Throws `not-found`. */
export async function setMember(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  { team, account }: { team: string; account: string },
  role: TeamRole,
): Promise<TeamMember> {
  demandTeam(actor, team)
  return await database.transaction(async tx => {
    const [known] = await tx.query('select 1 from kade.account where id = $1 for update', [account])
    if (!known) throw noSuchAccount()
    await tx.query(
      `insert into kade.membership (account, team, role) values ($1, $2, $3)
       on conflict (account, team) do update set role = excluded.role`,
      [account, team, role],
    )
    await tellStanding(tx, actor, account)
    const [member] = await membersOf(tx, team, account)
    if (!member) throw new Error('A member that was just set is there.')
    return memberView(member)
  })
}

/** Takes somebody out of a team: what they reached by it they reach no more. Throws `not-found`. */
export async function removeMember(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  { team, account }: { team: string; account: string },
): Promise<void> {
  demandTeam(actor, team)
  await database.transaction(async tx => {
    const [gone] = await tx.query(
      'delete from kade.membership where account = $1 and team = $2 returning account',
      [account, team],
    )
    if (!gone) throw noSuchAccount()
    await tellStanding(tx, actor, account)
  })
}

/** Throws `request-invalid` where a role is given in a team that is not there. */
export async function refuseUnknownTeams(tx: Sql, teams: readonly Membership[]): Promise<void> {
  const rows = await tx.query<{ name: string }>(
    'select name from kade.team where name = any($1::text[])',
    [teams.map(one => one.team)],
  )
  const known = new Set(rows.map(row => row.name))
  const violations = teams.flatMap(({ team }, at) =>
    known.has(team) ? [] : [{ pointer: `/teams/${at}/team`, detail: isUnknown }],
  )
  if (violations.length > 0)
    throw new PlatformError(
      'request-invalid',
      { en: 'There is no such team.', nl: 'Dit team bestaat niet.' },
      { violations },
    )
}

function demandTeam(actor: Actor, team: string): void {
  if (actor.teams.includes(team)) return
  throw new PlatformError('not-found', {
    en: 'There is no such team.',
    nl: 'Dit team bestaat niet.',
  })
}

async function membersOf(sql: Sql, team: string, account?: string): Promise<MemberRow[]> {
  return await sql.query<MemberRow>(
    `select m.account, a.name, a.email, m.role, m.since
       from kade.membership m join kade.account a on a.id = m.account
      where m.team = $1 ${account === undefined ? '' : 'and m.account = $2'} order by a.name, a.id`,
    account === undefined ? [team] : [team, account],
  )
}

function memberView(row: MemberRow): TeamMember {
  return { ...row, since: row.since.toISOString() }
}

function teamView(row: TeamRow): Team {
  const { name, members, namespaces } = row
  return { name, members, namespaces, createdAt: row.created_at.toISOString() }
}
