import { z } from 'zod'
import { Time } from './names.ts'
import { Email, Language, NewPassword, OneTimeToken, PersonName } from './password.ts'
import { InstallationRole, TeamRole } from './roles.ts'

/** A role in a team. */
export const Membership = z.strictObject({ team: z.string().max(53), role: TeamRole })
export type Membership = z.infer<typeof Membership>

export const InstallationRoles = z.array(InstallationRole).max(InstallationRole.options.length)

/** A person who can sign in, as those see them who look after accounts. */
export const Person = z.object({
  id: z.string(),
  name: z.string(),
  /** Of the first owner, who came by a link, there is none. */
  email: z.string().nullable(),
  emailVerified: z.boolean(),
  roles: z.array(InstallationRole),
  teams: z.array(Membership),
  state: z.enum(['active', 'deactivated']),
  createdAt: Time,
  /** To about a minute; null as long as they never came. */
  seenAt: Time.nullable(),
})
export type Person = z.infer<typeof Person>

export const SetRoles = z.strictObject({ roles: InstallationRoles })

/** A page of the portal that works once, with its token in the fragment; `mailed` where it went to the person too. */
export const OneTimeLink = z.object({ path: z.string(), expiresAt: Time, mailed: z.boolean() })
export type OneTimeLink = z.infer<typeof OneTimeLink>

export const CreateInvitation = z.strictObject({
  email: Email,
  roles: InstallationRoles.default([]),
  teams: z.array(Membership).max(50).default([]),
  expiresInDays: z.int().min(1).max(30).default(7),
})
export type CreateInvitation = z.infer<typeof CreateInvitation>

export const Invitation = z.object({
  id: z.uuid(),
  email: z.string(),
  roles: z.array(InstallationRole),
  teams: z.array(Membership),
  invitedBy: z.string(),
  createdAt: Time,
  expiresAt: Time,
})
export type Invitation = z.infer<typeof Invitation>

/** With its link, this once. */
export const NewInvitation = Invitation.extend({ link: OneTimeLink })
export type NewInvitation = z.infer<typeof NewInvitation>

export const LookAtInvitation = z.strictObject({ token: OneTimeToken })
/** What who holds the link may know before registering. */
export const InvitationOffer = z.object({
  email: z.string(),
  roles: z.array(InstallationRole),
  teams: z.array(Membership),
  expiresAt: Time,
})
export type InvitationOffer = z.infer<typeof InvitationOffer>

export const Register = z.strictObject({
  token: OneTimeToken,
  name: PersonName,
  password: NewPassword,
  language: Language.optional(),
})
export type Register = z.infer<typeof Register>

export const ForgotPassword = z.strictObject({ email: Email })
export const ResetPassword = z.strictObject({ token: OneTimeToken, password: NewPassword })
export const VerifyEmail = z.strictObject({ token: OneTimeToken })
