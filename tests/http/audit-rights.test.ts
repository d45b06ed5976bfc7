import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditEntry, AuditList } from '#api/audit.ts'
import { createGateway } from '#gateway/gateway.ts'
import { type EventFeed, openFeed } from '#platform/events/feed.ts'
import { exportAudit } from '#platform/governance/audit/queries.ts'
import { chainAudit } from '#platform/governance/audit/sequencer.ts'
import { createToken } from '#platform/governance/sessions.ts'
import { ada, type PlatformGround, platformGround } from '#tests/support/platform-ground.ts'
import { addressOf, bodies, routes } from '#tests/support/route-calls.ts'

let ground: PlatformGround
let app: FastifyInstance
let feed: EventFeed
let url: string

beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('ours', 'a')
  await ground.namespace('theirs', 'b')
  const body = { app: 'qdrant', namespace: 'ours', name: 'vectors', settings: {} }
  await ground.platform.createDeployment(ada, { body })
  feed = openFeed(ground.context.database)
  app = await createGateway({
    platform: ground.platform,
    database: ground.context.database,
    feed,
    logger: pino({ level: 'silent' }),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  // A server that listens on TCP has an address of this form.
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await app?.close()
  await feed?.close()
  await ground?.stop()
})

async function somebody(roles: string[], member: Record<string, string> = {}) {
  const { database } = ground.context
  const id = randomUUID()
  await database.query(`insert into kade.account (id, name, roles) values ($1, 'x', $2)`, [
    id,
    roles,
  ])
  for (const [team, role] of Object.entries(member)) {
    await database.query('insert into kade.team (name) values ($1) on conflict do nothing', [team])
    await database.query('insert into kade.membership (account, team, role) values ($1, $2, $3)', [
      id,
      team,
      role,
    ])
  }
  const token = await createToken(database, id)
  const ask = (method: string, path: string, body?: unknown) =>
    fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { id, ask }
}

async function linesOf(actor: string): Promise<AuditEntry[]> {
  const { database } = ground.context
  while (await chainAudit(database));
  const lines = await Array.fromAsync(exportAudit(database, null, { actor }))
  return lines.map((line): AuditEntry => JSON.parse(line))
}

it('tells who looked at, or deployed into, what is another team’s, and lets that team see it', async () => {
  const { id, ask } = await somebody([], { b: 'developer' })
  expect((await ask('GET', '/api/v1/deployments/ours/vectors')).status).toBe(404)
  const body = { app: 'qdrant', namespace: 'ours', name: 'mine', settings: {} }
  expect((await ask('POST', '/api/v1/deployments', body)).status).toBe(422)
  // What is nobody's, and what is not there in one's own namespace, is a mistake and no attempt.
  expect((await ask('GET', '/api/v1/deployments/nobodys/vectors')).status).toBe(404)
  expect((await ask('GET', '/api/v1/deployments/theirs/vectors')).status).toBe(404)
  expect(
    (await linesOf(id)).map(line => [line.action, line.object.id, line.result, line.team]),
  ).toEqual([
    ['deployment.read', 'ours/vectors', 'deny', 'a'],
    ['deployment.create', 'ours/mine/qdrant', 'deny', 'a'],
  ])
  const maintainer = await somebody([], { a: 'team-maintainer' })
  const seen = (await (await maintainer.ask('GET', '/api/v1/audit')).json()) as AuditList
  expect(seen.items.filter(line => line.actor.id === id)).toHaveLength(2)
  expect(new Set(seen.items.map(line => line.team))).toEqual(new Set(['a']))
  expect(seen.head).toBeNull()
})

it('is read in full by those who look after all teams, and not by those who build', async () => {
  for (const role of ['auditor', 'privacy-officer', 'security-officer', 'platform-admin']) {
    const { ask } = await somebody([role])
    const all = (await (await ask('GET', '/api/v1/audit')).json()) as AuditList
    expect(all.head, role).toMatchObject({ seq: expect.any(Number) })
    expect((await ask('GET', '/api/v1/audit/_export')).status).toBe(200)
  }
  for (const one of [
    await somebody([], { a: 'developer' }),
    await somebody([], { a: 'viewer' }),
    await somebody(['platform-engineer']),
    await somebody(['product-manager']),
  ]) {
    expect((await one.ask('GET', '/api/v1/audit')).status).toBe(403)
    expect((await one.ask('GET', '/api/v1/audit/_export')).status).toBe(403)
  }
})

it('has a line for each change that went through, whatever the route', async () => {
  const { id, ask } = await somebody(['platform-admin'], { a: 'team-maintainer' })
  const ours = { namespace: 'ours', name: 'vectors', cluster: 'amsterdam' }
  const ofOneself = ['notification.read', 'notification.change']
  const changing = routes.filter(
    ({ name, route }) =>
      route.method !== 'GET' &&
      !route.action.endsWith('.read') &&
      !ofOneself.includes(route.action) &&
      name !== 'signIn',
  )
  const silent: string[] = []
  let through = 0
  for (const { name, route } of changing) {
    const before = (await linesOf(id)).length
    const answer = await ask(route.method, addressOf(route, ours), bodies[name])
    await answer.text()
    if (!answer.ok) continue
    through += 1
    const lines = (await linesOf(id)).slice(before)
    const fits = lines.some(
      line =>
        line.action === route.action && line.result === 'allow' && line.request && line.origin.ip,
    )
    if (!fits) silent.push(name)
  }
  expect(silent).toEqual([])
  expect(through).toBeGreaterThan(8)
})
