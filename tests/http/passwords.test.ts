import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type IdentityGround, identityGround, password, tokenOf } from '#tests/support/identity.ts'

let ground: IdentityGround
beforeAll(async () => {
  ground = await identityGround()
})
afterAll(() => ground?.stop())
beforeEach(() => ground.database.query('delete from kade.sign_in_try'))

const signIn = (email: string, pass: string, visitor = ground.visitor()) =>
  visitor.call('POST', '/session', { email, password: pass })

describe('a password', () => {
  it('is changed by who knows it, and then other browsers are out', async () => {
    const ada = await ground.member({})
    const elsewhere = ground.visitor()
    await signIn(ada.email, password, elsewhere)
    const change = (current: string, next: string) =>
      ada.call('PUT', '/profile/password', { current, password: next })
    expect((await change('niet het goede', 'nieuw paard accu')).json).toMatchObject({
      status: 400,
      violations: [{ pointer: '/current' }],
    })
    expect((await change(password, 'kort')).status).toBe(400)
    expect((await change(password, 'nieuw paard accu')).status).toBe(204)
    expect((await ada.call('GET', '/session')).status).toBe(200)
    expect((await elsewhere.call('GET', '/session')).status).toBe(401)
    expect((await signIn(ada.email, password)).status).toBe(401)
    expect((await signIn(ada.email, 'nieuw paard accu')).status).toBe(201)
  })

  it('is chosen anew by a link that an administrator hands over, and everything else ends', async () => {
    const ada = await ground.member({})
    const made = await ada.call('POST', '/tokens', { name: 'script' })
    const first = await ground.owner.call('POST', `/accounts/${ada.id}/password-reset`)
    const { json } = await ground.owner.call('POST', `/accounts/${ada.id}/password-reset`)
    expect(json).toMatchObject({ mailed: false })
    const choose = (path: string, next: string) =>
      ground
        .visitor()
        .call('POST', '/password-resets/_complete', { token: tokenOf(path), password: next })
    // A newer link takes the place of the one before it.
    expect((await choose(first.json.path, 'nieuw paard accu')).status).toBe(401)
    // A refused password does not use the link up.
    expect((await choose(json.path, 'password1234')).status).toBe(400)
    expect((await choose(json.path, 'nieuw paard accu')).status).toBe(204)
    expect((await choose(json.path, 'nog een paard accu')).status).toBe(401)
    expect((await ada.call('GET', '/session')).status).toBe(401)
    const program = ground.visitor({ authorization: `Bearer ${made.json.token}` })
    expect((await program.call('GET', '/apps')).status).toBe(401)
    expect((await signIn(ada.email, 'nieuw paard accu')).status).toBe(201)
  })

  it('that is forgotten gets the same answer for every address, and a link of one kind opens no other', async () => {
    const ada = await ground.member({})
    const ask = (email: string) => ground.visitor().call('POST', '/password-resets', { email })
    const [known, unknown] = [await ask(ada.email), await ask('nobody@example.nl')]
    expect([known.status, unknown.status]).toEqual([202, 202])
    expect(known.json).toEqual(unknown.json)
    const { json } = await ground.owner.call('POST', `/accounts/${ada.id}/password-reset`)
    const token = tokenOf(json.path)
    expect((await ground.visitor().call('POST', '/session', { token })).status).toBe(401)
    expect((await ground.visitor().call('POST', '/email-verifications', { token })).status).toBe(
      401,
    )
    const signInLink = await ground.newLink()
    const body = { token: signInLink, password: 'nieuw paard accu' }
    expect((await ground.visitor().call('POST', '/password-resets/_complete', body)).status).toBe(
      401,
    )
  })
})
