import type { ChangeProfile, OwnSession, Profile } from '#api/profile.ts'
import type { Database, Sql } from '../../adapters/database/database.ts'
import type { PlatformContext } from '../../context.ts'
import { PlatformError } from '../../errors.ts'
import { append } from '../../events/store.ts'
import type { Actor } from '../../platform.ts'
import { createLink, mailLink } from './links.ts'
import { noSuchAccount, type PersonRow, personColumns, personView } from './person.ts'

type Context = Pick<PlatformContext, 'database' | 'post'>
type ProfileRow = PersonRow & { language: Profile['language']; has_password: boolean }

const VERIFY_MINUTES = 24 * 60

/** The account of whoever asks. */
export async function readProfile({ database }: Context, actor: Actor): Promise<Profile> {
  return await profileOf(database, actor.id)
}

/** Changes name and language. */
export async function changeProfile(
  { database }: Context,
  actor: Actor,
  { name, language }: ChangeProfile,
): Promise<Profile> {
  return await database.transaction(async tx => {
    await tx.query('update kade.account set name = $2, language = $3 where id = $1', [
      actor.id,
      name,
      language,
    ])
    const data = { account: actor.id, actor: actor.id, via: actor.via }
    await append(tx, `account-${actor.id}`, null, [{ type: 'ProfileChanged', data }])
    return await profileOf(tx, actor.id)
  })
}

/** Mails a link that shows that the address is one’s own. Throws `conflict` where nothing can be mailed, or is left to show. */
export async function sendEmailVerification(
  { database, post }: Context,
  actor: Actor,
): Promise<void> {
  const { email, emailVerified, language } = await profileOf(database, actor.id)
  if (!post || email === null || emailVerified)
    throw new PlatformError(
      'conflict',
      post
        ? { en: 'There is no address to verify.', nl: 'Er is geen adres te bevestigen.' }
        : { en: 'This Kade sends no e-mail.', nl: 'Deze Kade verstuurt geen e-mail.' },
    )
  const link = await database.transaction(tx => createLink(tx, actor.id, 'email', VERIFY_MINUTES))
  if (await mailLink(post, 'email', email, link, language)) return
  throw new PlatformError('conflict', {
    en: 'The mail server did not take the message.',
    nl: 'De mailserver nam het bericht niet aan.',
  })
}

/** Where an account is signed in, newest first. `current` is the session that asks. */
export async function listSessions(
  database: Database,
  account: string,
  current: string,
): Promise<OwnSession[]> {
  const rows = await database.query<SessionRow>(
    `select id, kind, coalesce(name, agent) as agent, created_at, used_at, expires_at from kade.session
      where account = $1 and kind in ('browser', 'terminal') and expires_at > now()
      order by created_at desc, id limit 200`,
    [account],
  )
  return rows.map(row => ({
    id: row.id,
    kind: row.kind,
    agent: row.agent,
    current: row.id === current,
    createdAt: row.created_at.toISOString(),
    usedAt: row.used_at?.toISOString() ?? null,
    expiresAt: row.expires_at.toISOString(),
  }))
}

type SessionRow = Pick<OwnSession, 'id' | 'kind' | 'agent'> & {
  created_at: Date
  used_at: Date | null
  expires_at: Date
}

/** Ends a session of whoever asks. Throws `not-found`. */
export async function endOwnSession(
  { database }: Context,
  actor: Actor,
  id: string,
): Promise<void> {
  await database.transaction(async tx => {
    const [row] = await tx.query(
      `delete from kade.session
        where id = $2 and account = $1 and kind in ('browser', 'terminal') returning id`,
      [actor.id, id],
    )
    if (!row)
      throw new PlatformError('not-found', {
        en: 'There is no such session.',
        nl: 'Deze sessie bestaat niet.',
      })
    const data = { account: actor.id, session: id, actor: actor.id, via: actor.via }
    await append(tx, `account-${actor.id}`, null, [{ type: 'SignedOut', data }])
  })
}

async function profileOf(sql: Sql, account: string): Promise<Profile> {
  const [row] = await sql.query<ProfileRow>(
    `select ${personColumns}, a.language, a.password_hash is not null as has_password
       from kade.account a where a.id = $1`,
    [account],
  )
  if (!row) throw noSuchAccount()
  return { ...personView(row), language: row.language, hasPassword: row.has_password }
}
