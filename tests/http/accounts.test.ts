import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newToken } from '#platform/governance/accounts.ts'
import { type IdentityGround, identityGround, password, tokenOf } from '#tests/support/identity.ts'

let ground: IdentityGround
beforeAll(async () => {
  ground = await identityGround()
  await ground.owner.call('POST', '/teams', { name: 'blue' })
  await ground.owner.call('POST', '/teams', { name: 'red' })
})
afterAll(() => ground?.stop())

const invite = (email: string, rights: object = {}) =>
  ground.owner.call('POST', '/invitations', { email, ...rights })

describe('an invitation', () => {
  it('shows its link once, and makes one account with what was offered', async () => {
    const teams = [{ team: 'blue', role: 'developer' }]
    const { status, json } = await invite('Ada@Example.nl', { teams })
    expect(status).toBe(201)
    const token = tokenOf(json.link.path)
    expect(json).toMatchObject({ email: 'ada@example.nl', teams, link: { mailed: false } })
    const listed = await ground.owner.call('GET', '/invitations')
    expect(JSON.stringify(listed.json)).toContain('ada@example.nl')
    expect(JSON.stringify(listed.json)).not.toContain(token)
    const guest = ground.visitor()
    expect((await guest.call('POST', '/invitations/_look', { token })).json).toMatchObject({
      teams,
    })
    const body = { token, name: 'Ada', password }
    const both = await Promise.all([
      guest.call('POST', '/registrations', body),
      ground.visitor().call('POST', '/registrations', body),
    ])
    expect(both.map(one => one.status).sort()).toEqual([201, 401])
    expect((await ground.visitor().call('POST', '/registrations', body)).status).toBe(401)
    const made = both.find(one => one.status === 201)
    expect(made?.json.account).toMatchObject({ name: 'Ada', roles: [], teams })
    expect(await ground.told()).toEqual(
      expect.arrayContaining(['InvitationCreated', 'AccountCreated', 'SignedIn']),
    )
  })

  it('works no more when it is taken back or too old', async () => {
    const back = (await invite('back@example.nl')).json
    expect((await ground.owner.call('DELETE', `/invitations/${back.id}`)).status).toBe(204)
    const old = (await invite('old@example.nl')).json
    await ground.database.query(
      `update kade.invitation set expires_at = now() where email = 'old@example.nl'`,
    )
    for (const { link } of [back, old]) {
      const body = { token: tokenOf(link.path), name: 'X', password }
      expect((await ground.visitor().call('POST', '/registrations', body)).status).toBe(401)
    }
    // Its address is free again.
    expect((await invite('old@example.nl')).status).toBe(201)
  })

  it('is made for no address twice, nor for one that has an account', async () => {
    expect((await invite('twice@example.nl')).status).toBe(201)
    expect((await invite('TWICE@example.nl')).status).toBe(409)
    expect((await invite('ada@example.nl')).json.detail).toContain('has an account')
    expect((await invite('no address')).status).toBe(400)
    expect(
      (await invite('x@example.nl', { teams: [{ team: 'none', role: 'viewer' }] })).json,
    ).toMatchObject({ violations: [{ pointer: '/teams/0/team' }] })
  })

  it('of who maintains a team is into that team alone, and ends with the right to give it', async () => {
    const maintainer = await ground.member({ teams: [{ team: 'blue', role: 'team-maintainer' }] })
    const ask = (email: string, rights: object) =>
      maintainer.call('POST', '/invitations', { email, ...rights })
    const blue = { teams: [{ team: 'blue', role: 'viewer' }] }
    expect((await ask('m1@example.nl', {})).status).toBe(403)
    expect((await ask('m1@example.nl', { teams: [{ team: 'red', role: 'viewer' }] })).status).toBe(
      403,
    )
    expect((await ask('m1@example.nl', { ...blue, roles: ['auditor'] })).status).toBe(403)
    const { status, json } = await ask('m1@example.nl', blue)
    expect(status).toBe(201)
    const seen = await maintainer.call('GET', '/invitations')
    expect(seen.json.items).toHaveLength(1)
    await ground.owner.call('DELETE', `/teams/blue/members/${maintainer.id}`)
    const body = { token: tokenOf(json.link.path), name: 'M', password }
    expect((await ground.visitor().call('POST', '/registrations', body)).status).toBe(401)
  })

  it('takes no password that is short or easy to guess', async () => {
    const token = tokenOf((await invite('weak@example.nl')).json.link.path)
    for (const weak of ['short', 'password1234', 'aaaaaaaaaaaaaaa', 'weak@example.nl']) {
      const answer = await ground
        .visitor()
        .call('POST', '/registrations', { token, name: 'W', password: weak })
      expect(answer.json).toMatchObject({ status: 400, violations: [{ pointer: '/password' }] })
      expect(JSON.stringify(answer.json)).not.toContain(weak)
    }
    const body = { token, name: 'W', password }
    expect((await ground.visitor().call('POST', '/registrations', body)).status).toBe(201)
  })
})

