import { randomUUID } from 'node:crypto'
import { get } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RouteName } from '#api/contract.ts'
import { Problem } from '#api/problem.ts'
import { isDoorRoute } from '#gateway/contract-routes.ts'
import { PlatformError } from '#platform/errors.ts'
import { type GatewayGround, gatewayGround, recordingPlatform } from '#tests/support/gateway.ts'
import { addressOf, bodies, routes } from '#tests/support/route-calls.ts'

let ground: GatewayGround
beforeAll(async () => {
  ground = await gatewayGround()
})
afterAll(() => ground?.stop())

const operation = { id: randomUUID(), kind: 'create', state: 'queued' }

async function door(answers: Parameters<typeof recordingPlatform>[0] = {}, more = {}) {
  const { platform, calls } = recordingPlatform(answers)
  const { url } = await ground.start({ platform, ...more })
  const send = (path: string, init: RequestInit & { token?: string | null } = {}) => {
    const headers = new Headers(init.headers)
    const token = init.token === undefined ? ground.token : init.token
    if (token) headers.set('authorization', `Bearer ${token}`)
    return fetch(url + path, { redirect: 'manual', ...init, headers })
  }
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { url, calls, send, post }
}

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = Problem.strict().parse(await response.json())
  expect(problem.status).toBe(response.status)
  return problem
}

/** `fetch` sets the Host header itself; a browser at a name that leads here sends that name. */
function statusForHost(url: string, path: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = get(url + path, { headers: { host } }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    outgoing.on('error', reject)
  })
}

describe('every route of the contract', () => {
  it('answers 401 without a credential, and the platform is not asked', async () => {
    const { send, calls } = await door()
    for (const { name, route } of routes) {
      // For who is not known yet.
      if (route.action === 'session.open') continue
      const body = bodies[name]
      const response = await send(addressOf(route), {
        method: route.method,
        token: null,
        ...(body
          ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
          : {}),
      })
      expect([name, response.status, (await problemOf(response)).code]).toEqual([
        name,
        401,
        'unauthenticated',
      ])
    }
    expect(calls).toEqual([])
  })

  it('asks `may` with its own action, and refuses without a difference between hidden and absent', async () => {
    const asked: string[] = []
    const may = (_actor: unknown, action: string) => {
      asked.push(action)
      return false
    }
    const { send, calls } = await door({}, { may })
    for (const { name, route } of routes) {
      if (route.action === 'session.open') continue
      const body = bodies[name]
      const response = await send(addressOf(route), {
        method: route.method,
        ...(body
          ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
          : {}),
      })
      expect([name, asked.at(-1)]).toEqual([name, route.action])
      const problem = await problemOf(response)
      expect([name, problem.code]).toEqual([name, route.params ? 'not-found' : 'forbidden'])
    }
    expect(calls).toEqual([])
  })

  it('reaches the platform function of the same name with the parsed call', async () => {
    const { send, calls } = await door({ createDeployment: () => operation })
    for (const { name, route } of routes) {
      // The keys of the contract are the names of routes.
      if (isDoorRoute(name as RouteName)) continue
      const body = bodies[name]
      const response = await send(addressOf(route), {
        method: route.method,
        ...(body
          ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
          : {}),
      })
      expect([name, calls.at(-1)?.route]).toEqual([name, name])
      expect([name, response.status]).toEqual([name, Number(Object.keys(route.answers)[0])])
    }
    const list = calls.find(({ route }) => route === 'listDeployments')
    expect(list?.call.query).toEqual({ limit: 50, sort: 'name' })
    expect(list?.actor).toMatchObject({
      roles: ['platform-admin'],
      via: 'api',
      teams: ['platform'],
    })
  })
})

