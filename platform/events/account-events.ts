import { z } from 'zod'
import { Via } from './via.ts'

/** What an account may be: its roles of the installation, and its role in each team. */
const standing = {
  roles: z.array(z.string()),
  teams: z.array(z.object({ team: z.string(), role: z.string() })),
}

/**
 * What happens to accounts, and how people come in. Streams are `account-<id>` and `team-<name>`. No e-mail address stands in them:
 * it is personal, and an event is never erased.
 */
export const accountEvents = {
  /** Somebody signed in. */
  SignedIn: z.object({ account: z.string(), by: z.string() }),
  /** Somebody did not get in; `account` is `unknown` where there is none of that name. */
  SignInRefused: z.object({ account: z.string(), by: z.string(), reason: z.string() }),
  /** A session ended because somebody said so. */
  SignedOut: z.object({ account: z.string(), session: z.string(), actor: z.string(), via: Via }),
  /** An account was made of an invitation, or for who came from the identity provider. */
  AccountCreated: z.object({ account: z.string(), by: z.string(), ...standing }),
  /** The roles of an account in the whole installation, or its roles in teams, are others now. */
  RolesChanged: z.object({ account: z.string(), ...standing, actor: z.string(), via: Via }),
  AccountDeactivated: z.object({ account: z.string(), actor: z.string(), via: Via }),
  AccountActivated: z.object({ account: z.string(), actor: z.string(), via: Via }),
  ProfileChanged: z.object({ account: z.string(), actor: z.string(), via: Via }),
  /** A password was chosen: by who knew the one before, or by a link. */
  PasswordChanged: z.object({ account: z.string(), by: z.enum(['password', 'link', 'first']) }),
  PasswordResetCreated: z.object({ account: z.string(), actor: z.string(), via: Via }),
  EmailVerified: z.object({ account: z.string(), by: z.string() }),
  /** Somebody was invited (stream `account-<invitation>`). */
  InvitationCreated: z.object({
    invitation: z.string(),
    ...standing,
    expiresAt: z.string(),
    actor: z.string(),
    via: Via,
  }),
  InvitationRevoked: z.object({ invitation: z.string(), actor: z.string(), via: Via }),
  /** A program of an account was let in by a token, or by a login of a terminal. */
  TokenCreated: z.object({
    account: z.string(),
    token: z.string(),
    name: z.string(),
    scope: z.string().nullable(),
    team: z.string().nullable(),
    expiresAt: z.string(),
    actor: z.string(),
    via: Via,
  }),
  TokenRevoked: z.object({ account: z.string(), token: z.string(), actor: z.string(), via: Via }),
  DeviceLoginDenied: z.object({
    account: z.string(),
    client: z.string(),
    actor: z.string(),
    via: Via,
  }),
  /** A team was made (stream `team-<name>`). */
  TeamCreated: z.object({ team: z.string(), actor: z.string(), via: Via }),
} as const
