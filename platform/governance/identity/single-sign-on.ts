/**
 * Who comes by the identity provider of the organisation. What they may is what their groups say, each time they sign in: a role that
 * was given by hand is replaced. Their session ends after a working day, so that a group that was taken away is noticed.
 */
import type { Membership } from '#api/accounts.ts'
import type { InstallationRole } from '#api/roles.ts'
import type { Database, Sql } from '../../adapters/database/database.ts'
import type {
  Claims,
  IdentityProvider,
  OnItsWay,
} from '../../adapters/identity/identity-provider.ts'
import { append } from '../../events/store.ts'
import { hashToken } from '../accounts.ts'
import { type NewSession, openBrowserSession } from '../sessions.ts'
import { createAccount } from './register.ts'
import { tellStanding } from './standing.ts'

/** What a group of the provider is in Kade. */
export type GroupRights = {
  readonly roles: readonly InstallationRole[]
  readonly teams: readonly Membership[]
}

export type SingleSignOn = {
  readonly provider: IdentityProvider
  readonly groups: ReadonlyMap<string, GroupRights>
}

const ON_ITS_WAY_MINUTES = 10
const platform = { id: 'platform', roles: [], teams: [], via: 'platform' } as const

/** Notes a browser that sets out, and where it wanted to go. */
export async function setOut(sql: Sql, kept: OnItsWay, returnTo: string): Promise<void> {
  await sql.query(
    `insert into kade.single_sign_on (state_hash, nonce, verifier, return_to, expires_at)
     values ($1, $2, $3, $4, now() + make_interval(mins => $5))`,
    [hashToken(kept.state), kept.nonce, kept.verifier, returnTo, ON_ITS_WAY_MINUTES],
  )
}

/** What was noted of a browser that comes back; once, and undefined for every other state. */
export async function comeBack(
  sql: Sql,
  state: string,
): Promise<(OnItsWay & { returnTo: string }) | undefined> {
  const [row] = await sql.query<{
    nonce: string
    verifier: string
    return_to: string
    good: boolean
  }>(
    `delete from kade.single_sign_on where state_hash = $1
     returning nonce, verifier, return_to, expires_at > now() as good`,
    [hashToken(state)],
  )
  if (!row?.good) return undefined
  return { state, nonce: row.nonce, verifier: row.verifier, returnTo: row.return_to }
}

/** Signs in whom the provider vouches for, with what their groups give; undefined for who has no place here. */
export async function signInByProvider(
  database: Database,
  { groups }: SingleSignOn,
  claims: Claims,
  agent?: string,
): Promise<NewSession | undefined> {
  const rights = rightsOf(groups, claims.groups)
  return await database.transaction(async tx => {
    const account = await accountOf(tx, claims, rights)
    const opened = account && (await openBrowserSession(tx, account, 'single-sign-on', agent))
    if (!opened) {
      const data = { account: account ?? 'unknown', by: 'single-sign-on', reason: 'no-place' }
      await append(tx, `account-${data.account}`, null, [{ type: 'SignInRefused', data }])
      return undefined
    }
    return opened
  })
}

/** Known by subject; else by an address that the provider vouches for; else new, where a group gives a place. */
async function accountOf(
  tx: Sql,
  claims: Claims,
  rights: GroupRights,
): Promise<string | undefined> {
  const { issuer, subject, email, emailVerified, name } = claims
  const [known] = await tx.query<{ account: string }>(
    'select account from kade.identity where issuer = $1 and subject = $2',
    [issuer, subject],
  )
  if (known) {
    await giveRights(tx, known.account, rights)
    return known.account
  }
  if (email === undefined || !emailVerified) return undefined
  const [same] = await tx.query<{ id: string; taken: boolean }>(
    `select a.id, exists (select from kade.identity i where i.account = a.id and i.issuer = $2) as taken
       from kade.account a where a.email = $1 for update`,
    [email, issuer],
  )
  // Somebody else of the same provider had this address before: an administrator has to say whose the account is.
  if (same?.taken) return undefined
  const hasPlace = rights.roles.length > 0 || rights.teams.length > 0
  if (!same && !hasPlace) return undefined
  const account =
    same?.id ??
    (await createAccount(
      tx,
      { name: (name ?? email).slice(0, 100), email, ...rights, verified: true },
      'single-sign-on',
    ))
  await tx.query('insert into kade.identity (issuer, subject, account) values ($1, $2, $3)', [
    issuer,
    subject,
    account,
  ])
  if (same) await giveRights(tx, account, rights)
  return account
}

/** Exactly these rights; of the last platform admin that role stays, or nobody could put a wrong mapping right. */
async function giveRights(tx: Sql, account: string, { roles, teams }: GroupRights): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('kade.account.owner'))`)
  const changed = await tx.query(
    `with lasting as (
       select case when 'platform-admin' = any(a.roles) and not exists (
           select from kade.account o where o.id <> a.id and 'platform-admin' = any(o.roles)
             and o.deactivated_at is null)
         then array(select distinct unnest($2::text[] || '{platform-admin}') order by 1)
         else array(select distinct unnest($2::text[]) order by 1) end as roles
       from kade.account a where a.id = $1)
     update kade.account a set roles = l.roles from lasting l where a.id = $1 and a.roles <> l.roles
     returning a.id`,
    [account, roles],
  )
  const wanted = JSON.stringify(teams)
  const gone = await tx.query(
    `delete from kade.membership m where m.account = $1
        and not exists (select from jsonb_to_recordset($2::jsonb) as w(team text, role text) where w.team = m.team)
     returning m.team`,
    [account, wanted],
  )
  const set = await tx.query(
    `insert into kade.membership (account, team, role)
     select $1, w.team, w.role from jsonb_to_recordset($2::jsonb) as w(team text, role text)
       join kade.team t on t.name = w.team
     on conflict (account, team) do update set role = excluded.role
        where kade.membership.role <> excluded.role
     returning team`,
    [account, wanted],
  )
  if (changed.length + gone.length + set.length > 0) await tellStanding(tx, platform, account)
}

const strength = ['viewer', 'developer', 'team-maintainer'] as const

/** What all groups of a person give together; of two roles in one team the stronger. */
export function rightsOf(groups: SingleSignOn['groups'], names: readonly string[]): GroupRights {
  const given = names.flatMap(name => groups.get(name) ?? [])
  const teams = new Map<string, Membership['role']>()
  for (const { team, role } of given.flatMap(one => one.teams)) {
    const before = teams.get(team)
    if (before === undefined || strength.indexOf(role) > strength.indexOf(before))
      teams.set(team, role)
  }
  return {
    roles: [...new Set(given.flatMap(one => one.roles))].sort(),
    teams: [...teams].map(([team, role]) => ({ team, role })),
  }
}
