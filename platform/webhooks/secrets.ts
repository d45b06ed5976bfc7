/**
 * What signs a webhook. A secret that takes the place of another signs beside it for a time, so that a receiver is told of the new one
 * without a delivery that it cannot verify. All of it stands encrypted beside the address.
 */
import { randomBytes } from 'node:crypto'
import { Webhook as Signature } from 'standardwebhooks'
import type { NewWebhook, RotateWebhookSecret } from '#api/webhooks.ts'
import type { Sql } from '../adapters/database/database.ts'
import type { PlatformContext } from '../context.ts'
import { append } from '../events/store.ts'
import type { Actor } from '../platform.ts'
import { findWebhook, type WebhookRow, webhookView } from './webhook.ts'

/** What the vault keeps of a webhook. `old` is the secret before, while there is one. */
export type WebhookValues = {
  readonly url: string
  readonly secret: string
  readonly old?: string
}

export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

export async function readValues(
  secrets: PlatformContext['secrets'],
  sql: Sql,
  { id, secret_version }: Pick<WebhookRow, 'id' | 'secret_version'>,
): Promise<WebhookValues> {
  const { url = '', secret = '', ...more } = await secrets.read(sql, id, secret_version)
  return { url, secret, ...more }
}

/** The signatures of one delivery, as Standard Webhooks has several: by the newest secret, and by the one before while it is good. */
export function signaturesOf(
  { secret, old }: WebhookValues,
  oldUntil: Date | null,
  delivery: { readonly id: string; readonly at: Date; readonly body: string },
): string {
  const { id, at, body } = delivery
  const good = old !== undefined && oldUntil !== null && at < oldUntil ? [secret, old] : [secret]
  return good.map(one => new Signature(one).sign(id, at, body)).join(' ')
}

/**
 * Gives a webhook another secret; the answer has it, this once. The one before signs beside it for as many hours as asked; one before that
 * signs no more. Throws `not-found`.
 */
export async function rotateWebhookSecret(
  context: PlatformContext,
  actor: Actor,
  id: string,
  { oldForHours }: RotateWebhookSecret,
): Promise<NewWebhook> {
  const secret = newSecret()
  return context.database.transaction(async tx => {
    const before = await findWebhook(tx, actor, id, 'for update')
    const { url, secret: old } = await readValues(context.secrets, tx, before)
    const now = context.clock()
    const until = oldForHours > 0 ? new Date(now.getTime() + oldForHours * 3_600_000) : null
    const version = before.secret_version + 1
    await context.secrets.erase(tx, id)
    await context.secrets.put(tx, id, version, { url, secret, ...(until ? { old } : {}) })
    const [row] = await tx.query<WebhookRow>(
      'update kade.webhook set secret_version = $2, old_secret_until = $3 where id = $1 returning *',
      [id, version, until],
    )
    if (!row) throw new Error('A row that is locked cannot be gone.')
    const { team, name, origin } = row
    const data = { team, name, origin, actor: actor.id, via: actor.via }
    const oldUntil = until?.toISOString() ?? null
    await append(tx, `webhook-${id}`, null, [
      { type: 'WebhookSecretRotated', data: { ...data, oldUntil } },
    ])
    return { ...webhookView(row), secret }
  })
}
