import { randomUUID } from 'node:crypto'
import type { Membership, Register } from '#api/accounts.ts'
import type { InstallationRole } from '#api/roles.ts'
import type { Database, Sql } from '../../adapters/database/database.ts'
import { append } from '../../events/store.ts'
import { hashToken } from '../accounts.ts'
import { type NewSession, openBrowserSession } from '../sessions.ts'
import { findOffer } from './invitations.ts'
import { hashPassword } from './passwords.ts'
import { refuseWeak } from './weak-passwords.ts'

/**
 * Makes the account that an invitation offers, and signs in; undefined for a link that works no more. Of two that use it at the
 * same time one wins. Throws `request-invalid` for a password that is too easy to guess.
 */
export async function register(
  database: Database,
  { token, name, password, language }: Register,
  agent?: string,
): Promise<NewSession | undefined> {
  const offer = await findOffer(database, token)
  if (!offer) return undefined
  refuseWeak(password, { email: offer.email, name })
  const hash = await hashPassword(password)
  return await database.transaction(async tx => {
    const [invitation] = await tx.query<Offered>(
      `delete from kade.invitation where token_hash = $1 and expires_at > now()
       returning email, roles, teams`,
      [hashToken(token)],
    )
    if (!invitation) return undefined
    const { email, roles, teams } = invitation
    const account = await createAccount(
      tx,
      { name, email, hash, language, roles, teams },
      'invitation',
    )
    return openBrowserSession(tx, account, 'invitation', agent)
  })
}

type Offered = {
  readonly email: string
  readonly roles: readonly InstallationRole[]
  readonly teams: readonly Membership[]
}

type NewAccount = Offered & {
  readonly name: string
  readonly hash?: string | undefined
  readonly language?: string | undefined
  readonly verified?: boolean
}

/** A new account with its roles; of its teams those that are there. */
export async function createAccount(
  tx: Sql,
  { name, email, hash, language, roles, teams, verified = false }: NewAccount,
  by: string,
): Promise<string> {
  const id = randomUUID()
  await tx.query(
    `insert into kade.account (id, name, email, password_hash, language, roles, email_verified_at)
     values ($1, $2, $3, $4, $5, $6, case when $7 then now() end)`,
    [id, name, email, hash ?? null, language ?? null, roles, verified],
  )
  await tx.query(
    `insert into kade.membership (account, team, role)
     select $1, t.name, o.role from jsonb_to_recordset($2::jsonb) as o(team text, role text)
       join kade.team t on t.name = o.team
     on conflict do nothing`,
    [id, JSON.stringify(teams)],
  )
  await append(tx, `account-${id}`, null, [
    { type: 'AccountCreated', data: { account: id, by, roles: [...roles], teams: [...teams] } },
  ])
  return id
}
