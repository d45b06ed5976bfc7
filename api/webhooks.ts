import { z } from 'zod'
import { Id, inBoth, Name, Text, Time } from './names.ts'

/** Events of namespaces, which a webhook may ask for; the others belong to no team. */
export const webhookEvents = [
  'DeploymentRequested',
  'DeploymentBlocked',
  'DeploymentStarted',
  'PhaseStarted',
  'DeploymentApplied',
  'PlaceSettled',
  'PlaceEmptied',
  'DeploymentMoved',
  'WaveHeld',
  'WaveStarted',
  'DeploymentCompleted',
  'DeploymentFailed',
  'OperationCancelled',
  'DeploymentRolledBack',
  'DeploymentDeleted',
  'SecretRevealed',
  'HealthChanged',
  'DriftChanged',
  'ObjectsRepaired',
  'NamespaceRequested',
  'NamespaceSpread',
  'NamespaceCreated',
  'ResourceQuotaExceeded',
] as const

const Url = z
  .string()
  .max(2_000, inBoth('at most 2000 characters', 'hoogstens 2000 tekens'))
  .describe('Where events are sent; a token in it is never shown again')
const filter = {
  /** Names of events; all when empty. */
  events: z.array(z.enum(webhookEvents)).max(webhookEvents.length).default([]),
  /** Namespaces of the team; all when empty. */
  namespaces: z.array(Name).max(50).default([]),
}

export const CreateWebhook = z.strictObject({
  name: Name,
  /** One of yours; the first when absent. */
  team: z.string().max(63).optional(),
  url: Url,
  ...filter,
})
export type CreateWebhook = z.infer<typeof CreateWebhook>

/** What a webhook is from now on; without `url` it keeps its address. */
export const ChangeWebhook = z.strictObject({
  url: Url.optional(),
  ...filter,
  enabled: z.boolean().default(true),
})
export type ChangeWebhook = z.infer<typeof ChangeWebhook>

export const Webhook = z.object({
  id: Id,
  name: Name,
  team: z.string(),
  /** Scheme, host and port; the rest of the address stays hidden. */
  origin: z.string(),
  events: z.array(z.string()),
  namespaces: z.array(z.string()),
  state: z.enum(['enabled', 'disabled']),
  /** Why it is disabled. */
  reason: Text.optional(),
  /** Since when no delivery has succeeded any more. */
  failingSince: Time.optional(),
  /** Until when the signing secret before the newest one signs as well; a moment that has passed when it does no more. */
  oldSecretUntil: Time.optional(),
  createdBy: z.string(),
  createdAt: Time,
})
export type Webhook = z.infer<typeof Webhook>

/** With the secret that signs, this once: nobody can read it again. */
export const NewWebhook = Webhook.extend({
  secret: z.string().describe('signs every delivery (Standard Webhooks); shown once'),
})
export type NewWebhook = z.infer<typeof NewWebhook>

export const RotateWebhookSecret = z.strictObject({
  oldForHours: z
    .int()
    .min(0)
    .max(720)
    .default(24)
    .describe('for how long the secret before signs as well; 0 ends it at once'),
})
export type RotateWebhookSecret = z.infer<typeof RotateWebhookSecret>

export const WebhookDelivery = z.object({
  id: Id,
  /** Id of the event, which the receiver finds as `webhook-id`. */
  event: Id,
  name: z.string(),
  namespace: z.string().optional(),
  deployment: z.string().optional(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  attempts: z.int(),
  at: Time,
  /** When it is tried again. */
  nextAt: Time.optional(),
  endedAt: Time.optional(),
  /** HTTP status of the last answer. */
  status: z.int().optional(),
  /** What went wrong the last time. */
  error: Text.optional(),
})
export type WebhookDelivery = z.infer<typeof WebhookDelivery>

export const ReplayWebhook = z.strictObject({
  since: Time.describe('everything that happened from this moment on is sent again'),
})

/** How many events were queued; `next`: where to go on when there was more than one replay takes. */
export const ReplayedWebhook = z.object({ queued: z.int(), next: Time.nullable() })
export type ReplayedWebhook = z.infer<typeof ReplayedWebhook>