describe('accounts', () => {
  it('are seen whole by who looks after them, and by a maintainer those of the own teams', async () => {
    const maintainer = await ground.member({ teams: [{ team: 'red', role: 'team-maintainer' }] })
    const stranger = await ground.member({ teams: [{ team: 'blue', role: 'viewer' }] })
    const all = await ground.owner.call('GET', '/accounts?limit=200')
    expect(all.json.items.length).toBeGreaterThan(2)
    const own = await maintainer.call('GET', '/accounts?limit=200')
    expect(own.json.items.map((one: { id: string }) => one.id)).toEqual([maintainer.id])
    const part = await maintainer.call('GET', `/accounts?q=${stranger.email.slice(0, -1)}`)
    expect(part.json.items).toEqual([])
    const whole = await maintainer.call('GET', `/accounts?q=${stranger.email}`)
    expect(whole.json.items).toHaveLength(1)
    expect((await stranger.call('GET', '/accounts')).status).toBe(403)
  })

  it('are listed page by page, each once', async () => {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: { json: { items: { id: string }[]; next: string | null } } =
        await ground.owner.call('GET', `/accounts?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
      seen.push(...page.json.items.map(one => one.id))
      cursor = page.json.next
    } while (cursor)
    const rows = await ground.database.query('select id from kade.account')
    expect(seen).toHaveLength(rows.length)
    expect(new Set(seen).size).toBe(rows.length)
  })

  it('get roles of the installation by a platform admin, and by nobody else', async () => {
    const ada = await ground.member({ teams: [{ team: 'red', role: 'team-maintainer' }] })
    expect(
      (await ada.call('PUT', `/accounts/${ada.id}/roles`, { roles: ['platform-admin'] })).status,
    ).toBeGreaterThanOrEqual(403)
    const set = await ground.owner.call('PUT', `/accounts/${ada.id}/roles`, { roles: ['auditor'] })
    expect(set.json).toMatchObject({ roles: ['auditor'], teams: [{ team: 'red' }] })
    expect((await ada.call('GET', '/session')).json.account.roles).toEqual(['auditor'])
  })

  it('that are deactivated have nothing left to come in by, until they are activated', async () => {
    const gone = await ground.member({})
    const made = await gone.call('POST', '/tokens', { name: 'script' })
    const program = ground.visitor({ authorization: `Bearer ${made.json.token}` })
    expect((await program.call('GET', '/apps')).status).toBe(200)
    const reset = await ground.owner.call('POST', `/accounts/${gone.id}/password-reset`)
    expect((await ground.owner.call('POST', `/accounts/${gone.id}/deactivate`)).json.state).toBe(
      'deactivated',
    )
    expect((await gone.call('GET', '/session')).status).toBe(401)
    expect((await program.call('GET', '/apps')).status).toBe(401)
    const again = { email: gone.email, password }
    expect((await ground.visitor().call('POST', '/session', again)).status).toBe(401)
    const chosen = { token: tokenOf(reset.json.path), password: 'nieuw paard accu' }
    expect((await ground.visitor().call('POST', '/password-resets/_complete', chosen)).status).toBe(
      401,
    )
    await ground.owner.call('POST', `/accounts/${gone.id}/activate`)
    expect((await program.call('GET', '/apps')).status).toBe(401)
    expect((await ground.visitor().call('POST', '/session', again)).status).toBe(201)
  })

  it('that are not there answer as what does not exist', async () => {
    const nobody = 'a0000000-0000-4000-8000-000000000000'
    const answers = [
      await ground.owner.call('PUT', `/accounts/${nobody}/roles`, { roles: [] }),
      await ground.owner.call('POST', `/accounts/${nobody}/deactivate`),
      await ground.owner.call('POST', `/accounts/${nobody}/password-reset`),
      await ground.owner.call('PUT', `/teams/blue/members/${nobody}`, { role: 'viewer' }),
    ]
    expect(answers.map(one => one.status)).toEqual([404, 404, 404, 404])
    expect(
      (await ground.visitor().call('POST', '/invitations/_look', { token: newToken() })).status,
    ).toBe(401)
  })

  it('never lose the last platform admin', async () => {
    const owner = ground.account
    const answers = [
      await ground.owner.call('PUT', `/accounts/${owner}/roles`, { roles: [] }),
      await ground.owner.call('POST', `/accounts/${owner}/deactivate`),
    ]
    expect(answers.map(one => one.status)).toEqual([409, 409])
    const other = await ground.member({ roles: ['platform-admin'] })
    const both = await Promise.all([
      ground.owner.call('POST', `/accounts/${owner}/deactivate`),
      other.call('POST', `/accounts/${other.id}/deactivate`),
    ])
    expect(both.map(one => one.status).sort()).toEqual([200, 409])
  })
})