describe('an answer', () => {
  it('of a started operation is 202 with the operation in Location', async () => {
    const { post } = await door({ createDeployment: () => operation })
    const response = await post('/api/v1/deployments', bodies.createDeployment)
    expect(response.status).toBe(202)
    expect(response.headers.get('location')).toBe(`/api/v1/operations/${operation.id}`)
    expect(await response.json()).toEqual(operation)
  })

  it('carries the etag as header, and If-Match comes in with or without quotes', async () => {
    const { send, calls } = await door({ readDeployment: () => ({ etag: 'v7' }) })
    const read = await send('/api/v1/deployments/team-a/chat')
    expect(read.headers.get('etag')).toBe('"v7"')
    const quoted = await door({ readDeployment: () => ({ etag: '"v7"' }) })
    const again = await quoted.send('/api/v1/deployments/team-a/chat')
    expect(again.headers.get('etag')).toBe('"v7"')
    for (const header of ['"v7"', 'v7', 'W/"v7"'])
      await send('/api/v1/deployments/team-a/chat', {
        method: 'DELETE',
        headers: { 'if-match': header },
      })
    const held = calls.filter(({ route }) => route === 'deleteDeployment')
    expect(held.map(({ call }) => call.ifMatch)).toEqual(['v7', 'v7', 'v7'])
  })

  it('forbids to keep, sniff and frame it, and says the version of the API', async () => {
    const { send } = await door()
    for (const response of [
      await send('/api/v1/apps'),
      await send('/api/v1/apps', { token: null }),
    ]) {
      const header = (name: string) => response.headers.get(name)
      expect(header('cache-control')).toBe('no-store')
      expect(header('x-content-type-options')).toBe('nosniff')
      expect(header('x-frame-options')).toBe('DENY')
      expect(header('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(header('api-version')).toMatch(/^\d+\.\d+\.\d+$/)
      expect(header('access-control-allow-origin')).toBeNull()
      expect(header('strict-transport-security')).toBeNull()
    }
    const { url } = await ground.start({ ...recordingPlatform(), secureCookies: true })
    const secure = await fetch(`${url}/api/v1/apps`)
    expect(secure.headers.get('strict-transport-security')).toContain('max-age=')
  })

  it('passes on a refusal of the platform with its findings, and says when to come back', async () => {
    const detail = { en: 'at most 1', nl: 'hoogstens 1' }
    const refuse = () => {
      throw new PlatformError('quota-exceeded', 'Two CPUs are asked for, one is left.', {
        violations: [{ pointer: '/resources/limits/cpu', detail }],
        retryAfter: 7,
      })
    }
    const { post } = await door({ createDeployment: refuse })
    const response = await post('/api/v1/deployments', bodies.createDeployment)
    const problem = await problemOf(response)
    expect(problem).toMatchObject({ status: 422, code: 'quota-exceeded' })
    expect(problem.violations).toEqual([{ pointer: '/resources/limits/cpu', detail }])
    expect(response.headers.get('retry-after')).toBe('7')
  })

  it('to an error nobody foresaw is a request id and nothing of the error', async () => {
    const { send } = await door({
      listApps: () => {
        throw new Error('canary-8fd1 at /etc/secret.ts:12')
      },
    })
    const text = await (await send('/api/v1/apps')).text()
    expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'internal' })
    expect(JSON.parse(text).instance).toMatch(/^urn:uuid:/)
    expect(text).not.toMatch(/canary|secret\.ts|\bat\b.*:\d+/)
  })
})

