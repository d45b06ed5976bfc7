import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '#api/audit.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { PlatformError } from '#platform/errors.ts'
import { exportAudit } from '#platform/governance/audit/queries.ts'
import { chainAudit } from '#platform/governance/audit/sequencer.ts'
import { may } from '#platform/governance/may.ts'
import {
  type Answers,
  type GatewayGround,
  gatewayGround,
  type PlatformCall,
  recordingPlatform,
} from '#tests/support/gateway.ts'

let ground: GatewayGround
let url: string
let calls: PlatformCall[]
const answers: Answers = {}
const id = '1e4a0000-0000-4000-8000-000000000000'

beforeAll(async () => {
  ground = await gatewayGround()
  const recording = recordingPlatform(
    new Proxy({}, { get: (_, name) => Reflect.get(answers, name) }),
  )
  calls = recording.calls
  url = (await ground.start({ platform: recording.platform })).url
})
afterAll(() => ground?.stop())
beforeEach(() => {
  for (const name of Object.keys(answers)) Reflect.deleteProperty(answers, name)
  calls.length = 0
})

const ask = (
  method: string,
  path: string,
  more: { body?: unknown; token?: string; at?: string } = {},
) =>
  fetch(`${more.at ?? url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${more.token ?? ground.token}`,
      'user-agent': 'audit-test/1\u00ff',
      ...(more.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  })

/** The lines that what is done makes. */
async function linesOf(run: () => Promise<unknown>): Promise<AuditEntry[]> {
  const { database } = ground
  const all = async () => {
    while (await chainAudit(database));
    const lines = await Array.fromAsync(exportAudit(database, null, {}))
    return lines.map((line): AuditEntry => JSON.parse(line))
  }
  const before = (await all()).length
  await run()
  return (await all()).slice(before)
}

