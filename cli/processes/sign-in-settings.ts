import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { InstallationRoles, Membership } from '#api/accounts.ts'
import type { OpenIdOptions } from '#platform/adapters/identity/openid.ts'
import type { SmtpOptions } from '#platform/adapters/notify/smtp.ts'
import { PlatformError } from '#platform/errors.ts'
import type { GroupRights } from '#platform/governance/identity/single-sign-on.ts'

/** How people come in beside by links that are handed over. */
export type SignInSettings = {
  /** Under which address browsers reach the portal; absent where that is this machine alone. */
  readonly publicUrl?: string
  readonly mail?: SmtpOptions
  readonly singleSignOn?: Omit<OpenIdOptions, 'outgoing'> & {
    readonly groups: ReadonlyMap<string, GroupRights>
  }
}

const Group = z.strictObject({
  roles: InstallationRoles.default([]),
  teams: z.array(Membership).default([]),
})

/** The file that `KADE_SINGLE_SIGN_ON` names. */
const File = z.strictObject({
  name: z.string().min(1).max(60),
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  /** A file, so that the secret stands in no environment and in no repository. */
  clientSecretFile: z.string().min(1),
  scopes: z.array(z.string().min(1)).default(['openid', 'email', 'profile']),
  groupsClaim: z.string().min(1).default('groups'),
  groups: z.record(z.string(), Group).default({}),
})

/** Reads `KADE_PUBLIC_URL`, `KADE_SMTP_URL`, `KADE_MAIL_FROM` and `KADE_SINGLE_SIGN_ON`. Throws `request-invalid`, and never says what stands in a secret. */
export async function readSignInSettings(env: NodeJS.ProcessEnv): Promise<SignInSettings> {
  const publicUrl = publicUrlOf(env.KADE_PUBLIC_URL)
  const needs = (name: string) => {
    if (publicUrl !== undefined) return publicUrl
    throw new PlatformError('request-invalid', `${name} needs KADE_PUBLIC_URL.`, {
      next: 'Set it to the address under which browsers reach the portal, such as https://kade.example.nl.',
    })
  }
  const mail = mailOf(env)
  if (mail) needs('KADE_SMTP_URL')
  const file = env.KADE_SINGLE_SIGN_ON
  const singleSignOn = file ? await singleSignOnOf(file, needs('KADE_SINGLE_SIGN_ON')) : undefined
  return {
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(mail ? { mail } : {}),
    ...(singleSignOn ? { singleSignOn } : {}),
  }
}

function publicUrlOf(text: string | undefined): string | undefined {
  if (!text) return undefined
  if (URL.canParse(text)) {
    const { protocol, origin, pathname, search, username } = new URL(text)
    if (/^https?:$/.test(protocol) && pathname === '/' && !search && !username) return origin
  }
  throw new PlatformError(
    'request-invalid',
    `KADE_PUBLIC_URL is "${text}", which is no address of a site.`,
    {
      next: 'Write https:// and the host, with nothing behind it.',
    },
  )
}

function mailOf({ KADE_SMTP_URL: url, KADE_MAIL_FROM: from }: NodeJS.ProcessEnv) {
  if (!url) return undefined
  // Not shown: a password may stand in it.
  if (!URL.canParse(url) || !/^smtps?:$/.test(new URL(url).protocol) || !new URL(url).hostname)
    throw new PlatformError('request-invalid', 'KADE_SMTP_URL is no address of a mail server.', {
      next: 'Write smtps://user:password@host:465, or smtp:// where it speaks STARTTLS.',
    })
  if (!from?.includes('@'))
    throw new PlatformError('request-invalid', 'KADE_MAIL_FROM is no e-mail address.', {
      next: 'Write whom the messages come from, such as kade@example.nl.',
    })
  return { url, from, plain: ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname) }
}

async function singleSignOnOf(path: string, publicUrl: string) {
  const read = async (file: string) =>
    await readFile(file, 'utf8').catch(cause => {
      throw cannotUse(`${file} cannot be read.`, cause)
    })
  const parsed = File.safeParse(parse(await read(path)))
  if (!parsed.success)
    throw cannotUse(`${path} is not as it must be: ${z.prettifyError(parsed.error)}`, parsed.error)
  const { groups, clientSecretFile, ...rest } = parsed.data
  const clientSecret = (await read(clientSecretFile)).trim()
  if (!clientSecret) throw cannotUse(`${clientSecretFile} is empty.`, undefined)
  return {
    ...rest,
    clientSecret,
    redirectUri: `${publicUrl}/api/v1/single-sign-on/callback`,
    groups: new Map(Object.entries(groups)),
  }
}

function cannotUse(why: string, cause: unknown): PlatformError {
  return new PlatformError('request-invalid', `Single sign-on is not set up: ${why}`, {
    cause,
    next: 'docs/how-to/let-people-sign-in.md has an example.',
  })
}
