/**
 * A session is a credential that was given out: to a browser (a cookie) or to programs (a token). The database keeps hashes only.
 * A browser's session ends 12 hours after it was last used and 7 days after it began, or a working day where the
 * identity provider vouched for it; a token when it says, and all of them as soon
 * as their account is deactivated. What an account may is read with every call, so that a role that is taken away is gone at once.
 */
import type { TokenScope } from '#api/tokens.ts'
import type { Database, Sql } from '../adapters/database/database.ts'
import { append } from '../events/store.ts'
import type { Actor } from '../platform.ts'
import { type Account, accountColumns, hashToken, newToken } from './accounts.ts'

/**
 * `connection` is the token of `connection.json`, of which an account has one at a time; `terminal` that of `kade login`;
 * `api-token` what a person made for a program.
 */
export type SessionKind = 'browser' | 'connection' | 'token' | 'terminal' | 'api-token'
export type OpenSession = {
  readonly id: string
  readonly kind: SessionKind
  readonly account: Account
  readonly scope: TokenScope | null
  readonly expiresAt: Date
}

/** A session with its token, which nobody can read again. */
export type NewSession = { readonly token: string; readonly session: OpenSession }

const IDLE_HOURS = 12
const BROWSER_HOURS = 7 * 24
/** What the identity provider knows of a person is asked again after a working day. */
const PROVIDER_HOURS = 10
const TOKEN_DAYS = 365

/**
 * Uses a sign-in link up and opens a browser session; undefined when the link is unknown, used or too old. Of two that
 * use the same link at the same time one wins.
 */
export async function signInWithLink(
  database: Database,
  linkToken: string,
  agent?: string,
): Promise<NewSession | undefined> {
  return await database.transaction(async tx => {
    const account = await useLink(tx, linkToken, 'sign-in')
    if (account !== undefined) return openBrowserSession(tx, account, 'link', agent)
    const data = { account: 'unknown', by: 'link', reason: 'used-or-old' }
    await append(tx, 'account-unknown', null, [{ type: 'SignInRefused', data }])
    return undefined
  })
}

/** Uses a one-time link of this purpose up: whose it was, or undefined. */
export async function useLink(
  tx: Sql,
  linkToken: string,
  purpose: 'sign-in' | 'password' | 'email',
): Promise<string | undefined> {
  const [link] = await tx.query<{ account: string }>(
    `update kade.sign_in_link l set used_at = now() from kade.account a
      where l.token_hash = $1 and l.purpose = $2 and l.used_at is null and l.expires_at > now()
        and a.id = l.account and a.deactivated_at is null returning l.account`,
    [hashToken(linkToken), purpose],
  )
  return link?.account
}

/** Signs an account in: a new session, whatever the browser had before. Undefined where the account may not come in. */
export async function openBrowserSession(
  tx: Sql,
  account: string,
  by: 'link' | 'password' | 'invitation' | 'single-sign-on',
  agent?: string,
): Promise<NewSession | undefined> {
  const token = newToken()
  await tx.query(
    `insert into kade.session (token_hash, account, kind, via, agent, used_at, expires_at, ends_at)
     values ($1, $2, 'browser', 'portal', $3, now(), now() + make_interval(hours => least($4::int, $5::int)),
             now() + make_interval(hours => $5::int))`,
    [
      hashToken(token),
      account,
      agent?.slice(0, 200) ?? null,
      IDLE_HOURS,
      by === 'single-sign-on' ? PROVIDER_HOURS : BROWSER_HOURS,
    ],
  )
  const session = await findSession(tx, token)
  if (!session) return undefined
  await append(tx, `account-${account}`, null, [{ type: 'SignedIn', data: { account, by } }])
  return { token, session }
}

