import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlatformError } from '#platform/errors.ts'
import {
  type Answers,
  type GatewayGround,
  gatewayGround,
  type PlatformCall,
  recordingPlatform,
} from '#tests/support/gateway.ts'
import { typed } from '#tests/support/typed.ts'

let ground: GatewayGround
let home: string
/** What the platform answers; each test lays its own ready. */
let answers: Answers
let calls: PlatformCall[]

beforeAll(async () => {
  ground = await gatewayGround()
  home = await mkdtemp(join(tmpdir(), 'kade-cli-'))
  const recording = recordingPlatform(
    new Proxy({}, { get: (_, name) => Reflect.get(answers, name) }),
  )
  calls = recording.calls
  const { url } = await ground.start({ platform: recording.platform })
  await writeFile(join(home, 'connection.json'), JSON.stringify({ url, token: ground.token }))
})
afterAll(async () => {
  await ground?.stop()
  await rm(home, { recursive: true, force: true })
})

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
    answers = { listSecrets: () => ({ items, next: null }) }
    const { out } = await typed('secrets team-a/vectors', home, { env: { KADE_LANG: 'nl' } })
    expect(out).toMatch(/sessionKey +door Kade gemaakt +ja +nee +Sessiesleutel/)
    expect(out).toMatch(/adminPassword +door Kade gemaakt +ja +ja +admin +Eerste wachtwoord/)
  })

  it('--reveal prints the value alone, or the whole answer as JSON', async () => {
    const answer = { name: 'adminPassword', value: 'canary-7', title: purpose }
    answers = { revealSecret: () => answer }
    const plain = await typed('secrets team-a/vectors --reveal adminPassword', home)
    expect(plain).toEqual({ code: 0, out: 'canary-7', err: '' })
    const params = { namespace: 'team-a', name: 'vectors', secret: 'adminPassword' }
    expect(calls.at(-1)).toMatchObject({ actor: { via: 'cli' }, call: { params } })
    const { out } = await typed('secrets team-a/vectors --reveal adminPassword -o json', home)
    expect(JSON.parse(out)).toEqual(answer)
  })

  it('exits with 3 where a value is never shown', async () => {
    answers = {
      revealSecret: () => {
        throw new PlatformError('forbidden', 'The secret key is never shown: somebody gave it.')
      },
    }
    const { code, out, err } = await typed('secrets team-a/vectors --reveal key', home)
    expect([code, out]).toEqual([3, ''])
    expect(err).toContain('never shown')
  })
})
