/**
 * A session is a credential that was given out: to a browser (a cookie, for a one-time link) or to programs (a token).
 * The database keeps hashes only. A browser's session ends 12 hours after it was last used and 7 days after it began; a
 * token ends after a year, or when it is replaced.
 */
import type { Database, Sql } from '../adapters/database/database.ts'
import { append } from '../events/store.ts'
import { type Account, accountColumns, hashToken, newToken } from './accounts.ts'

/** `connection` is the token of `connection.json`, of which an account has one at a time. */
export type SessionKind = 'browser' | 'connection' | 'token'
export type OpenSession = {
  readonly kind: SessionKind
  readonly account: Account
  readonly expiresAt: Date
}

const IDLE_HOURS = 12
const BROWSER_DAYS = 7
const TOKEN_DAYS = 365

/**
 * Uses a sign-in link up and opens a browser session; undefined when the link is unknown, used or too old. Of two that
 * use the same link at the same time one wins.
 */
export async function signInWithLink(
  database: Database,
  linkToken: string,
): Promise<{ token: string; session: OpenSession } | undefined> {
  return await database.transaction(async tx => {
    const [link] = await tx.query<{ account: string }>(
      `update kade.sign_in_link set used_at = now()
       where token_hash = $1 and used_at is null and expires_at > now() returning account`,
      [hashToken(linkToken)],
    )
    if (!link) return undefined
    const token = newToken()
    await tx.query(
      `insert into kade.session (token_hash, account, kind, via, expires_at)
       values ($1, $2, 'browser', 'portal', now() + make_interval(hours => $3))`,
      [hashToken(token), link.account, IDLE_HOURS],
    )
    const session = await findSession(tx, token)
    if (!session) return undefined
    const data = { account: link.account, by: 'link' }
    await append(tx, `account-${link.account}`, null, [{ type: 'SignedIn', data }])
    return { token, session }
  })
}

/** A token for programs. A `connection` token takes the place of the one before it. */
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

type SessionRow = Account & { kind: SessionKind; expires_at: Date; extend: boolean }

/** The living session of a token, with its account as it is now; undefined for every other string. */
export async function findSession(sql: Sql, token: string): Promise<OpenSession | undefined> {
  const [row] = await sql.query<SessionRow>(
    `select s.kind, s.expires_at, ${accountColumns},
            s.kind = 'browser' and s.expires_at < least(
              now() + make_interval(hours => $2) - interval '1 minute',
              s.created_at + make_interval(days => $3)) as extend
     from kade.session s join kade.account a on a.id = s.account
     where s.token_hash = $1 and s.expires_at > now()`,
    [hashToken(token), IDLE_HOURS, BROWSER_DAYS],
  )
  if (!row) return undefined
  const expiresAt = row.extend ? await extend(sql, token) : row.expires_at
  const { id, name, roles, memberships, teams } = row
  return {
    kind: row.kind,
    account: { id, name, roles, memberships, teams },
    expiresAt: expiresAt ?? row.expires_at,
  }
}

async function extend(sql: Sql, token: string): Promise<Date | undefined> {
  const [row] = await sql.query<{ expires_at: Date }>(
    `update kade.session set expires_at =
       least(now() + make_interval(hours => $2), created_at + make_interval(days => $3))
     where token_hash = $1 returning expires_at`,
    [hashToken(token), IDLE_HOURS, BROWSER_DAYS],
  )
  return row?.expires_at
}

/** Ends a session at once; the next call with its token is a stranger's. */
export async function endSession(sql: Sql, token: string): Promise<void> {
  await sql.query(`delete from kade.session where token_hash = $1`, [hashToken(token)])
}

/** Removes what can no longer be used; cheap, for a daily sweep. */
export async function sweepSessions(sql: Sql): Promise<void> {
  await sql.query(`delete from kade.session where expires_at < now()`)
  await sql.query(`delete from kade.sign_in_link where expires_at < now()`)
}
