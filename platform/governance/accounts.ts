import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Database, Sql } from '../adapters/database/database.ts'
import type { Actor } from '../platform.ts'

export type Account = {
  readonly id: string
  readonly name: string
  readonly role: Actor['role']
  readonly teams: readonly string[]
}

const LINK_MINUTES = 15

/** The account that owns this installation; made when there is none yet, once, however many processes start together. */
export async function ensureOwner(database: Database): Promise<Account> {
  return await database.transaction(async tx => {
    await tx.query(`select pg_advisory_xact_lock(hashtext('kade.account.owner'))`)
    const [owner] = await tx.query<Account>(
      `select id, name, role, teams from kade.account where role = 'owner' order by created_at limit 1`,
    )
    if (owner) return owner
    const made: Account = { id: randomUUID(), name: 'owner', role: 'owner', teams: ['platform'] }
    await tx.query(`insert into kade.account (id, name, role, teams) values ($1, $2, $3, $4)`, [
      made.id,
      made.name,
      made.role,
      made.teams,
    ])
    return made
  })
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
