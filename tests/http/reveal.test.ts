import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type GatewayGround, gatewayGround, recordingPlatform } from '#tests/support/gateway.ts'

let ground: GatewayGround
beforeAll(async () => {
  ground = await gatewayGround()
})
afterAll(() => ground?.stop())

const value = 'canary-of-the-first-password'
const address = '/api/v1/deployments/team-a/chat/secrets/firstAdminPassword/reveal'

it('a revealed value is kept by nobody on its way: no cache, no answer for an idempotency key, no log', async () => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const title = { en: 'First password', nl: 'Eerste wachtwoord' }
  const { platform, calls } = recordingPlatform({
    revealSecret: () => ({ name: 'firstAdminPassword', value, title }),
  })
  const { url } = await ground.start({ platform, logger: pino({ level: 'trace' }, sink) })
  const headers = { authorization: `Bearer ${ground.token}`, 'idempotency-key': 'the-same-key' }
  for (const time of [1, 2]) {
    const response = await fetch(url + address, { method: 'POST', headers })
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await response.json()).toMatchObject({ value })
    expect(calls).toHaveLength(time)
  }
  const kept = await ground.database.query('select * from kade.idempotency_key')
  expect(JSON.stringify(kept)).not.toContain(value)
  expect(kept).toEqual([])
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.join('')).not.toContain(value)
})

it('takes no name that is no secret name', async () => {
  const { platform, calls } = recordingPlatform()
  const { url } = await ground.start({ platform })
  const headers = { authorization: `Bearer ${ground.token}` }
  const odd = address.replace('firstAdminPassword', '%2e%2e%2fkey')
  const response = await fetch(url + odd, { method: 'POST', headers })
  expect([400, 404]).toContain(response.status)
  expect(calls).toEqual([])
})
