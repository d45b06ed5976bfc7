import { afterAll, beforeAll, expect, it } from 'vitest'
import { type IdentityGround, identityGround } from '#tests/support/identity.ts'

let ground: IdentityGround
beforeAll(async () => {
  ground = await identityGround()
})
afterAll(() => ground?.stop())

const start = async () =>
  (await ground.visitor().call('POST', '/device-logins', { client: 'kade on atlas' })).json
const ask = (deviceCode: string) =>
  ground.visitor().call('POST', '/device-logins/_token', { deviceCode })
/** Lets the time pass that a program waits between two questions. */
const wait = () =>
  ground.database.query(`update kade.device_login set asked_at = asked_at - interval '1 minute'`)

it('lets a program in as whoever approved its code, once, with all that the account may', async () => {
  const login = await start()
  expect(login.userCode).toMatch(/^[B-Z]{4}-[B-Z]{4}$/)
  expect((await ask(login.deviceCode)).json).toEqual({ state: 'pending', interval: 5 })
  const ada = await ground.member({ roles: ['auditor'] })
  const seen = await ada.call('GET', `/device-logins/${login.userCode}`)
  expect(seen.json).toMatchObject({ client: 'kade on atlas' })
  expect((await ada.call('POST', `/device-logins/${login.userCode}/approve`)).status).toBe(204)
  expect((await ada.call('POST', `/device-logins/${login.userCode}/deny`)).status).toBe(404)
  await wait()
  const both = await Promise.all([ask(login.deviceCode), ask(login.deviceCode)])
  const let_in = both.find(one => one.json.state === 'approved')
  expect(both.map(one => one.json.state).sort()).toEqual(['approved', 'expired'])
  expect(let_in?.json.account).toMatch(/^Member/)
  const terminal = ground.visitor({ authorization: `Bearer ${let_in?.json.token}` })
  expect((await terminal.call('GET', '/session')).json.account.roles).toEqual(['auditor'])
  const { json } = await ada.call('GET', '/sessions')
  const there = json.items.find((one: { kind: string }) => one.kind === 'terminal')
  expect(there).toMatchObject({ agent: 'kade on atlas' })
  await ada.call('DELETE', `/sessions/${there.id}`)
  expect((await terminal.call('GET', '/session')).status).toBe(401)
})

it('asked too soon says so, and wants longer pauses each time', async () => {
  const login = await start()
  await ask(login.deviceCode)
  expect((await ask(login.deviceCode)).json).toEqual({ state: 'slow-down', interval: 10 })
  expect((await ask(login.deviceCode)).json).toEqual({ state: 'slow-down', interval: 15 })
  await wait()
  expect((await ask(login.deviceCode)).json).toEqual({ state: 'pending', interval: 15 })
})

it('is over after ten minutes, when it was denied, and for codes that nobody gave out', async () => {
  const ada = await ground.member({})
  const denied = await start()
  expect((await ada.call('POST', `/device-logins/${denied.userCode}/deny`)).status).toBe(204)
  expect((await ask(denied.deviceCode)).json).toEqual({ state: 'denied' })
  const old = await start()
  await ground.database.query(
    `update kade.device_login set expires_at = now() where user_code = $1`,
    [old.userCode],
  )
  expect((await ask(old.deviceCode)).json).toEqual({ state: 'expired' })
  expect((await ada.call('POST', `/device-logins/${old.userCode}/approve`)).status).toBe(404)
  expect((await ada.call('GET', '/device-logins/BCDF-GHJK')).status).toBe(404)
  expect((await ask('a'.repeat(43))).json).toEqual({ state: 'expired' })
  expect(await ground.told()).toContain('DeviceLoginDenied')
})

it('is approved by nobody who is not signed in, nor from a page of another site', async () => {
  const login = await start()
  const approve = `/device-logins/${login.userCode}/approve`
  expect((await ground.visitor().call('POST', approve)).status).toBe(401)
  const ada = await ground.member({})
  const { cookie = '' } = ada.headers
  expect((await ground.visitor({ cookie }).call('POST', approve)).status).toBe(403)
  await wait()
  expect((await ask(login.deviceCode)).json.state).toBe('pending')
})
