import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { InstallationRole, TeamRole } from '#api/roles.ts'
import type { Database, Sql } from '../adapters/database/database.ts'

export type Account = {
  readonly id: string
  readonly name: string
  /** Of the whole installation. */
  readonly roles: readonly InstallationRole[]
  /** The account's role in each team that it is a member of. */
  readonly memberships: Readonly<Record<string, TeamRole>>
  /** The teams whose things it reaches in any way: its own, or all where a role of the installation says so. */
  readonly teams: readonly string[]
}

const LINK_MINUTES = 15
const FIRST_TEAM = 'platform'

/** An account as a session carries it, of the row of `kade.account` that a query calls `a`. */
export const accountColumns = `a.id, a.name, a.roles,
  (select coalesce(jsonb_object_agg(m.team, m.role), '{}') from kade.membership m where m.account = a.id) as memberships,
  array(select t.name from kade.team t
         where cardinality(a.roles) > 0
            or exists (select from kade.membership m where m.account = a.id and m.team = t.name)
         order by t.name) as teams`

/** The account that owns this installation; made when there is none yet, once, however many processes start together. */
export async function ensureOwner(database: Database): Promise<Account> {
  return await database.transaction(async tx => {
    await tx.query(`select pg_advisory_xact_lock(hashtext('kade.account.owner'))`)
    const owner = await findOwner(tx)
    if (owner) return owner
    const id = randomUUID()
    await tx.query(
      `insert into kade.account (id, name, roles) values ($1, 'owner', '{platform-admin}')`,
      [id],
    )
    await tx.query('insert into kade.team (name) values ($1) on conflict do nothing', [FIRST_TEAM])
    await tx.query(
      `insert into kade.membership (account, team, role) values ($1, $2, 'team-maintainer')`,
      [id, FIRST_TEAM],
    )
    const made = await findOwner(tx)
    if (!made) throw new Error('The account of the owner is gone right after it was made.')
    return made
  })
}

async function findOwner(sql: Sql): Promise<Account | undefined> {
  const [owner] = await sql.query<Account>(
    `select ${accountColumns} from kade.account a
      where 'platform-admin' = any(a.roles) and a.deactivated_at is null order by a.created_at limit 1`,
  )
  return owner
}

/**
 * A one-time token that signs an account in, good for 15 minutes. The caller shows it once, in the fragment of a link;
 * the database keeps its hash only.
 */
export async function createSignInLink(
  sql: Sql,
  account: string,
): Promise<{ token: string; expiresAt: Date }> {
  const token = newToken()
  const expiresAt = new Date(Date.now() + LINK_MINUTES * 60_000)
  await sql.query(
    'insert into kade.sign_in_link (token_hash, account, expires_at) values ($1, $2, $3)',
    [hashToken(token), account, expiresAt],
  )
  return { token, expiresAt }
}

/** 256 bits from the system's generator, as 43 characters that need no escaping anywhere. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * What the database keeps of a token. A token is random, so one round of SHA-256 cannot be guessed back, and looking a
 * row up by this hash tells nothing through its timing: nobody can steer the hash of what they send.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
