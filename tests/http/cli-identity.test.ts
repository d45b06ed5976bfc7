import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type IdentityGround, identityGround, password, tokenOf } from '#tests/support/identity.ts'
import { typed } from '#tests/support/typed.ts'

let ground: IdentityGround
let home: string
let elsewhere: string
beforeAll(async () => {
  ground = await identityGround()
  home = await mkdtemp(join(tmpdir(), 'kade-cli-'))
  elsewhere = await mkdtemp(join(tmpdir(), 'kade-cli-'))
  const connection = JSON.stringify({ url: ground.url, token: ground.token })
  await writeFile(join(home, 'connection.json'), connection)
})
afterAll(async () => {
  await ground?.stop()
  for (const folder of [home, elsewhere]) await rm(folder, { recursive: true, force: true })
})

const kade = (line: string, env: Record<string, string> = {}) => typed(line, home, { env })

it('invites somebody into a team, and lists, changes and deactivates the account', async () => {
  expect(await kade('teams create blue')).toMatchObject({ code: 0, out: 'Team blue is there.' })
  const invited = await kade('accounts invite ada@example.nl --team blue:developer --role auditor')
  expect(invited.code).toBe(0)
  const [link = ''] = invited.out.split('\n')
  expect(link).toContain(`${ground.url}/register#token=`)
  const body = { token: tokenOf(link), name: 'Ada', password }
  const ada = ground.visitor()
  expect((await ada.call('POST', '/registrations', body)).status).toBe(201)
  expect((await kade('accounts')).out).toMatch(
    /Ada +ada@example\.nl +auditor, blue:developer +active/,
  )
  expect((await kade('teams set blue ada@example.nl viewer')).out).toBe('Ada is viewer of blue.')
  expect((await kade('teams members blue')).out).toMatch(/Ada +ada@example\.nl +viewer/)
  expect((await kade('accounts roles ada@example.nl')).out).not.toContain('auditor')
  expect((await kade('teams remove blue ada@example.nl')).code).toBe(0)
  const dutch = await kade('accounts deactivate ada@example.nl', { LANG: 'nl_NL' })
  expect(dutch.out).toContain('gedeactiveerd')
  expect((await ada.call('GET', '/session')).status).toBe(401)
  expect((await kade('accounts activate ada@example.nl')).out).toContain('active')
  expect((await kade('accounts reset ada@example.nl')).out).toContain('/reset-password#token=')
})

it('says what is wrong with a line before it asks Kade', async () => {
  const wrong = [
    'accounts invite a@example.nl --role owner',
    'accounts invite a@example.nl --team blue',
    'accounts deactivate nobody@example.nl',
    'teams set blue ada@example.nl owner',
    'tokens create ci --scope all',
    'tokens create ci --days many',
    'tokens revoke nothing',
    'login kade.example.nl',
    'login http://kade.example.nl',
  ]
  for (const line of wrong) expect((await kade(line)).code, line).toBe(2)
  expect((await kade('login http://kade.example.nl', { LANG: 'nl' })).err).toContain(
    'geen https-adres',
  )
})

it('makes a token that lets a program in, and revokes it by its name', async () => {
  const made = await kade('tokens create ci --scope read --days 7')
  const [token = ''] = made.out.split('\n')
  const program = ground.visitor({ authorization: `Bearer ${token}` })
  expect((await program.call('GET', '/apps')).status).toBe(200)
  const listed = await kade('tokens')
  expect(listed.out).toMatch(/ci +read/)
  expect(listed.out).not.toContain(token)
  expect((await kade('tokens revoke ci')).code).toBe(0)
  expect((await program.call('GET', '/apps')).status).toBe(401)
})

it('signs a terminal in that somebody lets in from the portal, and out again', async () => {
  const ada = await ground.member({ roles: ['auditor'] })
  const login = typed(`login ${ground.url}/`, elsewhere)
  const code = await vi.waitFor(async () => {
    const [row] = await ground.database.query<{ user_code: string }>(
      'select user_code from kade.device_login where account is null',
    )
    if (!row) throw new Error('not begun yet')
    return row.user_code
  }, 10_000)
  expect((await ada.call('POST', `/device-logins/${code}/approve`)).status).toBe(204)
  const { code: exitCode, out } = await login
  expect(exitCode).toBe(0)
  expect(out).toContain(`${ground.url}/device#code=${code}`)
  expect(out).toMatch(/Signed in as Member/)
  const file = join(elsewhere, 'login.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const { token } = JSON.parse(await readFile(file, 'utf8'))
  expect(out).not.toContain(token)
  expect((await typed('accounts', elsewhere)).code).toBe(0)
  expect((await typed('logout', elsewhere)).out).toBe('Signed out.')
  const terminal = ground.visitor({ authorization: `Bearer ${token}` })
  expect((await terminal.call('GET', '/session')).status).toBe(401)
  expect((await typed('accounts', elsewhere)).code).toBe(7)
}, 60_000)