describe('a refusal leaves a line', () => {
  it.each([
    ['forbidden', 'deny'],
    ['not-found', 'deny'],
    ['quota-exceeded', 'deny'],
    ['no-placement', 'deny'],
    ['cluster-unreachable', 'error'],
  ] as const)('of a change that ends as %s', async (code, result) => {
    answers.restartDeployment = () => {
      throw new PlatformError(code, 'No.')
    }
    const [line, ...more] = await linesOf(() => ask('POST', `/deployments/team-a/${code}/restart`))
    expect(more).toEqual([])
    expect(line).toMatchObject({
      event: 'RequestRefused',
      action: 'deployment.update',
      object: { kind: 'deployment', id: `team-a/${code}` },
      result,
      code,
      origin: { client: 'audit-test/1', ip: '127.0.0.1' },
      actor: { id: ground.account, via: 'api' },
      at: expect.stringMatching(/Z$/),
      request: expect.stringMatching(/^[-0-9a-f]{36}$/),
    })
    expect(line?.actor.roles).not.toEqual([])
  })

  it('with the policies that refused', async () => {
    const text = { en: '', nl: '' }
    const finding = { policy: 'restricted-container', severity: 'deny', path: '/x', message: text }
    answers.createDeployment = () => {
      // Only what the line takes from it matters.
      throw new PlatformError('policy-denied', 'No.', { findings: [finding, finding] as never })
    }
    const body = { app: 'ollama', namespace: 'team-a', name: 'chat', settings: {} }
    const [line] = await linesOf(() => ask('POST', '/deployments', { body }))
    expect(line).toMatchObject({
      action: 'deployment.create',
      object: { id: 'team-a/chat/ollama' },
      policies: ['restricted-container'],
    })
  })

  it('of a stranger, with nothing of what they sent but their address', async () => {
    const told = await linesOf(() =>
      Promise.all([
        ask('GET', '/deployments/team-a/canary', { token: `${'x'.repeat(40)}` }),
        ask('GET', '/clusters', { token: `${'y'.repeat(40)}` }),
        fetch(`${url}/api/v1/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token: 'z'.repeat(40) }),
        }),
      ]),
    )
    // A link that is not good is an event of its own.
    const [signIn, ...noMore] = told.filter(one => one.event === 'SignInRefused')
    expect([signIn?.actor.id, noMore]).toEqual(['unknown', []])
    const [line, ...more] = told.filter(one => one.event !== 'SignInRefused')
    // Alike to the audit: the others are counted, and told after a minute.
    expect(more).toEqual([])
    expect(line).toMatchObject({
      actor: { id: 'anonymous' },
      code: 'unauthenticated',
      object: { id: 'unknown' },
      origin: { ip: '127.0.0.1' },
    })
  })

  it('of a role that may not, and none of what was asked in the wrong way', async () => {
    const recording = recordingPlatform()
    const strict = await ground.start({
      platform: recording.platform,
      may: (actor, action, scope) => action !== 'cluster.change' && may(actor, action, scope),
    })
    const [line, ...more] = await linesOf(async () => {
      await ask('DELETE', '/clusters/paris/cordon', { at: strict.url })
      await ask('POST', '/deployments', { at: strict.url, body: { nonsense: true } })
      await ask('GET', '/deployments/team-a/none', { at: strict.url })
    })
    expect(more).toEqual([])
    expect(line).toMatchObject({
      action: 'cluster.change',
      object: { id: 'paris' },
      result: 'deny',
    })
  })
})

describe('what leaves no event of its own', () => {
  it('has a line of the door, written before', async () => {
    const lines = await linesOf(async () => {
      await ask('POST', `/dead-letters/${id}/discard`)
      await ask('POST', `/sign-in-links`)
      await (await ask('GET', '/audit/_export')).text()
      await ask('POST', '/notifications/_read')
      await ask('GET', '/clusters')
    })
    expect(lines.map(line => [line.event, line.action, line.object.id, line.result])).toEqual([
      ['RequestAllowed', 'dead-letter.change', id, 'allow'],
      ['RequestAllowed', 'session.invite', 'all', 'allow'],
      ['RequestAllowed', 'audit.read', 'all', 'allow'],
    ])
    expect(calls.map(call => call.route)).toContain('discardDeadLetter')
  })

  it('is not done where that line cannot be written, while others read on', async () => {
    const admin = await openDatabase(ground.adminUrl)
    const write =
      'EXECUTE ON FUNCTION message_store.write_message(varchar, varchar, varchar, jsonb, jsonb, bigint)'
    const [role] = await ground.database.query<{ me: string }>('SELECT current_user AS me')
    await admin.query(`REVOKE ${write} FROM ${role?.me}`)
    try {
      expect((await ask('POST', `/dead-letters/${id}/discard`)).status).toBe(500)
      expect(calls).toEqual([])
      expect((await ask('GET', '/clusters')).status).toBe(200)
      // A refusal stays one, although nobody could write it down.
      answers.restartDeployment = () => {
        throw new PlatformError('forbidden', 'No.')
      }
      expect((await ask('POST', '/deployments/team-a/late/restart')).status).toBe(403)
    } finally {
      await admin.query(`GRANT ${write} TO ${role?.me}`)
      await admin.close()
    }
    expect((await ask('POST', `/dead-letters/${id}/discard`)).status).toBe(204)
  })
})

it('is exported line by line, as text that can be checked, chosen as a list is', async () => {
  const response = await ask('GET', '/audit/_export?result=deny')
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
  const lines = (await response.text()).trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(3)
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ result: 'deny' })
  expect((await ask('GET', '/audit/_export?from=yesterday')).status).toBe(400)
})

it('says in the metrics how far it is behind', async () => {
  const metrics = async () => (await fetch(`${url}/metrics`)).text()
  await linesOf(async () => {})
  expect(await metrics()).toContain('kade_audit_lag_events 0\n')
  await ask('POST', `/dead-letters/${id}/discard`)
  expect(await metrics()).toMatch(/^kade_audit_lag_events 1$/m)
  expect(await metrics()).toMatch(/^kade_audit_lag_seconds 0\.\d+$/m)
})
