import { z } from 'zod'
import { Time } from './names.ts'
import { InstallationRole, TeamRole } from './roles.ts'

/** The one-time token of a sign-in link; the portal reads it from the fragment, so it never stands in a URL that is sent. */
export const SignIn = z.strictObject({ token: z.string().min(20).max(200) })

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
  expiresAt: Time.nullable(),
  /** Sent back as `X-CSRF-Token` on every change made with the cookie. */
  csrf: z.string().optional(),
})
export type Session = z.infer<typeof Session>