describe('a request', () => {
  it('is told of every violation at once, each by JSON Pointer', async () => {
    const { post, send, calls } = await door()
    const body = {
      app: 'Qdrant',
      namespace: 'team-a',
      name: 'vectors',
      replicas: -1,
      colour: 'red',
      resources: { limits: { gpu: 1 } },
      bindings: { provider: { url: 'ftp://x' } },
      'a/b': 1,
    }
    const problem = await problemOf(await post('/api/v1/deployments', body))
    expect(problem).toMatchObject({ status: 400, code: 'request-invalid' })
    expect(problem.violations?.map(({ pointer }) => pointer).sort()).toEqual([
      '/app',
      '/a~1b',
      '/bindings/provider/url',
      '/colour',
      '/replicas',
      '/resources/limits/gpu',
    ])
    const query = await problemOf(await send('/api/v1/deployments?limit=500&page=2'))
    expect(query.violations?.map(({ pointer }) => pointer)).toEqual(['/query/limit', '/query/page'])
    const zero = await problemOf(await send('/api/v1/deployments?q=a%00b'))
    expect(zero.violations?.map(({ pointer }) => pointer)).toEqual(['/query/q'])
    expect(calls).toEqual([])
  })

  it('never hears its own secret values back', async () => {
    const { post } = await door()
    const secrets = { key: 'canary-1d2e', other: 17 }
    const body = { app: 'Qdrant', namespace: 'a', name: 'b', secrets, env: { '1x': 'canary-1d2e' } }
    expect(await (await post('/api/v1/deployments', body)).text()).not.toContain('canary')
    const broken = `{"secrets":{"key":"canary-1d2e"`
    expect(await (await post('/api/v1/deployments', broken)).text()).not.toContain('canary')
  })

  it('whose JSON has two meanings is refused', async () => {
    const { post, calls } = await door()
    const texts = [
      '{"app":"a","app":"b"}',
      '{"settings":{"__proto__":{"x":1}}}',
      '{"settings":{"\\u005f_proto__":{"x":1}}}',
      '{"replicas":9007199254740993}',
      '{"replicas":1e999}',
      '{"settings":{"a":[{"b":1,"b":2}]}}',
      '{"reason":"a\\u0000b"}',
      '{"reason":"half \\ud83d pair"}',
      `${'['.repeat(100)}${']'.repeat(100)}`,
      '{app: 1}',
      '{"replicas":NaN}',
    ]
    for (const text of texts) {
      const problem = await problemOf(await post('/api/v1/deployments', text))
      expect([text.slice(0, 40), problem.code, problem.violations?.length]).toEqual([
        text.slice(0, 40),
        'request-invalid',
        1,
      ])
    }
    const twice = await problemOf(
      await post('/api/v1/deployments', '{"settings":{"a":[0,{"b":1,"b":2}]}}'),
    )
    expect(twice.violations?.[0]?.pointer).toBe('/settings/a/1/b')
    expect(calls).toEqual([])
  })

  it('for a name that no thing can have answers like one for a thing that is not there', async () => {
    const { send, calls } = await door()
    for (const path of ['/deployments/team-a/UPPER', '/operations/17', '/deployments/a/..%2fb'])
      expect((await problemOf(await send(`/api/v1${path}`))).code).toBe('not-found')
    expect(calls).toEqual([])
  })

  it('with a body where none belongs, or of another type, is refused', async () => {
    const { post, send } = await door()
    const restart = '/api/v1/deployments/team-a/chat/restart'
    expect((await problemOf(await post(restart, { force: true }))).code).toBe('request-invalid')
    expect((await post(restart, '')).status).toBe(202)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const init = { method: 'POST', body: '{}', headers: { 'content-type': type } }
      const problem = await problemOf(await send('/api/v1/deployments', init))
      expect(problem.code).toBe('unsupported-media-type')
    }
  })

  it('to no route answers 404, or 405 with what is allowed; outsiders see 401', async () => {
    const { send } = await door()
    expect((await problemOf(await send('/api/v1/nothing'))).code).toBe('not-found')
    expect((await problemOf(await send('/api/v1/apps/'))).code).toBe('not-found')
    const wrong = await send('/api/v1/deployments/team-a/chat', { method: 'PATCH' })
    expect((await problemOf(wrong)).code).toBe('method-not-allowed')
    expect(wrong.headers.get('allow')).toBe('DELETE, GET, PUT')
    expect((await send('/api/v1/nothing', { token: null })).status).toBe(401)
    expect((await send('/api/v2', { token: null })).status).toBe(401)
    expect((await problemOf(await send('/nothing', { token: null }))).code).toBe('not-found')
  })

  it('that brings an app may be larger than others, and not without end', async () => {
    const { post, calls } = await door()
    const app = (length: number) => ({
      bundle: 'x'.repeat(length),
      passport: {},
      readme: '',
      icon: '<svg />',
    })
    await post('/api/v1/apps', app(1_000_000))
    expect(calls.map(one => one.route)).toEqual(['addApp'])
    const long = await problemOf(await post('/api/v1/apps', app(1_600_000)))
    expect(long.violations).toMatchObject([{ pointer: '/bundle' }])
    expect((await problemOf(await post('/api/v1/apps', app(4_200_000)))).status).toBe(413)
    const noPicture = { ...app(1), icon: '<script>' }
    const wrong = await problemOf(await post('/api/v1/apps', noPicture))
    expect(wrong.violations).toMatchObject([{ pointer: '/icon' }])
    expect(calls).toHaveLength(1)
  })

  it('that brings or removes an app is for who may change the catalogue', async () => {
    const may = (_: unknown, action: string) => action !== 'catalogue.change'
    const { post, send, calls } = await door({}, { may })
    const app = { bundle: 'x', passport: {}, readme: '', icon: '<svg />' }
    expect((await problemOf(await post('/api/v1/apps', app))).code).toBe('forbidden')
    const removed = await send('/api/v1/apps/notes', { method: 'DELETE' })
    // Everybody sees the catalogue, so that nothing is given away by saying who may.
    expect((await problemOf(removed)).next).toMatch(/platform engineer or platform admin/)
    expect(calls).toEqual([])
  })

  it('that is too large in body, address or headers is refused as such', async () => {
    const { post, send } = await door()
    const large = JSON.stringify({ settings: { text: 'x'.repeat(300_000) } })
    expect((await problemOf(await post('/api/v1/deployments', large))).status).toBe(413)
    expect((await problemOf(await send(`/api/v1/apps?q=${'x'.repeat(5000)}`))).status).toBe(414)
    const heavy = await send('/api/v1/apps', { headers: { 'x-long': 'x'.repeat(20_000) } })
    expect((await problemOf(heavy)).status).toBe(431)
  })

  it('that is no HTTP gets a problem and a closed connection', async () => {
    const { url } = await door()
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    const closed = new Promise(resolve => socket.on('close', resolve))
    socket.write('HELO kade\r\n\r\n')
    await closed
    const text = Buffer.concat(chunks).toString()
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'request-invalid' })
  })
})

