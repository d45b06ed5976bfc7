import type { Text } from '#api/names.ts'
import type { Webhook, WebhookDelivery } from '#api/webhooks.ts'
import type { Sql } from '../adapters/database/database.ts'
import { PlatformError } from '../errors.ts'
import type { Actor } from '../platform.ts'

/** What one team may have, so that no team sends for all. */
export const MOST_WEBHOOKS = 10

export type WebhookRow = {
  id: string
  team: string
  name: string
  origin: string
  events: string[]
  namespaces: string[]
  state: Webhook['state']
  reason: Text | null
  failing_since: Date | null
  secret_version: number
  old_secret_until: Date | null
  created_by: string
  created_at: Date
}

export type DeliveryRow = {
  id: string
  webhook: string
  event: string
  name: string
  namespace: string | null
  deployment: string | null
  state: WebhookDelivery['state']
  attempts: number
  status: number | null
  error: Text | null
  created_at: Date
  next_at: Date | null
  ended_at: Date | null
}

export function webhookView(row: WebhookRow): Webhook {
  const { id, name, team, origin, events, namespaces, state, reason } = row
  return {
    id,
    name,
    team,
    origin,
    events,
    namespaces,
    state,
    ...(reason ? { reason } : {}),
    ...(row.failing_since ? { failingSince: row.failing_since.toISOString() } : {}),
    ...(row.old_secret_until ? { oldSecretUntil: row.old_secret_until.toISOString() } : {}),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  }
}

export function deliveryView(row: DeliveryRow): WebhookDelivery {
  const { id, event, name, namespace, deployment, state, attempts, status, error } = row
  return {
    id,
    event,
    name,
    ...(namespace ? { namespace } : {}),
    ...(deployment ? { deployment } : {}),
    state,
    attempts,
    at: row.created_at.toISOString(),
    ...(row.next_at ? { nextAt: row.next_at.toISOString() } : {}),
    ...(row.ended_at ? { endedAt: row.ended_at.toISOString() } : {}),
    ...(status === null ? {} : { status }),
    ...(error ? { error } : {}),
  }
}

/** A webhook of a team of the actor. Throws `not-found` alike for what is foreign and what is not there. */
export async function findWebhook(
  sql: Sql,
  actor: Pick<Actor, 'teams'>,
  id: string,
  lock: 'for update' | '' = '',
): Promise<WebhookRow> {
  const [row] = await sql.query<WebhookRow>(
    `select * from kade.webhook where id = $1 and team = any($2) ${lock}`,
    [id, [...actor.teams]],
  )
  if (row) return row
  throw new PlatformError('not-found', {
    en: 'There is no such webhook.',
    nl: 'Deze webhook is er niet.',
  })
}

/** Gives up what still waits for a webhook that is sent nothing any more. */
export async function endWaiting(tx: Sql, webhook: string, reason: Text, now: Date): Promise<void> {
  await tx.query(
    `update kade.webhook_delivery set state = 'failed', next_at = null, ended_at = $2,
       error = coalesce(error, $3) where webhook = $1 and state = 'waiting'`,
    [webhook, now, reason],
  )
}
