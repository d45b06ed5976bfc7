import { z } from 'zod'
import { Name, Time } from './names.ts'
import { TeamRole } from './roles.ts'

export const CreateTeam = z.strictObject({ name: Name })

/** The people who own namespaces. */
export const Team = z.object({
  name: z.string(),
  createdAt: Time,
  members: z.int(),
  namespaces: z.int(),
})
export type Team = z.infer<typeof Team>

export const TeamMember = z.object({
  account: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role: TeamRole,
  since: Time,
})
export type TeamMember = z.infer<typeof TeamMember>

export const SetMember = z.strictObject({ role: TeamRole })