/** A token for programs of this installation itself. A `connection` token takes the place of the one before it. */
export async function createToken(
  database: Database,
  account: string,
  kind: 'connection' | 'token' = 'connection',
): Promise<string> {
  const token = newToken()
  await database.transaction(async tx => {
    if (kind === 'connection')
      await tx.query(`delete from kade.session where account = $1 and kind = $2`, [account, kind])
    await tx.query(
      `insert into kade.session (token_hash, account, kind, via, expires_at)
       values ($1, $2, $3, 'api', now() + make_interval(days => $4))`,
      [hashToken(token), account, kind, TOKEN_DAYS],
    )
  })
  return token
}

type SessionRow = Account & {
  session: string
  kind: SessionKind
  scope: TokenScope | null
  team: string | null
  expires_at: Date
  note: boolean
}

/** The living session of a token, with its account as it is now; undefined for every other string. */
export async function findSession(sql: Sql, token: string): Promise<OpenSession | undefined> {
  const [row] = await sql.query<SessionRow>(
    `select s.id as session, s.kind, s.scope, s.team, s.expires_at, ${accountColumns},
            s.used_at is null or s.used_at < now() - interval '1 minute'
              or s.kind = 'browser' and s.expires_at < least(
                now() + make_interval(hours => $2) - interval '1 minute', s.ends_at) as note
     from kade.session s join kade.account a on a.id = s.account
     where s.token_hash = $1 and s.expires_at > now() and a.deactivated_at is null`,
    [hashToken(token), IDLE_HOURS],
  )
  if (!row) return undefined
  const expiresAt = row.note ? await noteUse(sql, token) : row.expires_at
  const { id, name, roles, memberships, teams } = row
  const account = { id, name, roles, memberships, teams }
  return {
    id: row.session,
    kind: row.kind,
    scope: row.scope,
    account: row.team === null ? account : ofOneTeam(account, row.team),
    expiresAt: expiresAt ?? row.expires_at,
  }
}

/** The account as a token sees it that is for one team: a member of that, and nothing in the installation. */
function ofOneTeam(account: Account, team: string): Account {
  const role = Object.hasOwn(account.memberships, team) ? account.memberships[team] : undefined
  return {
    ...account,
    roles: [],
    memberships: role === undefined ? {} : { [team]: role },
    teams: role === undefined ? [] : [team],
  }
}

/** That it was used just now; a browser's session lasts longer by that. */
async function noteUse(sql: Sql, token: string): Promise<Date | undefined> {
  const [row] = await sql.query<{ expires_at: Date }>(
    `update kade.session set used_at = now(), expires_at = case kind when 'browser' then
       least(now() + make_interval(hours => $2), ends_at) else expires_at end
     where token_hash = $1 returning expires_at`,
    [hashToken(token), IDLE_HOURS],
  )
  return row?.expires_at
}

/** Ends a session at once; the next call with its token is a stranger's. */
export async function endSession(sql: Sql, token: string): Promise<void> {
  await sql.query(`delete from kade.session where token_hash = $1`, [hashToken(token)])
}

/** Ends a session at once, and says so. */
export async function signOut(
  database: Database,
  { id, account }: OpenSession,
  via: Actor['via'],
): Promise<void> {
  await database.transaction(async tx => {
    const [ended] = await tx.query('delete from kade.session where id = $1 returning id', [id])
    if (!ended) return
    const data = { account: account.id, session: id, actor: account.id, via }
    await append(tx, `account-${account.id}`, null, [{ type: 'SignedOut', data }])
  })
}

/** Removes what can no longer be used; cheap, for a daily sweep. */
export async function sweepSessions(sql: Sql): Promise<void> {
  await sql.query(`delete from kade.session where expires_at < now()`)
  await sql.query(`delete from kade.sign_in_link where expires_at < now()`)
  await sql.query(`delete from kade.invitation where expires_at < now()`)
  await sql.query(`delete from kade.device_login where expires_at < now() - interval '1 hour'`)
  await sql.query(`delete from kade.single_sign_on where expires_at < now()`)
  await sql.query(`delete from kade.sign_in_try where at < now() - interval '1 hour'`)
}
