import type { Webhook, WebhookDelivery } from '#api/webhooks.ts'
import type { Sql } from '../adapters/database/database.ts'
import { decodeCursor, toPage } from '../deployments/pages.ts'
import type { Actor } from '../platform.ts'
import {
  type DeliveryRow,
  deliveryView,
  findWebhook,
  type WebhookRow,
  webhookView,
} from './webhook.ts'

type Page = { limit: number; cursor?: string | undefined }

/** The webhooks of the actor's teams, by name. */
export async function listWebhooks(
  sql: Sql,
  actor: Actor,
  { limit, cursor }: Page,
): Promise<{ items: Webhook[]; next: string | null }> {
  const [name, id] = cursor === undefined ? ['', null] : decodeCursor(cursor, ['name', 'id'])
  const rows = await sql.query<WebhookRow>(
    `select * from kade.webhook where team = any($1) and (name, id) > ($2, coalesce($3::uuid, $5::uuid))
     order by name, id limit $4`,
    [[...actor.teams], name ?? '', id ?? null, limit + 1, '00000000-0000-0000-0000-000000000000'],
  )
  return toPage(rows, limit, webhookView, row => [row.name, row.id])
}

/** What was sent to a webhook, newest first. Throws `not-found`. */
export async function listDeliveries(
  sql: Sql,
  actor: Actor,
  webhook: string,
  { limit, cursor }: Page,
): Promise<{ items: WebhookDelivery[]; next: string | null }> {
  await findWebhook(sql, actor, webhook)
  const after = cursor === undefined ? null : decodeCursor(cursor, ['time', 'id'])
  const rows = await sql.query<DeliveryRow>(
    `select * from kade.webhook_delivery where webhook = $1
       ${after ? 'and (created_at, id) < ($3::timestamptz, $4::uuid)' : ''}
     order by created_at desc, id desc limit $2`,
    [webhook, limit + 1, ...(after ?? [])],
  )
  return toPage(rows, limit, deliveryView, row => [row.created_at.toISOString(), row.id])
}
