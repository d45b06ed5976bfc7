import { z } from 'zod'
import { Person } from './accounts.ts'
import { Time } from './names.ts'
import { Language, NewPassword, PersonName } from './password.ts'

/** My own account. */
export const Profile = Person.extend({
  language: Language.nullable(),
  hasPassword: z.boolean(),
})
export type Profile = z.infer<typeof Profile>

export const ChangeProfile = z.strictObject({ name: PersonName, language: Language.nullable() })
export type ChangeProfile = z.infer<typeof ChangeProfile>

export const ChangePassword = z.strictObject({
  /** Asked where there is one. */
  current: z.string().max(200).optional(),
  password: NewPassword,
})
export type ChangePassword = z.infer<typeof ChangePassword>

/** Where I am signed in: a browser, or a terminal that was let in by `kade login`. */
export const OwnSession = z.object({
  id: z.uuid(),
  kind: z.enum(['browser', 'terminal']),
  /** What it said it is. */
  agent: z.string().nullable(),
  /** The one that asks. */
  current: z.boolean(),
  createdAt: Time,
  usedAt: Time.nullable(),
  expiresAt: Time,
})
export type OwnSession = z.infer<typeof OwnSession>
