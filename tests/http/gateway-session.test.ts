import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newToken } from '#platform/governance/accounts.ts'
import { createToken, sweepSessions } from '#platform/governance/sessions.ts'
import { type GatewayGround, gatewayGround, recordingPlatform } from '#tests/support/gateway.ts'

let ground: GatewayGround
let url: string
let calls: ReturnType<typeof recordingPlatform>['calls']
beforeAll(async () => {
  ground = await gatewayGround()
  const recording = recordingPlatform()
  calls = recording.calls
  url = (await ground.start({ platform: recording.platform })).url
})
afterAll(() => ground?.stop())

function signIn(token: string, headers: Record<string, string> = {}, at = url): Promise<Response> {
  return fetch(`${at}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  })
}

/** A browser after signing in: its cookie, and what its scripts know. */
async function browser() {
  const response = await signIn(await ground.newLink())
  const cookie = response.headers.get('set-cookie') ?? ''
  const { csrf } = (await response.json()) as { csrf: string }
  return { cookie: cookie.split(';')[0] ?? '', attributes: cookie, csrf }
}

const change = (headers: Record<string, string>) =>
  fetch(`${url}/api/v1/deployments/team-a/chat/restart`, { method: 'POST', headers })

describe('a sign-in link', () => {
  it('opens a session once; the cookie is out of reach of scripts and other sites', async () => {
    const link = await ground.newLink()
    const first = await signIn(link)
    expect(first.status).toBe(201)
    expect(first.headers.get('set-cookie')).toMatch(
      /^kade-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect(await first.json()).toMatchObject({
      account: { name: 'owner', roles: ['platform-admin'] },
    })
    const second = await signIn(link)
    expect(second.status).toBe(401)
    expect(second.headers.get('set-cookie')).toBeNull()
  })

  it('used by many at the same time lets one in', async () => {
    const link = await ground.newLink()
    const answers = await Promise.all(Array.from({ length: 10 }, () => signIn(link)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  })

  it('that is too old, or was never given out, opens nothing', async () => {
    const link = await ground.newLink()
    await ground.database.query(
      "update kade.sign_in_link set expires_at = now() - interval '1 second' where used_at is null",
    )
    expect((await signIn(link)).status).toBe(401)
    expect((await signIn(newToken())).status).toBe(401)
  })

  it('is not taken from a page of another site', async () => {
    const link = await ground.newLink()
    expect((await signIn(link, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await signIn(link, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await signIn(link, { origin: url, 'sec-fetch-site': 'same-origin' })).status).toBe(201)
  })

  it('gives a __Host- cookie where browsers come by https', async () => {
    const { url: secure } = await ground.start({ ...recordingPlatform(), secureCookies: true })
    const response = await signIn(await ground.newLink(), {}, secure)
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-kade-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
  })

  it('ends the session that the browser had, so that nobody can plant one', async () => {
    const { cookie } = await browser()
    await signIn(await ground.newLink(), { cookie })
    expect((await fetch(`${url}/api/v1/session`, { headers: { cookie } })).status).toBe(401)
  })

  it('cannot be guessed at without end', async () => {
    const { url: fresh } = await ground.start(recordingPlatform())
    const statuses: number[] = []
    for (let i = 0; i < 61; i++) statuses.push((await signIn(newToken(), {}, fresh)).status)
    expect(statuses.slice(0, 60).every(status => status === 401)).toBe(true)
    expect(statuses[60]).toBe(429)
    const refused = await signIn(newToken(), {}, fresh)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'too-many-requests' })
  })
})

describe('a new sign-in link', () => {
  it('is given to who is signed in already, and signs in once', async () => {
    const answer = await fetch(`${url}/api/v1/sign-in-links`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ground.token}` },
    })
    expect(answer.status).toBe(201)
    const { path } = (await answer.json()) as { path: string }
    const link = path.slice('/sign-in#token='.length)
    expect((await signIn(link)).status).toBe(201)
    expect((await signIn(link)).status).toBe(401)
  })

  it('is given to nobody else', async () => {
    expect((await fetch(`${url}/api/v1/sign-in-links`, { method: 'POST' })).status).toBe(401)
  })
})

