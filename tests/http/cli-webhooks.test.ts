import { describe, expect, it } from 'vitest'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const at = '2026-11-28T10:00:00.000Z'
const id = '1e4a0000-0000-4000-8000-000000000000'
const webhook = {
  id,
  name: 'tickets',
  team: 'platform',
  origin: 'https://hooks.example',
  events: ['DeploymentFailed'],
  namespaces: [],
  state: 'enabled',
  createdBy: 'ada',
  createdAt: at,
}

const cli = cliAtDoor({ listWebhooks: () => ({ items: [webhook], next: null }) })
const { kade, called } = cli

describe('kade webhooks', () => {
  it('adds one, and shows its secret once', async () => {
    cli.answers.createWebhook = () => ({ ...webhook, secret: 'whsec_abc' })
    const line = 'webhooks add tickets https://hooks.example/x --event DeploymentFailed -n team-a'
    const { code, out } = await kade(line)
    expect(code).toBe(0)
    expect(out).toContain('whsec_abc')
    expect(called('createWebhook')).toMatchObject({
      body: {
        name: 'tickets',
        url: 'https://hooks.example/x',
        events: ['DeploymentFailed'],
        namespaces: ['team-a'],
      },
    })
  })

  it('knows the events there are', async () => {
    const { code, err } = await kade('webhooks add tickets https://hooks.example --event Nothing')
    expect(code).toBe(2)
    expect(err).toContain('"Nothing" is no event')
    expect(called('createWebhook')).toBeUndefined()
  })

  it('lists them with what is wrong, and steers no terminal', async () => {
    const reason = { en: 'It said\u001b[2J 410.', nl: 'Het zei 410.' }
    cli.answers.listWebhooks = () => ({
      items: [{ ...webhook, state: 'disabled', reason }],
      next: null,
    })
    const { out } = await kade('webhooks')
    expect(out).toMatch(
      /tickets\s+platform\s+https:\/\/hooks\.example\s+DeploymentFailed\s+all\s+disabled/,
    )
    expect(out).toContain('410')
    expect(out).not.toContain('\u001b')
  })

  it('changes what is said, and leaves the rest', async () => {
    cli.answers.changeWebhook = () => webhook
    expect((await kade('webhooks change tickets --disable')).code).toBe(0)
    expect(called('changeWebhook')).toMatchObject({
      params: { webhook: id },
      body: { events: ['DeploymentFailed'], namespaces: [], enabled: false },
    })
    expect((await kade('webhooks change tickets --enable --disable')).code).toBe(2)
  })

  it.each([
    ['--all-events', { events: [], namespaces: ['team-a'] }],
    ['--all-namespaces', { events: ['DeploymentFailed'], namespaces: [] }],
  ])('takes a part of its filter away again: %s', async (flag, body) => {
    cli.answers.changeWebhook = () => webhook
    cli.answers.listWebhooks = () => ({
      items: [{ ...webhook, namespaces: ['team-a'] }],
      next: null,
    })
    expect((await kade(`webhooks change tickets ${flag}`)).code).toBe(0)
    expect(called('changeWebhook')).toMatchObject({ body })
    const both = `webhooks change tickets ${flag} --event DeploymentFailed -n team-a`
    expect((await kade(both)).code).toBe(2)
  })

  it('gives it another secret, and says until when the one before signs', async () => {
    cli.answers.rotateWebhookSecret = () => ({
      ...webhook,
      secret: 'whsec_new',
      oldSecretUntil: at,
    })
    const { code, out } = await kade('webhooks rotate-secret tickets --old-for 90m')
    expect(code).toBe(0)
    expect(out).toContain('whsec_new')
    expect(out).toContain(`Until ${at} the one before signs as well`)
    expect(called('rotateWebhookSecret')).toMatchObject({
      params: { webhook: id },
      body: { oldForHours: 2 },
    })
  })

  it('tests, replays and removes by name', async () => {
    const delivery = { id, event: id, name: 'WebhookTested', state: 'waiting', attempts: 0, at }
    cli.answers.testWebhook = () => delivery
    cli.answers.replayWebhook = () => ({ queued: 3, next: at })
    cli.answers.replayWebhookDelivery = () => delivery
    cli.answers.listWebhookDeliveries = () => ({ items: [delivery], next: null })
    expect((await kade('webhooks test tickets')).code).toBe(0)
    expect((await kade('webhooks deliveries tickets')).out).toContain('WebhookTested')
    const { out } = await kade('webhooks replay tickets --since 1h')
    expect(out).toContain(`Events on their way again: 3.\nThere is more, from ${at} on`)
    expect((await kade(`webhooks replay tickets --delivery ${id}`)).code).toBe(0)
    expect((await kade('webhooks replay tickets')).code).toBe(2)
    expect((await kade('webhooks remove tickets')).code).toBe(0)
    expect(called('deleteWebhook')).toMatchObject({ params: { webhook: id } })
  })

  it('says which there are when it does not know one', async () => {
    const { code, err } = await kade('webhooks test other')
    expect(code).toBe(2)
    expect(err).toContain('There is no webhook other. Those there are: tickets.')
  })
})

it('keeps the secret of a new webhook in no row, also under an idempotency key', async () => {
  cli.answers.createWebhook = () => ({ ...webhook, secret: 'whsec_canary' })
  const response = await fetch(`${cli.url}/api/v1/webhooks`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${cli.door.token}`,
      'content-type': 'application/json',
      'idempotency-key': 'the-same-key',
    },
    body: JSON.stringify({ name: 'x', url: 'https://hooks.example' }),
  })
  expect(response.status).toBe(201)
  expect(await response.json()).toMatchObject({ secret: 'whsec_canary' })
  expect(await cli.door.database.query('select * from kade.idempotency_key')).toEqual([])
})
