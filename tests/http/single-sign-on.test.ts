import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { placeInPortal } from '#gateway/single-sign-on-routes.ts'
import { openIdProvider } from '#platform/adapters/identity/openid.ts'
import { readAllowed } from '#platform/adapters/outgoing/allowed.ts'
import { createOutgoing } from '#platform/adapters/outgoing/create-outgoing.ts'
import type { Outgoing } from '#platform/adapters/outgoing/outgoing.ts'
import type { SingleSignOn } from '#platform/governance/identity/single-sign-on.ts'
import { type IdentityGround, identityGround, type Visitor } from '#tests/support/identity.ts'
import {
  clientId,
  clientSecret,
  type Identity,
  type RunningProvider,
  startProvider,
  throughProvider,
} from '#tests/support/identity-provider.ts'

const publicUrl = 'https://kade.gemeente.example'
const redirectUri = `${publicUrl}/api/v1/single-sign-on/callback`
let provider: RunningProvider
let outgoing: Outgoing
let ground: IdentityGround

beforeAll(async () => {
  provider = await startProvider(() => redirectUri)
  outgoing = createOutgoing({ allowed: readAllowed('127.0.0.1:*') })
  const singleSignOn: SingleSignOn = {
    provider: openIdProvider({
      name: 'Gemeente',
      issuer: provider.issuer,
      clientId,
      clientSecret,
      scopes: ['openid', 'email', 'profile'],
      groupsClaim: 'groups',
      redirectUri,
      outgoing,
    }),
    groups: new Map([
      ['beheer', { roles: ['platform-admin'], teams: [] }],
      ['blauw', { roles: [], teams: [{ team: 'blue', role: 'viewer' }] }],
      ['blauw-bouwt', { roles: [], teams: [{ team: 'blue', role: 'developer' }] }],
      ['rood', { roles: [], teams: [{ team: 'red', role: 'team-maintainer' }] }],
    ]),
  }
  ground = await identityGround({ singleSignOn })
  await ground.owner.call('POST', '/teams', { name: 'blue' })
  await ground.owner.call('POST', '/teams', { name: 'red' })
})
afterAll(async () => {
  await ground?.stop()
  await outgoing?.close()
  await provider?.stop()
})
beforeEach(() => {
  provider.person = ada
})

const ada: Identity = {
  sub: 'sub-of-ada',
  email: 'Ada@Gemeente.example',
  email_verified: true,
  name: 'Ada',
  groups: ['blauw', 'blauw-bouwt', 'unknown'],
}

/** The way to the provider: where it begins, with the cookie that the browser keeps. */
async function setOut(browser: Visitor, to = '/clusters'): Promise<URL> {
  const { status, headers } = await browser.call(
    'GET',
    `/single-sign-on?to=${encodeURIComponent(to)}`,
  )
  expect(status).toBe(303)
  return new URL(headers.get('location') ?? '')
}

/** And back: where the door leads the browser in the end. */
async function comeBack(browser: Visitor, query: string): Promise<string | null> {
  const { status, headers } = await browser.call('GET', `/single-sign-on/callback${query}`)
  expect(status).toBe(303)
  return headers.get('location')
}

async function signIn(browser: Visitor = ground.visitor()) {
  const back = new URL(await throughProvider((await setOut(browser)).href))
  expect(back.origin + back.pathname).toBe(redirectUri)
  return { browser, back, to: await comeBack(browser, back.search) }
}

const who = async (browser: Visitor) => (await browser.call('GET', '/session')).json.account

