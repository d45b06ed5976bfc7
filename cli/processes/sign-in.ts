import { openIdProvider } from '#platform/adapters/identity/openid.ts'
import { openSmtp } from '#platform/adapters/notify/smtp.ts'
import type { Outgoing } from '#platform/adapters/outgoing/outgoing.ts'
import type { Post } from '#platform/governance/identity/links.ts'
import type { SingleSignOn } from '#platform/governance/identity/single-sign-on.ts'
import type { Report } from './report.ts'
import type { SignInSettings } from './sign-in-settings.ts'

/** The way to people by e-mail, where it is set up. */
export function openPost({ mail, publicUrl }: SignInSettings, report: Report): Post | undefined {
  if (!mail || publicUrl === undefined) return undefined
  const onError = (error: unknown) => report.problem('An e-mail was not taken.', error)
  return { mailer: openSmtp(mail), publicUrl, onError }
}

/** Where the people of the organisation sign in, where it is set up. */
export function openSingleSignOn(
  { singleSignOn }: SignInSettings,
  outgoing: Outgoing,
): SingleSignOn | undefined {
  if (!singleSignOn) return undefined
  const { groups, ...options } = singleSignOn
  return { provider: openIdProvider({ ...options, outgoing }), groups }
}
