import { describe, expect, it } from 'vitest'
import { PlatformError } from '#platform/errors.ts'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const cli = cliAtDoor()
const { kade, calls } = cli

describe('kade secrets', () => {
  const title = { en: 'Session key', nl: 'Sessiesleutel' }
  const purpose = { en: 'First password', nl: 'Eerste wachtwoord' }

  it('lists names, which can be shown and the user name that goes with it', async () => {
    const made = { kind: 'generated', inUse: true, title }
    const revealed = { purpose, userName: 'admin' }
    const items = [
      { name: 'sessionKey', ...made },
      { name: 'adminPassword', ...made, revealed },
    ]
    cli.answers = { listSecrets: () => ({ items, next: null }) }
    const { out } = await kade('secrets team-a/vectors', { env: { KADE_LANG: 'nl' } })
    expect(out).toMatch(/sessionKey +door Kade gemaakt +ja +nee +Sessiesleutel/)
    expect(out).toMatch(/adminPassword +door Kade gemaakt +ja +ja +admin +Eerste wachtwoord/)
  })

  it('--reveal prints the value alone, or the whole answer as JSON', async () => {
    const answer = { name: 'adminPassword', value: 'canary-7', title: purpose }
    cli.answers = { revealSecret: () => answer }
    const plain = await kade('secrets team-a/vectors --reveal adminPassword')
    expect(plain).toEqual({ code: 0, out: 'canary-7', err: '' })
    const params = { namespace: 'team-a', name: 'vectors', secret: 'adminPassword' }
    expect(calls.at(-1)).toMatchObject({ actor: { via: 'cli' }, call: { params } })
    const { out } = await kade('secrets team-a/vectors --reveal adminPassword -o json')
    expect(JSON.parse(out)).toEqual(answer)
  })

  it('exits with 3 where a value is never shown', async () => {
    cli.answers = {
      revealSecret: () => {
        throw new PlatformError('forbidden', 'The secret key is never shown: somebody gave it.')
      },
    }
    const { code, out, err } = await kade('secrets team-a/vectors --reveal key')
    expect([code, out]).toEqual([3, ''])
    expect(err).toContain('never shown')
  })
})