describe('a browser session', () => {
  it('reads with the cookie, and changes only with the token that its own page knows', async () => {
    const { cookie, csrf } = await browser()
    expect((await fetch(`${url}/api/v1/apps`, { headers: { cookie } })).status).toBe(200)
    const before = calls.length
    expect((await change({ cookie })).status).toBe(403)
    expect((await change({ cookie, 'x-csrf-token': `${csrf}x` })).status).toBe(403)
    expect((await change({ cookie, 'x-csrf-token': (await browser()).csrf })).status).toBe(403)
    expect(calls).toHaveLength(before)
    expect((await change({ cookie, 'x-csrf-token': csrf })).status).toBe(202)
    expect(calls.at(-1)?.actor.via).toBe('portal')
  })

  it('makes no change for a page of another site, whatever it knows', async () => {
    const { cookie, csrf } = await browser()
    const known = { cookie, 'x-csrf-token': csrf }
    expect((await change({ ...known, origin: 'http://evil.example' })).status).toBe(403)
    expect((await change({ ...known, origin: 'null' })).status).toBe(403)
    expect((await change({ ...known, 'sec-fetch-site': 'same-site' })).status).toBe(403)
    expect((await change({ ...known, origin: url, 'sec-fetch-site': 'same-origin' })).status).toBe(
      202,
    )
  })

  it('ends at sign-out, at once', async () => {
    const { cookie, csrf } = await browser()
    const init = { method: 'DELETE', headers: { cookie, 'x-csrf-token': csrf } }
    const response = await fetch(`${url}/api/v1/session`, init)
    expect(response.status).toBe(204)
    expect(response.headers.get('set-cookie')).toMatch(/^kade-session=; .*Expires=Thu, 01 Jan 1970/)
    expect((await fetch(`${url}/api/v1/apps`, { headers: { cookie } })).status).toBe(401)
  })

  it('ends twelve hours after its last use, and is prolonged while in use', async () => {
    const { cookie } = await browser()
    const hash =
      'token_hash = (select token_hash from kade.session order by created_at desc limit 1)'
    await ground.database.query(
      `update kade.session set expires_at = now() + interval '1 hour' where ${hash}`,
    )
    const response = await fetch(`${url}/api/v1/session`, { headers: { cookie } })
    const { expiresAt } = (await response.json()) as { expiresAt: string }
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(11 * 3_600_000)
    await ground.database.query(
      `update kade.session set expires_at = now() - interval '1 second' where ${hash}`,
    )
    expect((await fetch(`${url}/api/v1/session`, { headers: { cookie } })).status).toBe(401)
    await sweepSessions(ground.database)
    const left = await ground.database.query(
      'select 1 from kade.session where expires_at < now() union select 1 from kade.sign_in_link where expires_at < now()',
    )
    expect(left).toEqual([])
  })

  it('is no bearer token, and a token is no cookie', async () => {
    const { cookie } = await browser()
    const token = cookie.split('=')[1] ?? ''
    const asBearer = { authorization: `Bearer ${token}` }
    expect((await fetch(`${url}/api/v1/apps`, { headers: asBearer })).status).toBe(401)
    const asCookie = { cookie: `kade-session=${ground.token}` }
    expect((await fetch(`${url}/api/v1/apps`, { headers: asCookie })).status).toBe(401)
  })
})

describe('a token', () => {
  it('needs no CSRF token, and says by header that the terminal sent it', async () => {
    const authorization = `Bearer ${ground.token}`
    expect((await change({ authorization })).status).toBe(202)
    expect(calls.at(-1)?.actor.via).toBe('api')
    await change({ authorization, 'kade-via': 'cli' })
    expect(calls.at(-1)?.actor.via).toBe('cli')
    await change({ authorization, 'kade-via': 'platform' })
    expect(calls.at(-1)?.actor.via).toBe('api')
  })

  it('that is malformed, foreign or in the address opens nothing', async () => {
    for (const authorization of [
      'Bearer',
      'Bearer x',
      `Basic ${ground.token}`,
      `Bearer ${newToken()}`,
    ])
      expect((await change({ authorization })).status).toBe(401)
    const inAddress = await fetch(`${url}/api/v1/apps?access_token=${ground.token}`)
    expect(inAddress.status).toBe(401)
    expect(inAddress.headers.get('www-authenticate')).toBe('Bearer realm="kade"')
  })

  it('for connection.json takes the place of the one before', async () => {
    const before = await createToken(ground.database, ground.account, 'token')
    const first = await createToken(ground.database, ground.account)
    const second = await createToken(ground.database, ground.account)
    const status = async (token: string) =>
      (await fetch(`${url}/api/v1/apps`, { headers: { authorization: `Bearer ${token}` } })).status
    expect([await status(before), await status(first), await status(second)]).toEqual([
      200, 401, 200,
    ])
  })

  it('stands in the database as a hash only', async () => {
    const token = await createToken(ground.database, ground.account, 'token')
    const link = await ground.newLink()
    const rows = await ground.database.query(
      'select token_hash from kade.session union all select token_hash from kade.sign_in_link',
    )
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(JSON.stringify(rows)).not.toContain(link)
  })
})
