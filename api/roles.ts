import { z } from 'zod'

/** What a member may do with the things of a team. */
export const TeamRole = z.enum(['viewer', 'developer', 'team-maintainer'])
export type TeamRole = z.infer<typeof TeamRole>

/** What somebody does for the whole installation, whatever the team. */
export const InstallationRole = z.enum([
  'community-member',
  'platform-engineer',
  'security-officer',
  'privacy-officer',
  'product-manager',
  'auditor',
  'platform-admin',
])
export type InstallationRole = z.infer<typeof InstallationRole>
export type Role = TeamRole | InstallationRole
