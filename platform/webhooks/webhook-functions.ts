import type { PlatformContext } from '../context.ts'
import type { Platform } from '../platform.ts'
import { changeWebhook, createWebhook, deleteWebhook } from './commands.ts'
import { listDeliveries, listWebhooks } from './queries.ts'
import { replayDelivery, replayWebhook, testWebhook } from './replay.ts'
import { rotateWebhookSecret } from './secrets.ts'
import { findWebhook, webhookView } from './webhook.ts'

type WebhookFunctions = Pick<
  Platform,
  | 'listWebhooks'
  | 'createWebhook'
  | 'readWebhook'
  | 'changeWebhook'
  | 'rotateWebhookSecret'
  | 'deleteWebhook'
  | 'testWebhook'
  | 'replayWebhook'
  | 'listWebhookDeliveries'
  | 'replayWebhookDelivery'
>

/** The part of the platform that concerns webhooks. */
export function webhookFunctions(context: PlatformContext): WebhookFunctions {
  const { database } = context
  return {
    listWebhooks: (actor, { query }) => listWebhooks(database, actor, query),
    createWebhook: (actor, { body }) => createWebhook(context, actor, body),
    readWebhook: async (actor, { params }) =>
      webhookView(await findWebhook(database, actor, params.webhook)),
    changeWebhook: (actor, { params, body }) => changeWebhook(context, actor, params.webhook, body),
    rotateWebhookSecret: (actor, { params, body }) =>
      rotateWebhookSecret(context, actor, params.webhook, body),
    deleteWebhook: async (actor, { params }) => {
      await deleteWebhook(context, actor, params.webhook)
      return undefined
    },
    testWebhook: (actor, { params }) => testWebhook(context, actor, params.webhook),
    replayWebhook: (actor, { params, body }) =>
      replayWebhook(context, actor, params.webhook, new Date(body.since)),
    listWebhookDeliveries: (actor, { params, query }) =>
      listDeliveries(database, actor, params.webhook, query),
    replayWebhookDelivery: (actor, { params }) =>
      replayDelivery(context, actor, params.webhook, params.delivery),
  }
}
