import { z } from 'zod'
import { jurisdictions } from './jurisdictions.ts'
import { Id, inBoth, Name, Time } from './names.ts'

const Region = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    inBoth(
      'lower-case letters, digits and dashes, such as fr-par',
      'kleine letters, cijfers en streepjes, zoals fr-par',
    ),
  )

const Jurisdiction = z.string().refine(code => jurisdictions.has(code), {
  error: inBoth(
    'a country in two capitals (ISO 3166-1), such as FR, or EU',
    'een land in twee hoofdletters (ISO 3166-1), zoals FR, of EU',
  ),
})

/**
 * A cluster that a worker is to serve from elsewhere. Where it stands is said by who makes the credential, never by the worker: it
 * decides where data may be. What is left out stays as it is known, or unknown.
 */
const ServedCluster = z.strictObject({
  name: Name,
  region: Region.optional(),
  jurisdiction: Jurisdiction.optional(),
})

export const CreateWorkerCredential = z.strictObject({
  /** What it is called; no two that are good share it. */
  name: Name,
  clusters: z.array(ServedCluster).min(1).max(20),
  expiresInDays: z.int().min(1).max(730).default(365),
})
export type CreateWorkerCredential = z.infer<typeof CreateWorkerCredential>

/** By what a worker without a database shows which clusters it may serve. */
export const WorkerCredential = z.object({
  id: Id,
  name: Name,
  /** It sees the work of these clusters, and nothing else. */
  clusters: z.array(z.string()),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: Time,
  createdBy: z.string(),
  expiresAt: Time,
  /** When a worker last reported by it, to about a minute; null as long as none has. */
  usedAt: Time.nullable(),
  /** The worker that did. */
  usedBy: z.string().nullable(),
  revokedAt: Time.nullable(),
})
export type WorkerCredential = z.infer<typeof WorkerCredential>

/** With the credential itself, this once. */
export const NewWorkerCredential = WorkerCredential.extend({ token: z.string() })
export type NewWorkerCredential = z.infer<typeof NewWorkerCredential>