describe('a request that is slow', () => {
  it('is ended with 408 when its headers do not arrive', { timeout: 20_000 }, async () => {
    const { url } = await door()
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    const closed = new Promise(resolve => socket.on('close', resolve))
    socket.write('GET /api/v1/apps HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
    await closed
    const text = Buffer.concat(chunks).toString()
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'request-timeout' })
  })
})

describe('an Idempotency-Key', () => {
  const body = {
    app: 'qdrant',
    namespace: 'team-a',
    name: 'vectors',
    secrets: { key: 'canary-77' },
  }
  const path = '/api/v1/deployments'

  it('gives the same answer to the same request, and runs it once', async () => {
    const { post, calls } = await door({
      createDeployment: () => ({ ...operation, id: randomUUID() }),
    })
    const key = randomUUID()
    const first = await post(path, body, { 'idempotency-key': key })
    const again = await post(path, body, { 'idempotency-key': key })
    expect(again.status).toBe(202)
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect(await again.json()).toEqual(await first.json())
    expect(calls).toHaveLength(1)
    const other = await post(path, { ...body, name: 'other' }, { 'idempotency-key': key })
    expect((await problemOf(other)).code).toBe('idempotency-key-reused')
  })

  it('lets one of many racing requests run', async () => {
    const slow = async () => {
      await new Promise(resolve => setImmediate(resolve))
      return { ...operation, id: randomUUID() }
    }
    const { post, calls } = await door({ createDeployment: slow })
    const key = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(path, body, { 'idempotency-key': key })),
    )
    const ids = await Promise.all(answers.map(answer => answer.json()))
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1)
    expect(calls).toHaveLength(1)
  })

  it('is taken over when the process that ran it died', async () => {
    const { post, calls } = await door({ createDeployment: () => operation })
    const key = randomUUID()
    await post(path, body, { 'idempotency-key': key })
    const died = "update kade.idempotency_key set answer = null, at = now() - interval '3 minutes'"
    await ground.database.query(died)
    expect((await post(path, body, { 'idempotency-key': key })).status).toBe(202)
    expect(calls).toHaveLength(2)
  })

  it('is free again after a refusal, which changed nothing', async () => {
    let full = true
    const answer = () => {
      if (full) throw new PlatformError('quota-exceeded', 'No room.')
      return operation
    }
    const { post } = await door({ createDeployment: answer })
    const key = randomUUID()
    expect((await post(path, body, { 'idempotency-key': key })).status).toBe(422)
    full = false
    expect((await post(path, body, { 'idempotency-key': key })).status).toBe(202)
  })

  it('leaves nothing of key and secrets in the database', async () => {
    const { post } = await door({ createDeployment: () => operation })
    const key = `canary-${randomUUID()}`
    await post(path, body, { 'idempotency-key': key })
    const rows = await ground.database.query('select * from kade.idempotency_key')
    expect(JSON.stringify(rows)).not.toContain('canary')
  })
})

describe('beside the API', () => {
  it('health and readiness are open, metrics are for this machine or a token', async () => {
    const { send, url } = await door()
    expect(await (await send('/healthz', { token: null })).json()).toEqual({ status: 'ok' })
    expect(await (await send('/readyz', { token: null })).json()).toEqual({ status: 'ready' })
    const metrics = await (await send('/metrics', { token: null })).text()
    expect(metrics).toContain(
      'kade_http_request_duration_seconds_count{method="GET",route="/healthz"',
    )
    const passedOn = { 'x-forwarded-for': '203.0.113.9' }
    expect((await send('/metrics', { token: null, headers: passedOn })).status).toBe(401)
    expect((await send('/metrics', { headers: passedOn })).status).toBe(200)
    expect(await statusForHost(url, '/metrics', 'rebound.example')).toBe(401)
  })

  it('the OpenAPI document stands at both its places', async () => {
    const { send } = await door()
    for (const path of ['/openapi.json', '/api/v1/openapi.json']) {
      const response = await send(path, { token: null })
      expect(await response.json()).toMatchObject({ openapi: '3.1.0' })
    }
  })
})
