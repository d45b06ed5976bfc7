import { z } from 'zod'
import { Name, Time } from './names.ts'
import { PersonName } from './password.ts'

/**
 * What a token may be used for, never more than its account may: `read` looks; `deploy` also changes deployments; `manage` does
 * what the account may, but for signing in, accounts and other tokens.
 */
export const TokenScope = z.enum(['read', 'deploy', 'manage'])
export type TokenScope = z.infer<typeof TokenScope>

export const CreateToken = z.strictObject({
  name: PersonName,
  scope: TokenScope.default('deploy'),
  /** Only the things of this team; all that the account reaches when absent. */
  team: Name.optional(),
  expiresInDays: z.int().min(1).max(365).default(90),
})
export type CreateToken = z.infer<typeof CreateToken>

export const ApiToken = z.object({
  id: z.uuid(),
  name: z.string(),
  scope: TokenScope,
  team: z.string().nullable(),
  createdAt: Time,
  expiresAt: Time,
  /** To about a minute; null as long as nobody used it. */
  usedAt: Time.nullable(),
})
export type ApiToken = z.infer<typeof ApiToken>

/** With the token itself, this once. */
export const NewApiToken = ApiToken.extend({ token: z.string() })
export type NewApiToken = z.infer<typeof NewApiToken>
