import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Bus, openBus } from '#platform/events/bus.ts'
import { notifyTeam } from '#platform/events/handlers/notify-team.ts'
import { append } from '#platform/events/store.ts'
import type { Subscriptions } from '#platform/events/subscriptions.ts'
import type { Actor } from '#platform/platform.ts'
import { ada, bob, type PlatformGround, platformGround } from '#tests/support/platform-ground.ts'

let ground: PlatformGround
let bus: Bus
let subscriptions: Subscriptions
const soon = { timeout: 20_000, interval: 20 }
const eve: Actor = { ...ada, id: 'eve' }

beforeAll(async () => {
  ground = await platformGround()
  const { database } = ground.context
  bus = openBus({ database, queue: ground.queue, source: 'urn:kade:test' })
  subscriptions = await bus.subscribe(notifyTeam(database))
})
afterAll(async () => {
  await bus?.stop()
  await ground?.stop()
})

const list = (actor: Actor, query: object = {}) =>
  ground.platform.listNotifications(actor, { query: { limit: 50, ...query } })

/** A webhook of a team is disabled: one of the things that need a person. */
async function happen(team: string): Promise<string> {
  const name = `hook-${randomUUID().slice(0, 8)}`
  const reason = { en: 'It is gone.', nl: 'Hij is weg.' }
  const data = { team, name, origin: 'https://a.example', reason }
  await ground.context.database.transaction(tx =>
    append(tx, `webhook-${randomUUID()}`, -1, [{ type: 'WebhookDisabled', data }]),
  )
  return name
}

it('tells each person of a team, and nobody else, until that person has read it', async () => {
  const name = await happen('a')
  await happen('b')
  await vi.waitFor(async () => expect(await list(ada)).toMatchObject({ unread: 1 }), soon)
  await vi.waitFor(async () => expect(await list(bob)).toMatchObject({ unread: 1 }), soon)
  const [one] = (await list(ada)).items
  expect(one).toMatchObject({
    kind: 'needs-you',
    read: false,
    text: { nl: `Webhook ${name} is uitgezet. Hij is weg.` },
  })
  const params = { notification: one?.id ?? '' }
  await expect(ground.platform.readNotification(bob, { params })).rejects.toMatchObject({
    code: 'not-found',
  })
  await ground.platform.readNotification(ada, { params })
  await ground.platform.readNotification(ada, { params })
  expect(await list(ada)).toMatchObject({ unread: 0, items: [{ read: true }] })
  expect((await list(ada, { unread: true })).items).toEqual([])
  expect(await list(eve)).toMatchObject({ unread: 1, items: [{ read: false }] })
  await ground.platform.readAllNotifications(eve, {})
  expect(await list(eve)).toMatchObject({ unread: 0 })
  expect(await list(bob)).toMatchObject({ unread: 1 })
})

it('tells an event once, however often it comes', async () => {
  const before = (await list(ada)).items.length
  await subscriptions.replay('notify-team-webhook', 0)
  await happen('a')
  await vi.waitFor(async () => expect((await list(ada)).items).toHaveLength(before + 1), soon)
  const open = `select 1 from pgboss.job where name = 'on.notify-team-webhook' and state in ('created', 'active', 'retry')`
  await vi.waitFor(async () => expect(await ground.context.database.query(open)).toEqual([]), soon)
  expect((await list(ada)).items).toHaveLength(before + 1)
})

it('keeps the newest five hundred of a team, and pages through them', async () => {
  await ground.context.database.query(
    `insert into kade.notification (id, team, event, kind, text, at)
     select gen_random_uuid(), 'a', gen_random_uuid(), 'ended', '{"en": "x", "nl": "x"}',
        date_trunc('milliseconds', now() - make_interval(mins => n)) from generate_series(1, 600) as n`,
  )
  await happen('a')
  const count = async () => {
    const seen = new Set<string>()
    for (let cursor: string | undefined; ; ) {
      const page = await list(ada, { limit: 200, ...(cursor ? { cursor } : {}) })
      for (const { id } of page.items) seen.add(id)
      if (page.next === null) return seen.size
      cursor = page.next
    }
  }
  await vi.waitFor(async () => expect(await count()).toBe(500), soon)
})
