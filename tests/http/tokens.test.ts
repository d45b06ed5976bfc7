import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type IdentityGround, identityGround, type Visitor } from '#tests/support/identity.ts'

let ground: IdentityGround
let ada: Visitor & { id: string; email: string }
beforeAll(async () => {
  ground = await identityGround()
  await ground.owner.call('POST', '/teams', { name: 'blue' })
  await ground.owner.call('POST', '/teams', { name: 'red' })
  ada = await ground.member({
    teams: [
      { team: 'blue', role: 'developer' },
      { team: 'red', role: 'team-maintainer' },
    ],
  })
})
afterAll(() => ground?.stop())
beforeEach(() => ground.database.query('delete from kade.session where kind = $1', ['api-token']))

async function program(asked: object): Promise<Visitor> {
  const { json } = await ada.call('POST', '/tokens', asked)
  return ground.visitor({ authorization: `Bearer ${json.token}` })
}

describe('an API token', () => {
  it('is shown once, listed without itself, and ends when it is revoked', async () => {
    const made = await ada.call('POST', '/tokens', { name: 'ci', scope: 'read', expiresInDays: 7 })
    expect(made.status).toBe(201)
    const { token, ...known } = made.json
    expect(token).toMatch(/^kade_token_[\w-]{43}$/)
    const days = (Date.parse(known.expiresAt) - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(7)
    const listed = await ada.call('GET', '/tokens')
    expect(listed.json.items).toEqual([{ ...known, usedAt: null }])
    const ci = ground.visitor({ authorization: `Bearer ${token}` })
    expect((await ci.call('GET', '/apps')).status).toBe(200)
    expect((await ada.call('GET', '/tokens')).json.items[0].usedAt).not.toBeNull()
    const bob = await ground.member({})
    expect((await bob.call('DELETE', `/tokens/${known.id}`)).status).toBe(404)
    expect((await ada.call('DELETE', `/tokens/${known.id}`)).status).toBe(204)
    expect((await ci.call('GET', '/apps')).status).toBe(401)
    expect(await ground.told()).toEqual(expect.arrayContaining(['TokenCreated', 'TokenRevoked']))
    const rows = await ground.database.query('select * from kade.session')
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  it('does what it is for, and no more than its account may', async () => {
    const status = async (who: Visitor, method: string, path: string, body?: object) =>
      (await who.call(method, path, body)).status
    const [read, deploy, manage] = [
      await program({ name: 'read', scope: 'read' }),
      await program({ name: 'deploy' }),
      await program({ name: 'manage', scope: 'manage' }),
    ]
    const restart = ['POST', '/deployments/blue-dev/chat/restart'] as const
    const spread = ['POST', '/webhooks', { name: 'a', url: 'https://a.example' }] as const
    for (const who of [read, deploy, manage])
      expect(await status(who, 'GET', '/deployments')).toBe(200)
    expect([await status(read, ...restart), await status(deploy, ...restart)]).toEqual([404, 202])
    expect([await status(deploy, ...spread), await status(manage, ...spread)]).toEqual([403, 201])
    // The account is no platform engineer: neither is a token that does what the account may.
    expect(await status(manage, 'GET', '/worker-credentials')).toBe(403)
  })

  it('opens no other way in, whatever it is for', async () => {
    const manage = await program({ name: 'manage', scope: 'manage' })
    const answers = [
      await manage.call('POST', '/sign-in-links'),
      await manage.call('POST', '/tokens', { name: 'child' }),
      await manage.call('GET', '/tokens'),
      await manage.call('PUT', '/profile/password', { password: 'nieuw paard accu' }),
      await manage.call('PUT', '/profile', { name: 'X', language: null }),
      await manage.call('POST', '/invitations', { email: 'x@example.nl' }),
      await manage.call('PUT', `/teams/red/members/${ada.id}`, { role: 'viewer' }),
      await manage.call('POST', '/device-logins/BCDF-GHJK/approve'),
    ]
    expect(answers.filter(({ status }) => status !== 403 && status !== 404)).toEqual([])
  })

  it('for one team reaches that team alone, and follows the role in it', async () => {
    const blue = await program({ name: 'blue', team: 'blue', scope: 'manage' })
    const session = await blue.call('GET', '/session')
    expect(session.json.account).toMatchObject({
      roles: [],
      teams: [{ team: 'blue', role: 'developer' }],
    })
    expect(
      (await blue.call('GET', '/teams')).json.items.map((one: { name: string }) => one.name),
    ).toEqual(['blue'])
    expect((await ada.call('POST', '/tokens', { name: 'x', team: 'platform' })).status).toBe(400)
    await ground.owner.call('DELETE', `/teams/blue/members/${ada.id}`)
    expect((await blue.call('GET', '/deployments')).status).toBe(403)
    await ground.owner.call('PUT', `/teams/blue/members/${ada.id}`, { role: 'developer' })
  })

  it('ends at its time, which is a year at most', async () => {
    expect((await ada.call('POST', '/tokens', { name: 'long', expiresInDays: 366 })).status).toBe(
      400,
    )
    const ci = await program({ name: 'ci' })
    await ground.database.query(
      `update kade.session set expires_at = now() where kind = 'api-token'`,
    )
    expect((await ci.call('GET', '/apps')).status).toBe(401)
    expect((await ada.call('GET', '/tokens')).json.items).toEqual([])
  })

  it('has a name of its own, and there are no more than fifty', async () => {
    await program({ name: 'ci' })
    expect((await ada.call('POST', '/tokens', { name: 'ci' })).status).toBe(409)
    await ground.database.query(
      `insert into kade.session (token_hash, account, kind, via, name, scope, expires_at)
       select 'h' || n, $1, 'api-token', 'api', 'n' || n, 'read', now() + interval '1 day'
         from generate_series(1, 49) n`,
      [ada.id],
    )
    expect((await ada.call('POST', '/tokens', { name: 'more' })).json.code).toBe('quota-exceeded')
  })
})

describe('a role that is taken away', () => {
  it('is gone with the next call, and ends an open stream', async () => {
    const eve = await ground.member({ roles: ['platform-engineer'] })
    const stream = await fetch(`${ground.url}/api/v1/events`, { headers: eve.headers })
    expect(stream.status).toBe(200)
    expect((await eve.call('GET', '/worker-credentials')).status).toBe(200)
    await ground.owner.call('PUT', `/accounts/${eve.id}/roles`, { roles: [] })
    expect((await eve.call('GET', '/worker-credentials')).status).toBe(403)
    // Reads until the door ends it; the test's own deadline is the measure.
    const began = Date.now()
    for await (const _ of stream.body ?? []);
    expect(Date.now() - began).toBeLessThan(60_000)
    expect((await eve.call('GET', '/events')).status).toBe(403)
  }, 70_000)
})

describe('where somebody is signed in', () => {
  it('is listed, and ended one by one', async () => {
    const bob = await ground.member({})
    const other = ground.visitor({ 'user-agent': 'Elsewhere/1.0' })
    await other.call('POST', '/session', { email: bob.email, password: 'paard accu nietje' })
    const { json } = await bob.call('GET', '/sessions')
    expect(json.items).toHaveLength(2)
    const there = json.items.find((one: { current: boolean }) => !one.current)
    expect(there).toMatchObject({ kind: 'browser', agent: 'Elsewhere/1.0' })
    expect((await ada.call('DELETE', `/sessions/${there.id}`)).status).toBe(404)
    expect((await bob.call('DELETE', `/sessions/${there.id}`)).status).toBe(204)
    expect((await other.call('GET', '/session')).status).toBe(401)
    expect((await bob.call('GET', '/session')).status).toBe(200)
  })
})
