import type { ChangePassword } from '#api/profile.ts'
import type { Database, Sql } from '../../adapters/database/database.ts'
import { PlatformError } from '../../errors.ts'
import { append } from '../../events/store.ts'
import { useLink } from '../sessions.ts'
import { endEverything } from './account-commands.ts'
import { createLink, mailLink, type Post } from './links.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { noteTry } from './tries.ts'
import { refuseWeak } from './weak-passwords.ts'

const FORGOT_MINUTES = 60

type Known = { id: string; email: string | null; name: string; hash: string | null }

/**
 * A new password for who knows the one before, or has none yet. Other browsers and terminals of the account are signed out. Throws
 * `request-invalid` and `too-many-requests`.
 */
export async function changePassword(
  database: Database,
  { account, session, address }: { account: string; session: string; address: string },
  { current, password }: ChangePassword,
): Promise<void> {
  const [known] = await database.query<Known>(
    'select id, email, name, password_hash as hash from kade.account where id = $1',
    [account],
  )
  if (known?.hash) {
    const forget = await noteTry(database, { who: `change ${account}`, address })
    if (!(await verifyPassword(current ?? '', known.hash))) throw wrong()
    await forget()
  }
  refuseWeak(password, known ?? {})
  const hash = await hashPassword(password)
  await database.transaction(async tx => {
    const [changed] = await tx.query(
      `update kade.account set password_hash = $2
        where id = $1 and password_hash is not distinct from $3 returning id`,
      [account, hash, known?.hash ?? null],
    )
    if (!changed) throw wrong()
    await tx.query(
      `delete from kade.session where account = $1 and kind in ('browser', 'terminal') and id <> $2`,
      [account, session],
    )
    await tell(tx, account, known?.hash ? 'password' : 'first')
  })
}

/**
 * Mails a link to choose a new password by, where there is such an account and Kade can mail. Who asks learns nothing from it: what
 * there is to do is done when the answer has gone. Throws `too-many-requests`.
 */
export async function forgotPassword(
  database: Database,
  post: Post | undefined,
  { email, address }: { email: string; address: string },
): Promise<void> {
  await noteTry(database, { who: `forgot ${email}`, address })
  if (!post) return
  void send(database, post, email).catch(error => post.onError(error))
}

async function send(database: Database, post: Post, email: string): Promise<void> {
  const made = await database.transaction(async tx => {
    const [known] = await tx.query<{ id: string; language: 'nl' | 'en' | null }>(
      'select id, language from kade.account where email = $1 and deactivated_at is null',
      [email],
    )
    if (!known) return undefined
    const link = await createLink(tx, known.id, 'password', FORGOT_MINUTES)
    const data = { account: known.id, actor: known.id, via: 'portal' as const }
    await append(tx, `account-${known.id}`, null, [{ type: 'PasswordResetCreated', data }])
    return { link, language: known.language }
  })
  if (made) await mailLink(post, 'password', email, made.link, made.language)
}

/**
 * Chooses a new password by a link, and ends whatever was open: whoever came in before with another one is out. False for a link that
 * works no more. Throws `request-invalid`.
 */
export async function resetPassword(
  database: Database,
  { token, password }: { token: string; password: string },
): Promise<boolean> {
  refuseWeak(password, {})
  const hash = await hashPassword(password)
  return await database.transaction(async tx => {
    const account = await useLink(tx, token, 'password')
    if (account === undefined) return false
    const [known] = await tx.query<Known>(
      'select id, email, name, password_hash as hash from kade.account where id = $1 for update',
      [account],
    )
    // Thrown inside: the link is not used up by a password that is refused.
    refuseWeak(password, known ?? {})
    await tx.query('update kade.account set password_hash = $2 where id = $1', [account, hash])
    await endEverything(tx, account)
    await tell(tx, account, 'link')
    return true
  })
}

/** Shows by a link that an address is the account’s. False for a link that works no more. */
export async function verifyEmail(database: Database, token: string): Promise<boolean> {
  return await database.transaction(async tx => {
    const account = await useLink(tx, token, 'email')
    if (account === undefined) return false
    await tx.query('update kade.account set email_verified_at = now() where id = $1', [account])
    await append(tx, `account-${account}`, null, [
      { type: 'EmailVerified', data: { account, by: 'link' } },
    ])
    return true
  })
}

async function tell(tx: Sql, account: string, by: 'password' | 'link' | 'first'): Promise<void> {
  await append(tx, `account-${account}`, null, [{ type: 'PasswordChanged', data: { account, by } }])
}

function wrong(): PlatformError {
  return new PlatformError(
    'request-invalid',
    { en: 'This is not your password.', nl: 'Dit is niet je wachtwoord.' },
    {
      violations: [
        {
          pointer: '/current',
          detail: { en: 'is not your password', nl: 'is niet je wachtwoord' },
        },
      ],
    },
  )
}
