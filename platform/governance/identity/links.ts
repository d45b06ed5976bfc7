import type { OneTimeLink } from '#api/accounts.ts'
import type { Text } from '#api/names.ts'
import type { Language } from '#api/password.ts'
import type { Sql } from '../../adapters/database/database.ts'
import type { Mailer } from '../../adapters/notify/mailer.ts'
import { hashToken, newToken } from '../accounts.ts'

/** How links reach people: by e-mail, under the address that the portal has for everybody. */
export type Post = {
  readonly mailer: Mailer
  readonly publicUrl: string
  /** Takes what did not arrive. */
  onError(error: unknown): void
}

const pages = {
  password: '/reset-password',
  email: '/verify-email',
  invitation: '/register',
} as const
export type LinkKind = keyof typeof pages

/** Where the portal takes the token of a link: in the fragment, which no browser sends. */
export function linkPath(kind: LinkKind, token: string): string {
  return `${pages[kind]}#token=${token}`
}

/** A one-time link of an account; one of the same kind from before works no more. */
export async function createLink(
  tx: Sql,
  account: string,
  purpose: 'password' | 'email',
  minutes: number,
): Promise<Omit<OneTimeLink, 'mailed'>> {
  const token = newToken()
  await tx.query('delete from kade.sign_in_link where account = $1 and purpose = $2', [
    account,
    purpose,
  ])
  const [row] = await tx.query<{ expires_at: Date }>(
    `insert into kade.sign_in_link (token_hash, account, purpose, expires_at)
     values ($1, $2, $3, now() + make_interval(mins => $4)) returning expires_at`,
    [hashToken(token), account, purpose, minutes],
  )
  if (!row) throw new Error('An insert gives its row back.')
  return { path: linkPath(purpose, token), expiresAt: row.expires_at.toISOString() }
}

const subjects: Readonly<Record<LinkKind, Text>> = {
  password: { en: 'Choose a new password for Kade', nl: 'Kies een nieuw wachtwoord voor Kade' },
  email: { en: 'Is this your e-mail address?', nl: 'Is dit jouw e-mailadres?' },
  invitation: { en: 'You are invited to Kade', nl: 'Je bent uitgenodigd voor Kade' },
}

const firstLines: Readonly<Record<LinkKind, Text>> = {
  password: {
    en: 'Somebody, probably you, asked for a new password for your account. Choose it here:',
    nl: 'Iemand, waarschijnlijk jij, heeft om een nieuw wachtwoord voor je account gevraagd. Kies het hier:',
  },
  email: {
    en: 'Open this page to show that this address is yours:',
    nl: 'Open deze pagina om te laten zien dat dit adres van jou is:',
  },
  invitation: {
    en: 'You can make an account for Kade, the app store of your organisation, here:',
    nl: 'Je kunt hier een account maken voor Kade, de app store van je organisatie:',
  },
}

const lastLines: Text = {
  en: 'The link works once, until {until}. If you did not expect this message, do nothing.',
  nl: 'De link werkt één keer, tot {until}. Verwachtte je dit bericht niet, dan hoef je niets te doen.',
}

/** Mails a link, in both languages where the reader's is not known; whether the mail server took it. Never throws. */
export async function mailLink(
  post: Post | undefined,
  kind: LinkKind,
  to: string,
  { path, expiresAt }: Omit<OneTimeLink, 'mailed'>,
  language?: Language | null,
): Promise<boolean> {
  if (!post) return false
  const url = post.publicUrl + path
  const until = `${expiresAt.slice(0, 16).replace('T', ' ')} UTC`
  const languages = language ? [language] : (['nl', 'en'] as const)
  const text = languages
    .map(one => [firstLines[kind][one], url, lastLines[one].replace('{until}', until)].join('\n\n'))
    .join('\n\n--\n\n')
  try {
    const subject = languages.map(one => subjects[kind][one]).join(' / ')
    await post.mailer.send({ to, subject, text: `${text}\n` })
    return true
  } catch (error) {
    post.onError(error)
    return false
  }
}