describe('single sign-on', () => {
  it('sends the browser with PKCE, state and nonce, and binds the way back to it', async () => {
    const browser = ground.visitor()
    const { headers } = await browser.call('GET', '/single-sign-on')
    const at = new URL(headers.get('location') ?? '')
    expect(at.origin).toBe(provider.issuer)
    expect(Object.fromEntries(at.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(at.searchParams.get(name)).toMatch(/^[\w-]{43}$/)
    expect(headers.get('set-cookie')).toMatch(
      /^kade-sso=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    expect((await ground.visitor().call('GET', '/sign-in-ways')).json).toEqual({
      singleSignOn: { name: 'Gemeente' },
      mail: false,
    })
  })

  it('makes an account with what its groups give, and leads to where it wanted to go', async () => {
    const { browser, to } = await signIn()
    expect(to).toBe('/clusters')
    expect(await who(browser)).toMatchObject({
      name: 'Ada',
      roles: [],
      teams: [{ team: 'blue', role: 'developer' }],
    })
    expect((await browser.call('GET', '/profile')).json).toMatchObject({
      email: 'ada@gemeente.example',
      emailVerified: true,
      hasPassword: false,
    })
  })

  it('follows the groups at each time, both ways', async () => {
    const before = await who((await signIn()).browser)
    provider.person = { ...ada, groups: ['rood'] }
    const after = await who((await signIn()).browser)
    expect(after.id).toBe(before.id)
    expect(after.teams).toEqual([{ team: 'red', role: 'team-maintainer' }])
    provider.person = { ...ada, groups: [] }
    expect((await who((await signIn()).browser)).teams).toEqual([])
    expect(await ground.told()).toContain('RolesChanged')
  })

  it('lasts a working day at most', async () => {
    const { browser } = await signIn()
    const { json } = await browser.call('GET', '/session')
    const hours = (Date.parse(json.expiresAt) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(9.5)
    expect(hours).toBeLessThanOrEqual(10)
  })

  it('gives no place to who is in no group, or whose address nobody vouches for', async () => {
    provider.person = { ...ada, sub: 'other', email: 'other@gemeente.example', groups: ['unknown'] }
    expect((await signIn()).to).toBe('/sign-in?sso=no-place')
    const member = await ground.member({})
    provider.person = { ...ada, sub: 'thief', email: member.email, email_verified: false }
    expect((await signIn()).to).toBe('/sign-in?sso=no-place')
    // Another person of the same provider who got the address of Ada is not Ada.
    provider.person = { ...ada, sub: 'another-ada' }
    expect((await signIn()).to).toBe('/sign-in?sso=no-place')
  })

  it('lets nobody in whose account is deactivated', async () => {
    const { id } = await who((await signIn()).browser)
    await ground.owner.call('POST', `/accounts/${id}/deactivate`)
    expect((await signIn()).to).toBe('/sign-in?sso=no-place')
    await ground.owner.call('POST', `/accounts/${id}/activate`)
  })

  it('goes back for the browser that set out alone, and once', async () => {
    const { browser, back } = await signIn()
    expect(await comeBack(browser, back.search)).toBe('/sign-in?sso=refused')
    const victim = ground.visitor()
    const attacker = ground.visitor()
    const stolen = new URL(await throughProvider((await setOut(attacker)).href))
    expect(await comeBack(victim, stolen.search)).toBe('/sign-in?sso=refused')
    await setOut(victim)
    expect(await comeBack(victim, stolen.search)).toBe('/sign-in?sso=refused')
    expect((await victim.call('GET', '/session')).status).toBe(401)
  })

  it('refuses a way back without state, with another code, with an error, or too late', async () => {
    expect(await comeBack(ground.visitor(), '?code=x')).toBe('/sign-in?sso=refused')
    const forged = ground.visitor()
    const state = (await setOut(forged)).searchParams.get('state')
    expect(await comeBack(forged, `?code=forged&state=${state}`)).toBe('/sign-in?sso=refused')
    const denied = ground.visitor()
    const other = (await setOut(denied)).searchParams.get('state')
    expect(await comeBack(denied, `?error=access_denied&state=${other}`)).toBe(
      '/sign-in?sso=refused',
    )
    const late = ground.visitor()
    const back = new URL(await throughProvider((await setOut(late)).href))
    await ground.database.query('update kade.single_sign_on set expires_at = now()')
    expect(await comeBack(late, back.search)).toBe('/sign-in?sso=refused')
  })
})

it.each([
  ['https://evil.example', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/a\\b', '/'],
  ['/a\r\nlocation: x', '/'],
  ['javascript:alert(1)', '/'],
  [['/a', '/b'], '/'],
  [undefined, '/'],
  ['/deployments/a/b?tab=logs#x', '/deployments/a/b?tab=logs#x'],
])('leads to %j in no other place than %s', (wanted, place) => {
  expect(placeInPortal(wanted)).toBe(place)
})
