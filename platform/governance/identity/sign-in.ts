import type { Database } from '../../adapters/database/database.ts'
import { append } from '../../events/store.ts'
import { type NewSession, openBrowserSession } from '../sessions.ts'
import { verifyPassword } from './passwords.ts'
import { noteTry } from './tries.ts'

export type Attempt = {
  readonly email: string
  readonly password: string
  /** From where, as far as that is known. */
  readonly address: string
  readonly agent?: string | undefined
}

/**
 * Signs in by e-mail address and password; undefined for every wrong pair, whether the account is there or not, and after the same
 * work. Throws `too-many-requests`.
 */
export async function signInWithPassword(
  database: Database,
  { email, password, address, agent }: Attempt,
): Promise<NewSession | undefined> {
  const forget = await noteTry(database, { who: email, address })
  const [known] = await database.query<{ id: string; hash: string | null }>(
    'select id, password_hash as hash from kade.account where email = $1',
    [email],
  )
  const fits = await verifyPassword(password, known?.hash)
  const opened = await database.transaction(async tx => {
    // Looked at again: between the look and now the password may have been changed, and the account deactivated.
    const [still] = await tx.query(
      `select 1 from kade.account
        where id = $1 and password_hash = $2 and deactivated_at is null for share`,
      [known?.id ?? '', known?.hash ?? ''],
    )
    if (known && fits && still) return openBrowserSession(tx, known.id, 'password', agent)
    const account = known?.id ?? 'unknown'
    const reason = known && fits ? 'deactivated' : 'wrong'
    await append(tx, `account-${account}`, null, [
      { type: 'SignInRefused', data: { account, by: 'password', reason } },
    ])
    return undefined
  })
  if (opened) await forget()
  return opened
}
