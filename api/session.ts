import { z } from 'zod'
import { Time } from './names.ts'
import { Email, OneTimeToken } from './password.ts'
import { InstallationRole, TeamRole } from './roles.ts'
import { actions } from './route.ts'

/**
 * The one-time token of a sign-in link, which the portal reads from the fragment, so that it never stands in a URL that is sent; or
 * an e-mail address and a password.
 */
export const SignIn = z.union([
  z.strictObject({ token: OneTimeToken }),
  z.strictObject({ email: Email, password: z.string().min(1).max(200) }),
])

/** How one can sign in here, beside by a link. */
export const SignInWays = z.object({
  /** The identity provider of the organisation, by the name that its button has; null where there is none. */
  singleSignOn: z.object({ name: z.string() }).nullable(),
  /** Whether links are sent by e-mail; otherwise an administrator hands them over. */
  mail: z.boolean(),
})
export type SignInWays = z.infer<typeof SignInWays>

/** A link that signs in once: the page's path with the token in its fragment, which browsers send to nobody. */
export const SignInLink = z.object({ path: z.string(), expiresAt: Time })
export type SignInLink = z.infer<typeof SignInLink>

export const Account = z.object({
  id: z.string(),
  name: z.string(),
  /** Of the whole installation. */
  roles: z.array(InstallationRole),
  /** The teams that the account is a member of. */
  teams: z.array(z.object({ team: z.string(), role: TeamRole })),
})
export type Account = z.infer<typeof Account>

export const Session = z.object({
  account: Account,
  /** What this account may do to something at least: a page leaves out what is for others. */
  may: z.array(z.enum(actions)),
  expiresAt: Time.nullable(),
  /** Sent back as `X-CSRF-Token` on every change made with the cookie. */
  csrf: z.string().optional(),
})
export type Session = z.infer<typeof Session>
