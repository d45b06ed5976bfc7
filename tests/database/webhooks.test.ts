import { randomBytes } from 'node:crypto'
import { Webhook as Signature } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CreateWebhook } from '#api/webhooks.ts'
import { type Bus, openBus } from '#platform/events/bus.ts'
import type { Actor } from '#platform/platform.ts'
import { pruneDeliveries, startDeliveries } from '#platform/webhooks/deliver.ts'
import { webhookCategories, webhooksDriver } from '#platform/webhooks/queue-deliveries.ts'
import { ada, bob, type PlatformGround, platformGround } from '#tests/support/platform-ground.ts'
import { type Received, startReceiver } from '#tests/support/receiver.ts'

let ground: PlatformGround
let bus: Bus
const stops: (() => Promise<unknown>)[] = []
const soon = { timeout: 20_000, interval: 20 }

beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  const { context } = ground
  const source = 'urn:kade:test'
  bus = openBus({ database: context.database, queue: ground.queue, source })
  stops.push(await startDeliveries(context, { source, pauses: [10, 20] }))
  await bus.connect(webhooksDriver(context.database, ground.queue.jobs), {
    categories: webhookCategories,
  })
})
afterAll(async () => {
  await bus?.stop()
  for (const stop of stops.toReversed()) await stop()
  await ground?.stop()
})

const receivers: { stop(): Promise<void> }[] = []
beforeEach(async () => {
  await ground.context.database.query('delete from kade.webhook_delivery')
  await ground.context.database.query('delete from kade.webhook')
})
afterEach(async () => {
  await Promise.all(receivers.splice(0).map(one => one.stop()))
})

async function receive(answer?: (request: Received) => number | null) {
  const receiver = await startReceiver(answer)
  receivers.push(receiver)
  return receiver
}

let names = 0
const fresh = (prefix: string) => `${prefix}-${++names}-${randomBytes(3).toString('hex')}`

async function add(actor: Actor, url: string, more: Partial<CreateWebhook> = {}) {
  const body = { name: fresh('hook'), url, events: [], namespaces: [], ...more }
  return ground.platform.createWebhook(actor, { body })
}

/** Something happens in a namespace of the actor's team: it is asked for. */
async function happen(actor: Actor, name = fresh('space')) {
  await ground.platform.createNamespace(actor, { body: { name, environment: 'dev' } })
  return name
}

async function deliveries(actor: Actor, webhook: string) {
  const { items } = await ground.platform.listWebhookDeliveries(actor, {
    params: { webhook },
    query: { limit: 50 },
  })
  return items
}

function isSignedBy(secret: string, { headers, body }: Received): boolean {
  // No header of these comes twice.
  const signed = headers as Record<string, string>
  try {
    return new Signature(secret).verify(body, signed) !== undefined
  } catch {
    return false
  }
}

const bodies = (received: readonly Received[]) => received.map(({ body }) => JSON.parse(body))

