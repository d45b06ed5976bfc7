import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSignInSettings } from './sign-in-settings.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kade-sso-'))
  await writeFile(join(folder, 'secret'), 'geheim\n')
})
afterAll(() => rm(folder, { recursive: true }))

async function fileWith(text: string): Promise<string> {
  const file = join(folder, 'sso.yaml')
  await writeFile(file, text)
  return file
}
const KADE_PUBLIC_URL = 'https://kade.example.nl/'

describe('how people come in', () => {
  it('is by links that are handed over, where nothing is said', async () => {
    expect(await readSignInSettings({})).toEqual({})
  })

  it('is read from the environment and the file that it names', async () => {
    const KADE_SINGLE_SIGN_ON = await fileWith(`
name: Gemeente Voorbeeld
issuer: https://login.example.nl
clientId: kade
clientSecretFile: ${join(folder, 'secret')}
groups:
  beheer: { roles: [platform-admin] }
  blauw: { teams: [{ team: blue, role: developer }] }
`)
    const KADE_SMTP_URL = 'smtps://kade:p%40ss@mail.example.nl'
    const settings = await readSignInSettings({
      KADE_PUBLIC_URL,
      KADE_SMTP_URL,
      KADE_MAIL_FROM: 'kade@example.nl',
      KADE_SINGLE_SIGN_ON,
    })
    expect(settings).toMatchObject({
      publicUrl: 'https://kade.example.nl',
      mail: { from: 'kade@example.nl', plain: false },
      singleSignOn: {
        clientSecret: 'geheim',
        redirectUri: 'https://kade.example.nl/api/v1/single-sign-on/callback',
        scopes: ['openid', 'email', 'profile'],
      },
    })
    expect(settings.singleSignOn?.groups.get('blauw')?.teams).toEqual([
      { team: 'blue', role: 'developer' },
    ])
  })

  it.each([
    [{ KADE_PUBLIC_URL: 'kade.example.nl' }, 'KADE_PUBLIC_URL'],
    [{ KADE_PUBLIC_URL: 'https://kade.example.nl/kade' }, 'KADE_PUBLIC_URL'],
    [{ KADE_SMTP_URL: 'smtp://a:geheim@b', KADE_MAIL_FROM: 'a@b.nl' }, 'needs KADE_PUBLIC_URL'],
    [{ KADE_PUBLIC_URL, KADE_SMTP_URL: 'https://a:geheim@b' }, 'no address of a mail server'],
    [{ KADE_PUBLIC_URL, KADE_SMTP_URL: 'smtp://a:geheim@b' }, 'KADE_MAIL_FROM'],
    [{ KADE_PUBLIC_URL, KADE_SINGLE_SIGN_ON: '/nowhere' }, 'cannot be read'],
  ])('refuses %j, and shows no password', async (env, why) => {
    const refused = await readSignInSettings(env).catch(error => String(error))
    expect(refused).toContain(why)
    expect(refused).not.toContain('geheim')
  })

  it('gives no role that is not there', async () => {
    const KADE_SINGLE_SIGN_ON = await fileWith(`
name: G
issuer: https://login.example.nl
clientId: kade
clientSecretFile: ${join(folder, 'secret')}
groups:
  beheer: { roles: [owner] }
`)
    await expect(readSignInSettings({ KADE_PUBLIC_URL, KADE_SINGLE_SIGN_ON })).rejects.toThrow(
      'groups.beheer.roles',
    )
  })
})
