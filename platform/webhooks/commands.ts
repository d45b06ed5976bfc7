import { randomUUID } from 'node:crypto'
import type { ChangeWebhook, CreateWebhook, NewWebhook, Webhook } from '#api/webhooks.ts'
import type { Sql } from '../adapters/database/database.ts'
import { sqlState } from '../adapters/database/postgres.ts'
import { OutgoingError } from '../adapters/outgoing/outgoing.ts'
import type { PlatformContext } from '../context.ts'
import { PlatformError } from '../errors.ts'
import { append } from '../events/store.ts'
import type { Actor } from '../platform.ts'
import { turnOf } from './replay-bounds.ts'
import { newSecret, readValues } from './secrets.ts'
import { endWaiting, findWebhook, MOST_WEBHOOKS, type WebhookRow, webhookView } from './webhook.ts'

const turnedOff = { en: 'The webhook was disabled.', nl: 'De webhook is uitgezet.' }

/**
 * Registers a webhook for a team of the actor. The answer has the signing secret, this once. Throws `request-invalid` for an
 * address that Kade would not call, `forbidden` for a foreign team, `name-taken`, and `quota-exceeded`.
 */
export async function createWebhook(
  context: PlatformContext,
  actor: Actor,
  input: CreateWebhook,
): Promise<NewWebhook> {
  const team = input.team ?? actor.teams[0]
  if (team === undefined || !actor.teams.includes(team))
    throw new PlatformError('forbidden', {
      en: `You are not in team ${team ?? 'any'}.`,
      nl: `Je zit niet in team ${team ?? 'dat'}.`,
    })
  const origin = await callableOrigin(context, input.url)
  const id = randomUUID()
  const secret = newSecret()
  const { name, events, namespaces } = input
  return context.database.transaction(async tx => {
    await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`kade.webhook.${team}`])
    await refuseTooMany(tx, team)
    await demandNamespaces(tx, team, namespaces)
    const row = await insert(tx, [
      id,
      team,
      name,
      origin,
      events,
      namespaces,
      actor.id,
      context.clock(),
    ])
    await context.secrets.put(tx, id, 1, { url: input.url, secret })
    const { via } = actor
    const data = { team, name, origin, events, namespaces, actor: actor.id, via }
    await append(tx, `webhook-${id}`, -1, [{ type: 'WebhookAdded', data }])
    return { ...webhookView(row), secret }
  })
}

/** Changes what a webhook is sent, where, and whether. Throws as `createWebhook`, and `not-found`. */
export async function changeWebhook(
  context: PlatformContext,
  actor: Actor,
  id: string,
  input: ChangeWebhook,
): Promise<Webhook> {
  const origin = input.url === undefined ? undefined : await callableOrigin(context, input.url)
  return context.database.transaction(async tx => {
    const before = await findWebhook(tx, actor, id, 'for update')
    await demandNamespaces(tx, before.team, input.namespaces)
    const version = before.secret_version + (input.url === undefined ? 0 : 1)
    if (input.url !== undefined) {
      const values = await readValues(context.secrets, tx, before)
      await context.secrets.erase(tx, id)
      await context.secrets.put(tx, id, version, { ...values, url: input.url })
    }
    const [row] = await tx.query<WebhookRow>(
      `update kade.webhook set origin = $2, events = $3, namespaces = $4, state = $5, secret_version = $6,
         reason = null, failing_since = null where id = $1 returning *`,
      [
        id,
        origin ?? before.origin,
        input.events,
        input.namespaces,
        input.enabled ? 'enabled' : 'disabled',
        version,
      ],
    )
    if (!row) throw new Error('A row that is locked cannot be gone.')
    if (!input.enabled) await endWaiting(tx, id, turnedOff, context.clock())
    const { team, name, events, namespaces } = row
    const { via } = actor
    const { enabled } = input
    const data = {
      team,
      name,
      origin: row.origin,
      events,
      namespaces,
      enabled,
      actor: actor.id,
      via,
    }
    await append(tx, `webhook-${id}`, null, [{ type: 'WebhookChanged', data }])
    return webhookView(row)
  })
}