describe('a webhook', () => {
  it('signs with two secrets for a time when it is given another, and with the new one after that', async () => {
    const receiver = await receive()
    const { id, secret: first } = await add(ada, receiver.url)
    const params = { webhook: id }
    const rotate = (oldForHours: number, by = ada) =>
      ground.platform.rotateWebhookSecret(by, { params, body: { oldForHours } })
    const signers = async (secrets: readonly string[]) => {
      receiver.received.splice(0)
      await ground.platform.testWebhook(ada, { params })
      await vi.waitFor(() => expect(receiver.received).toHaveLength(1), soon)
      return secrets.map(secret => receiver.received.some(one => isSignedBy(secret, one)))
    }
    await expect(rotate(24, bob)).rejects.toMatchObject({ code: 'not-found' })
    const { secret: second, oldSecretUntil } = await rotate(24)
    expect(Date.parse(oldSecretUntil ?? '') - Date.now()).toBeGreaterThan(23 * 3_600_000)
    const changed = { url: `${receiver.url}/moved`, events: [], namespaces: [], enabled: true }
    await ground.platform.changeWebhook(ada, { params, body: changed })
    expect(await signers([first, second])).toEqual([true, true])
    const { secret: third } = await rotate(1)
    expect(await signers([first, second, third])).toEqual([false, true, true])
    const { database } = ground.context
    await database.query('update kade.webhook set old_secret_until = now() where id = $1', [id])
    expect(await signers([second, third])).toEqual([false, true])
    const { secret: fourth } = await rotate(0)
    expect(await signers([third, fourth])).toEqual([false, true])
    expect(JSON.stringify(await ground.platform.readWebhook(ada, { params }))).not.toContain(
      'whsec',
    )
  })

  it('is sent the events of its team, signed as Standard Webhooks says', async () => {
    const receiver = await receive()
    const webhook = await add(ada, `${receiver.url}/hook`)
    const name = await happen(ada)
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), soon)
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = receiver.received
    expect(path).toBe('/hook')
    expect(JSON.parse(body)).toMatchObject({
      specversion: '1.0',
      id: headers['webhook-id'],
      source: 'urn:kade:test',
      type: 'nl.kade.NamespaceRequested.v1',
      subject: name,
      data: { namespace: name, team: 'a' },
    })
    expect(headers['content-type']).toBe('application/cloudevents+json')
    expect(isSignedBy(webhook.secret, { headers, body, path })).toBe(true)
    const forged = { headers, body: body.replace(name, 'other'), path }
    expect(isSignedBy(webhook.secret, forged)).toBe(false)
    await vi.waitFor(
      async () =>
        expect(await deliveries(ada, webhook.id)).toMatchObject([
          {
            name: 'NamespaceRequested',
            namespace: name,
            state: 'delivered',
            attempts: 1,
            status: 204,
          },
        ]),
      soon,
    )
  })

  it('is sent nothing of another team, and is not there for it', async () => {
    const receiver = await receive()
    const { id: webhook } = await add(bob, receiver.url)
    await happen(ada)
    const mine = await happen(bob)
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), soon)
    expect(bodies(receiver.received)).toMatchObject([{ subject: mine }])
    const params = { webhook }
    const change = { events: [], namespaces: [], enabled: true }
    const [delivery] = await deliveries(bob, webhook)
    const foreign = { code: 'not-found' }
    const { platform } = ground
    await expect(platform.readWebhook(ada, { params })).rejects.toMatchObject(foreign)
    await expect(platform.changeWebhook(ada, { params, body: change })).rejects.toMatchObject(
      foreign,
    )
    await expect(platform.deleteWebhook(ada, { params })).rejects.toMatchObject(foreign)
    await expect(platform.testWebhook(ada, { params })).rejects.toMatchObject(foreign)
    const since = new Date(0).toISOString()
    await expect(platform.replayWebhook(ada, { params, body: { since } })).rejects.toMatchObject(
      foreign,
    )
    await expect(deliveries(ada, webhook)).rejects.toMatchObject(foreign)
    const one = { webhook, delivery: delivery?.id ?? '' }
    await expect(platform.replayWebhookDelivery(ada, { params: one })).rejects.toMatchObject(
      foreign,
    )
    // A delivery of another's webhook is not reached through one's own either.
    const own = await add(ada, receiver.url)
    const through = { webhook: own.id, delivery: delivery?.id ?? '' }
    await expect(platform.replayWebhookDelivery(ada, { params: through })).rejects.toMatchObject(
      foreign,
    )
    const listed = await platform.listWebhooks(ada, { query: { limit: 50 } })
    expect(listed.items.map(({ id }) => id)).toEqual([own.id])
  })

  it('is sent what its filter names, and nothing else', async () => {
    const [wanted, other] = [await happen(ada), await happen(ada)]
    const [byName, bySpace] = [await receive(), await receive()]
    await add(ada, byName.url, { events: ['DeploymentFailed'] })
    await add(ada, bySpace.url, { namespaces: [wanted] })
    const { queue } = ground
    const driver = webhooksDriver(ground.context.database, queue.jobs)
    const replayed = await ground.context.database.query<{ id: string; subject: string }>(
      `select id::text, data->>'namespace' as subject from message_store.messages
        where type = 'NamespaceRequested' and data->>'namespace' = any($1)`,
      [[wanted, other]],
    )
    const event = {
      specversion: '1.0',
      source: 'urn:x',
      type: 'nl.kade.NamespaceRequested.v1',
    } as const
    const rest = { time: '', datacontenttype: 'application/json', sequence: '', data: {} } as const
    await driver.publish(
      replayed.map(one => ({ ...event, ...rest, ...one })),
      AbortSignal.timeout(5_000),
    )
    await vi.waitFor(
      () => expect(bodies(bySpace.received)).toMatchObject([{ subject: wanted }]),
      soon,
    )
    expect(byName.received).toEqual([])
  })

  it('that fails is tried again under the same id, and says how it went', async () => {
    const statuses = [500, 302, 200]
    const receiver = await receive(() => statuses.shift() ?? 200)
    const webhook = await add(ada, receiver.url)
    await happen(ada)
    await vi.waitFor(() => expect(receiver.received).toHaveLength(3), soon)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    await vi.waitFor(
      async () =>
        expect(await deliveries(ada, webhook.id)).toMatchObject([
          { state: 'delivered', attempts: 3 },
        ]),
      soon,
    )
    expect(
      await ground.platform.readWebhook(ada, { params: { webhook: webhook.id } }),
    ).not.toHaveProperty('failingSince')
  })

  it('whose tries are used up leaves a failed delivery, which is sent again on demand', async () => {
    let status = 503
    const receiver = await receive(() => status)
    const webhook = await add(ada, receiver.url)
    await happen(ada)
    const failed = await vi.waitFor(async () => {
      const [one] = await deliveries(ada, webhook.id)
      expect(one).toMatchObject({ state: 'failed', attempts: 3, status: 503 })
      return one
    }, soon)
    expect(failed?.error?.nl).toContain('503')
    const shown = await ground.platform.readWebhook(ada, { params: { webhook: webhook.id } })
    expect(shown).toMatchObject({ state: 'enabled', failingSince: expect.any(String) })
    status = 200
    const params = { webhook: webhook.id, delivery: failed?.id ?? '' }
    await ground.platform.replayWebhookDelivery(ada, { params })
    await vi.waitFor(
      async () =>
        expect(await deliveries(ada, webhook.id)).toMatchObject([
          { state: 'delivered', attempts: 1 },
        ]),
      soon,
    )
  })

  it('that says it is gone is disabled with the reason, and sent nothing until it is enabled', async () => {
    const receiver = await receive(() => 410)
    const { id: webhook } = await add(ada, receiver.url)
    const params = { webhook }
    await happen(ada)
    await vi.waitFor(
      async () =>
        expect(await ground.platform.readWebhook(ada, { params })).toMatchObject({
          state: 'disabled',
          reason: { en: expect.stringContaining('410'), nl: expect.stringContaining('410') },
        }),
      soon,
    )
    await expect(ground.platform.testWebhook(ada, { params })).rejects.toMatchObject({
      code: 'conflict',
    })
    await happen(ada)
    const told = await ground.context.database.query(
      `select 1 from message_store.messages where stream_name = $1 and type = 'WebhookDisabled'`,
      [`webhook-${webhook}`],
    )
    expect(told).toHaveLength(1)
    const body = { events: [], namespaces: [], enabled: true }
    const again = await ground.platform.changeWebhook(ada, { params, body })
    expect(again).toMatchObject({ state: 'enabled' })
    expect(again).not.toHaveProperty('reason')
    expect(receiver.received).toHaveLength(1)
  })

  it('that has had no success for three days is disabled, and what waits is given up', async () => {
    const receiver = await receive(() => 500)
    const { id: webhook } = await add(ada, receiver.url)
    const read = () => ground.platform.readWebhook(ada, { params: { webhook } })
    await happen(ada)
    await vi.waitFor(async () => expect(await read()).toHaveProperty('failingSince'), soon)
    await vi.waitFor(
      async () => expect(await deliveries(ada, webhook)).toMatchObject([{ state: 'failed' }]),
      soon,
    )
    expect(await read()).toMatchObject({ state: 'enabled' })
    ground.pass(3 * 86_400)
    try {
      await happen(ada)
      await vi.waitFor(async () => expect(await read()).toMatchObject({ state: 'disabled' }), soon)
    } finally {
      ground.pass(-3 * 86_400)
    }
    expect((await read()).reason?.en).toMatch(/three days/)
    expect((await deliveries(ada, webhook)).map(({ state }) => state)).toEqual(['failed', 'failed'])
  })

  it('that is quiet is not disabled by what fails after long', async () => {
    const statuses = [500, 204]
    const receiver = await receive(() => statuses.shift() ?? 500)
    const { id: webhook } = await add(ada, receiver.url)
    const read = () => ground.platform.readWebhook(ada, { params: { webhook } })
    const long = new Date(Date.now() - 5 * 86_400_000)
    const failingForLong = () =>
      ground.context.database.query('update kade.webhook set failing_since = $2 where id = $1', [
        webhook,
        long,
      ])
    // A first try that fails, of an event whose next try is taken.
    await failingForLong()
    await happen(ada)
    await vi.waitFor(
      async () => expect(await deliveries(ada, webhook)).toMatchObject([{ state: 'delivered' }]),
      soon,
    )
    expect(await read()).toMatchObject({ state: 'enabled' })
    // The only event that failed in all this time.
    await failingForLong()
    await happen(ada)
    await vi.waitFor(
      async () => expect((await deliveries(ada, webhook))[0]).toMatchObject({ state: 'failed' }),
      soon,
    )
    expect(await read()).toMatchObject({ state: 'enabled' })
  })

  it('that answers slowly holds up no other team', async () => {
    const slow = await receive(() => null)
    const quick = await receive()
    for (let n = 0; n < 5; n++) await add(ada, slow.url)
    await add(bob, quick.url)
    // Side by side, so that what is for the one is fetched together with what is for the other.
    await Promise.all(Array.from({ length: 4 }, () => [happen(ada), happen(bob)]).flat())
    // Below the ten seconds that each of the slow ones takes, for several events one after the other.
    await vi.waitFor(() => expect(quick.received).toHaveLength(4), { timeout: 8_000, interval: 20 })
    await vi.waitFor(() => expect(slow.received.length).toBeGreaterThanOrEqual(5), soon)
  })
})

