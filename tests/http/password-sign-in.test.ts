import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type IdentityGround, identityGround, password } from '#tests/support/identity.ts'

let ground: IdentityGround
beforeAll(async () => {
  ground = await identityGround()
})
afterAll(() => ground?.stop())
beforeEach(() => ground.database.query('delete from kade.sign_in_try'))

const signIn = (email: string, pass: string, visitor = ground.visitor()) =>
  visitor.call('POST', '/session', { email, password: pass })

describe('signing in by e-mail address and password', () => {
  it('opens a new session each time, in the place of the one the browser had', async () => {
    const ada = await ground.member({})
    const planted = ada.headers.cookie
    const { status, headers, json } = await signIn(ada.email.toUpperCase(), password, ada)
    expect(status).toBe(201)
    expect(headers.get('set-cookie')).toMatch(
      /^kade-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect(json.account.name).toMatch(/^Member/)
    expect(ada.headers.cookie).not.toBe(planted)
    const before = ground.visitor({ cookie: planted ?? '' })
    expect((await before.call('GET', '/session')).status).toBe(401)
  })

  it('says the same, after the same work, whoever is or is not there', async () => {
    const ada = await ground.member({})
    const gone = await ground.member({})
    await ground.owner.call('POST', `/accounts/${gone.id}/deactivate`)
    const tried = [
      await signIn(ada.email, 'een ander wachtwoord'),
      await signIn('nobody@example.nl', password),
      await signIn(gone.email, password),
    ]
    const said = tried.map(({ json }) => ({ ...json, instance: '' }))
    expect(said[0]).toMatchObject({ status: 401 })
    expect(said[1]).toEqual(said[0])
    expect(said[2]).toEqual(said[0])
    const cost = async (email: string) => {
      const times: number[] = []
      for (let i = 0; i < 5; i++) {
        const began = performance.now()
        await signIn(email, 'een ander wachtwoord')
        times.push(performance.now() - began)
      }
      return Math.min(...times)
    }
    const [known, unknown] = [await cost(ada.email), await cost('nobody@example.nl')]
    // One hash of 19 MiB takes far longer than all else: who skips it shows.
    expect(unknown).toBeGreaterThan(known / 2)
    expect((await ground.told()).filter(one => one === 'SignInRefused').length).toBeGreaterThan(2)
  })

  it('stops after ten tries for one account from one place, however many come at once', async () => {
    const ada = await ground.member({})
    const answers = await Promise.all(
      Array.from({ length: 14 }, () => signIn(ada.email, 'een ander wachtwoord')),
    )
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10)
    let wrong = answers.filter(({ status }) => status === 401).length
    while ((await signIn(ada.email, 'een ander wachtwoord')).status === 401) wrong += 1
    expect(wrong).toBe(10)
    const refused = await signIn(ada.email, password)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    const other = await ground.member({})
    expect((await signIn(other.email, password)).status).toBe(201)
    await ground.database.query("update kade.sign_in_try set at = at - interval '16 minutes'")
    expect((await signIn(ada.email, password)).status).toBe(201)
  })

  it('does not count what went well', async () => {
    const ada = await ground.member({})
    for (let i = 0; i < 12; i++) expect((await signIn(ada.email, password)).status).toBe(201)
  })

  it('is taken from no page of another site, and in no other form', async () => {
    const ada = await ground.member({})
    const foreign = ground.visitor({ origin: 'https://evil.example' })
    expect((await signIn(ada.email, password, foreign)).status).toBe(403)
    const text = await fetch(`${ground.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ email: ada.email, password }),
    })
    expect(text.status).toBe(415)
  })

  it('keeps the password as an Argon2id hash only, and no address in an event', async () => {
    const ada = await ground.member({})
    const rows = await ground.database.query<{ password_hash: string }>(
      'select password_hash from kade.account where id = $1',
      [ada.id],
    )
    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$/)
    const [told] = await ground.database.query<{ all: string }>(
      `select string_agg(data::text || metadata::text, ' ') as all from message_store.messages`,
    )
    // A role in a team is written role@team.
    expect(told?.all).not.toMatch(/@[\w-]+\./)
    expect(told?.all).not.toContain(password)
  })
})