/** Removes a webhook with its secret and deliveries. Throws `not-found`. */
export async function deleteWebhook(
  context: PlatformContext,
  actor: Actor,
  id: string,
): Promise<void> {
  await context.database.transaction(async tx => {
    const { team, name, origin } = await findWebhook(tx, actor, id, 'for update')
    await tx.query('delete from kade.webhook_delivery where webhook = $1', [id])
    await tx.query('delete from kade.webhook where id = $1', [id])
    await context.secrets.erase(tx, id)
    await tx.query('delete from kade.lease where name = $1', [turnOf(id)])
    const data = { team, name, origin, actor: actor.id, via: actor.via }
    await append(tx, `webhook-${id}`, null, [{ type: 'WebhookRemoved', data }])
  })
}

async function callableOrigin({ outgoing }: PlatformContext, url: string): Promise<string> {
  try {
    await outgoing.check(url)
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    throw new PlatformError(
      'request-invalid',
      {
        en: 'Kade cannot send events to this address.',
        nl: 'Kade kan naar dit adres geen gebeurtenissen sturen.',
      },
      { violations: [{ pointer: '/url', detail: error.text }] },
    )
  }
  return new URL(url).origin
}

async function refuseTooMany(tx: Sql, team: string): Promise<void> {
  const rows = await tx.query('select 1 from kade.webhook where team = $1', [team])
  if (rows.length < MOST_WEBHOOKS) return
  throw new PlatformError(
    'quota-exceeded',
    {
      en: `Team ${team} has ${MOST_WEBHOOKS} webhooks, and may have no more.`,
      nl: `Team ${team} heeft ${MOST_WEBHOOKS} webhooks en mag er niet meer hebben.`,
    },
    {
      next: {
        en: 'Remove one that nobody needs, or widen the filter of another.',
        nl: 'Verwijder er een die niemand nodig heeft, of maak het filter van een andere ruimer.',
      },
    },
  )
}

/** A filter that names what is not the team's would wait for ever. */
async function demandNamespaces(
  tx: Sql,
  team: string,
  namespaces: readonly string[],
): Promise<void> {
  const rows = await tx.query<{ name: string }>(
    'select name from kade.namespace where team = $1 and name = any($2)',
    [team, [...namespaces]],
  )
  const known = new Set(rows.map(row => row.name))
  const unknown = namespaces.findIndex(name => !known.has(name))
  if (unknown < 0) return
  const name = namespaces[unknown]
  throw new PlatformError(
    'namespace-unknown',
    {
      en: `Team ${team} has no namespace ${name}.`,
      nl: `Team ${team} heeft geen namespace ${name}.`,
    },
    {
      violations: [
        {
          pointer: `/namespaces/${unknown}`,
          detail: { en: 'is not of this team', nl: 'is niet van dit team' },
        },
      ],
    },
  )
}

async function insert(tx: Sql, values: (string | string[] | Date)[]): Promise<WebhookRow> {
  try {
    const [row] = await tx.query<WebhookRow>(
      `insert into kade.webhook (id, team, name, origin, events, namespaces, created_by, created_at, state, secret_version)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'enabled', 1) returning *`,
      values,
    )
    if (row) return row
    throw new Error('An insert gives its row back.')
  } catch (error) {
    if (sqlState(error) !== '23505') throw error
    throw new PlatformError(
      'name-taken',
      {
        en: 'Your team has a webhook of this name.',
        nl: 'Je team heeft al een webhook met deze naam.',
      },
      {
        violations: [{ pointer: '/name', detail: { en: 'is taken', nl: 'is bezet' } }],
        next: { en: 'Choose another name.', nl: 'Kies een andere naam.' },
        cause: error,
      },
    )
  }
}