describe('on demand', () => {
  it('one webhook is sent a test, and no other', async () => {
    const [receiver, other] = [await receive(), await receive()]
    const { id: webhook } = await add(ada, receiver.url)
    await add(ada, other.url)
    await ground.platform.testWebhook(ada, { params: { webhook } })
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), soon)
    expect(bodies(receiver.received)).toMatchObject([{ type: 'nl.kade.WebhookTested.v1' }])
    expect(other.received).toEqual([])
  })

  it('everything from a moment on is sent again, and nothing of before', async () => {
    await happen(ada)
    const [{ moment } = { moment: new Date() }] = await ground.context.database.query<{
      moment: Date
    }>("select clock_timestamp() + interval '1 millisecond' as moment")
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(moment.getTime()), soon)
    const names = [await happen(ada), await happen(bob), await happen(ada)]
    // What the bus has still to read would come to a webhook that is made now, beside the replay.
    const behind = `select 1 from kade.cursor where name = 'to.webhooks.namespace' and position < (
      select max(global_position) from message_store.messages where message_store.category(stream_name) = 'namespace')`
    await vi.waitFor(
      async () => expect(await ground.context.database.query(behind)).toEqual([]),
      soon,
    )
    const receiver = await receive()
    const { id: webhook } = await add(ada, receiver.url)
    const replay = () =>
      ground.platform.replayWebhook(ada, {
        params: { webhook },
        body: { since: moment.toISOString() },
      })
    expect(await replay()).toEqual({ queued: 2, next: null })
    const wanted = [names[0], names[2]]
    const subjects = () => bodies(receiver.received).map(({ subject }) => subject)
    await vi.waitFor(() => expect(subjects()).toEqual(wanted), soon)
    const states = async () => (await deliveries(ada, webhook)).map(({ state }) => state)
    await vi.waitFor(async () => expect(await states()).toEqual(['delivered', 'delivered']), soon)
    await expect(replay()).rejects.toMatchObject({ code: 'conflict' })
    await vi.waitFor(async () => expect(await replay()).toEqual({ queued: 2, next: null }), soon)
    await vi.waitFor(() => expect(subjects()).toEqual([...wanted, ...wanted]), soon)
  })

  it('nothing is queued twice, or while a thousand wait, and tests are few', async () => {
    const { context, platform } = ground
    const jobs = async () => {
      const [row] = await context.database.query<{ count: number }>(
        `select count(*)::int as count from pgboss.job where name = 'webhooks' and state in ('created', 'retry', 'active')
          and data->>'delivery' in (select id::text from kade.webhook_delivery)`,
      )
      return row?.count
    }
    // Never answers: what is sent stays under way, and the others wait behind it.
    const receiver = await receive(() => null)
    const { id: webhook } = await add(ada, receiver.url)
    const params = { webhook }
    for (let n = 0; n < 10; n++) await platform.testWebhook(ada, { params })
    await expect(platform.testWebhook(ada, { params })).rejects.toMatchObject({
      code: 'too-many-requests',
    })
    expect(await jobs()).toBe(10)
    for (const { id: delivery } of await deliveries(ada, webhook))
      expect(
        await platform.replayWebhookDelivery(ada, { params: { webhook, delivery } }),
      ).toMatchObject({ state: 'waiting' })
    expect(await jobs()).toBe(10)
    const [waiting] = await deliveries(ada, webhook)
    await context.database.query(
      `insert into kade.webhook_delivery (id, webhook, event, name, state, created_at)
       select gen_random_uuid(), $1::uuid, gen_random_uuid(), 'x', 'waiting', now() from generate_series(1, 1000)`,
      [webhook],
    )
    const since = new Date().toISOString()
    const crowded = { code: 'conflict', message: expect.stringContaining('1000') }
    await expect(platform.replayWebhook(ada, { params, body: { since } })).rejects.toMatchObject(
      crowded,
    )
    const one = { webhook, delivery: waiting?.id ?? '' }
    await expect(platform.replayWebhookDelivery(ada, { params: one })).rejects.toMatchObject(
      crowded,
    )
  })
})

describe('registering', () => {
  it('refuses an address that Kade would not call', async () => {
    for (const url of [
      'https://169.254.169.254/',
      'https://10.0.0.1/',
      'ftp://a.nl/',
      'https://[::1]/',
    ])
      await expect(add(ada, url)).rejects.toMatchObject({
        code: 'request-invalid',
        details: { violations: [{ pointer: '/url' }] },
      })
  })

  it('refuses a foreign team, a foreign namespace, a name that is taken, and an eleventh', async () => {
    const { url } = await receive()
    await expect(add(ada, url, { team: 'b' })).rejects.toMatchObject({ code: 'forbidden' })
    const foreign = await happen(bob)
    await expect(add(ada, url, { namespaces: [foreign] })).rejects.toMatchObject({
      code: 'namespace-unknown',
    })
    await add(ada, url, { name: 'taken' })
    await expect(add(ada, url, { name: 'taken' })).rejects.toMatchObject({ code: 'name-taken' })
    for (let n = 0; n < 9; n++) await add(ada, url)
    await expect(add(ada, url)).rejects.toMatchObject({ code: 'quota-exceeded' })
  })

  it('shows the secret once, and a token in the address never; neither stands anywhere readable', async () => {
    const token = `token-${randomBytes(9).toString('hex')}`
    const receiver = await receive(() => 500)
    const webhook = await add(ada, `${receiver.url}/${token}?key=${token}`)
    await happen(ada)
    await vi.waitFor(
      async () => expect(await deliveries(ada, webhook.id)).toMatchObject([{ state: 'failed' }]),
      soon,
    )
    const { platform, context } = ground
    const body = { events: [], namespaces: [], enabled: true }
    const params = { webhook: webhook.id }
    const answers = [
      await platform.readWebhook(ada, { params }),
      await platform.listWebhooks(ada, { query: { limit: 50 } }),
      await platform.changeWebhook(ada, { params, body }),
      await deliveries(ada, webhook.id),
    ]
    const tables = await context.database.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname in ('kade', 'message_store', 'pgboss')`,
    )
    for (const { name } of tables)
      answers.push((await context.database.query(`select t::text as text from ${name} t`)) as never)
    const text = JSON.stringify(answers)
    expect(text).toContain(webhook.id)
    expect(text).not.toContain(token)
    expect(text).not.toContain(webhook.secret.slice('whsec_'.length))
  })

  it('can be undone: the webhook, its secret and its log are gone, and its event stays', async () => {
    const { url } = await receive()
    const { id: webhook } = await add(ada, url)
    await ground.platform.deleteWebhook(ada, { params: { webhook } })
    const { database, secrets } = ground.context
    await expect(secrets.read(database, webhook, 1)).rejects.toThrow()
    const told = await database.query<{ type: string }>(
      'select type from message_store.messages where stream_name = $1 order by position',
      [`webhook-${webhook}`],
    )
    expect(told.map(({ type }) => type)).toEqual(['WebhookAdded', 'WebhookRemoved'])
  })

  it('takes another address with the same secret', async () => {
    const [old, next] = [await receive(), await receive()]
    const { id: webhook, secret } = await add(ada, old.url)
    const body = { url: next.url, events: [], namespaces: [], enabled: true }
    await ground.platform.changeWebhook(ada, { params: { webhook }, body })
    await happen(ada)
    await vi.waitFor(() => expect(next.received).toHaveLength(1), soon)
    expect(old.received).toEqual([])
    const [{ headers, body: sent } = { headers: {}, body: '' }] = next.received
    const signed = Object.fromEntries(
      Object.entries(headers).map(([key, value]) => [key, String(value)]),
    )
    expect(() => new Signature(secret).verify(sent, signed)).not.toThrow()
  })
})

it('what failed for good by a fault of Kade says whose webhook it is, in both languages what is gone', async () => {
  const { context, queue } = ground
  const { url } = await receive()
  const { id: webhook } = await add(ada, url, { name: 'whose' })
  await ground.platform.testWebhook(ada, { params: { webhook } })
  const [delivery] = await deliveries(ada, webhook)
  // As pg-boss leaves one behind.
  await context.database.transaction(tx =>
    queue.jobs.insert(tx, 'dead', [{ data: { delivery: delivery?.id, attempt: 1 } }]),
  )
  await context.database.query(
    `update pgboss.job set source_name = 'webhooks', source_id = gen_random_uuid() where name = 'dead'`,
  )
  const { items } = await queue.deadLetters.list({ limit: 10 })
  expect(items).toMatchObject([{ queue: 'webhooks', subject: 'a/whose' }])
  await queue.deadLetters.discard(items[0]?.id ?? '')
  await expect(queue.deadLetters.discard(items[0]?.id ?? '')).rejects.toMatchObject({
    text: { nl: expect.stringContaining('vastgelopen taak') },
  })
})

it('the log gives up nothing that a job will still send, however old it is', async () => {
  const { context, platform, queue } = ground
  const receiver = await receive()
  const { id: webhook } = await add(ada, receiver.url)
  await platform.testWebhook(ada, { params: { webhook } })
  const [old] = await vi.waitFor(async () => {
    const all = await deliveries(ada, webhook)
    expect(all).toMatchObject([{ state: 'delivered' }])
    return all
  }, soon)
  // One of a week ago that waits for its turn.
  const aged = `update kade.webhook_delivery set created_at = now() - interval '7 days' where webhook = $1`
  await context.database.query(aged, [webhook])
  const later = new Date(Date.now() + 2_000)
  await context.database.transaction(async tx => {
    await tx.query(
      `update kade.webhook_delivery set state = 'waiting', attempts = 0, next_at = null, ended_at = null where webhook = $1`,
      [webhook],
    )
    const data = { delivery: old?.id, attempt: 1 }
    await queue.jobs.insert(tx, 'webhooks', [{ data, key: webhook, startAfter: later }])
  })
  await pruneDeliveries(context.database)
  expect(await deliveries(ada, webhook)).toMatchObject([{ state: 'waiting' }])
  await vi.waitFor(() => expect(receiver.received).toHaveLength(2), soon)
  await vi.waitFor(
    async () => expect(await deliveries(ada, webhook)).toMatchObject([{ state: 'delivered' }]),
    soon,
  )
  await context.database.query(aged, [webhook])
  const one = { webhook, delivery: old?.id ?? '' }
  await platform.replayWebhookDelivery(ada, { params: one })
  await pruneDeliveries(context.database)
  await vi.waitFor(() => expect(receiver.received).toHaveLength(3), soon)
})

it('the log keeps a thousand ended deliveries of thirty days, and what waits no longer than a day', async () => {
  const { url } = await receive()
  const { id } = await add(ada, url)
  const { database } = ground.context
  await database.query(
    `insert into kade.webhook_delivery (id, webhook, event, name, state, created_at, ended_at)
     select gen_random_uuid(), $1::uuid, gen_random_uuid(), 'x', case when n = 1400 then 'waiting' else 'delivered' end,
        now() - make_interval(mins => n), case when n = 1400 then null else now() end
       from generate_series(1, 1400) as n
     union all select gen_random_uuid(), $1::uuid, gen_random_uuid(), 'lost', 'waiting', now() - interval '25 hours', null
     union all select gen_random_uuid(), $1::uuid, gen_random_uuid(), 'old', 'delivered', now() - interval '31 days', now()`,
    [id],
  )
  await pruneDeliveries(database)
  const rows = await database.query<{ state: string; count: number }>(
    'select state, count(*)::int as count from kade.webhook_delivery where webhook = $1 group by state order by state',
    [id],
  )
  expect(rows).toEqual([
    { state: 'delivered', count: 1000 },
    { state: 'waiting', count: 1 },
  ])
})
