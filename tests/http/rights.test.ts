import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contract } from '#api/contract.ts'
import type { InstallationRole, TeamRole } from '#api/roles.ts'
import { createGateway } from '#gateway/gateway.ts'
import { putBlobs } from '#platform/deployments/blobs.ts'
import { openFeed } from '#platform/events/feed.ts'
import { may } from '#platform/governance/may.ts'
import { createToken } from '#platform/governance/sessions.ts'
import { ada, type PlatformGround, platformGround } from '#tests/support/platform-ground.ts'
import { addressOf, bodies, routes } from '#tests/support/route-calls.ts'

let ground: PlatformGround
let app: FastifyInstance
let url: string
/** What stands in namespace ours of team a, by the name of the parameter that leads to it. */
let ours: Record<string, string>
const feeds: { close(): Promise<void> }[] = []

beforeAll(async () => {
  ground = await platformGround()
  const { database } = ground.context
  await ground.cluster('amsterdam', 0)
  await ground.namespace('ours', 'a')
  const qdrant = { app: 'qdrant', namespace: 'ours', name: 'vectors', settings: {} }
  const body = contract.createDeployment.body.parse(qdrant)
  const operation = await ground.platform.createDeployment(ada, { body })
  // An address of loopback, which this ground allows; nothing is sent to it.
  const hook = contract.createWebhook.body.parse({ name: 'tickets', url: 'http://127.0.0.1:9/' })
  const webhook = await ground.platform.createWebhook(ada, { body: hook })
  // No finding stands in the way of it, so nobody asked: one that was is laid ready.
  const approval = randomUUID()
  const [none = ''] = await putBlobs(database, [{}])
  await database.query(
    `insert into kade.approval (id, version, kind, state, team, namespace, deployment, policy, approver, shown, content,
       reason, until, expires_at, authors, requested_by, requested_at)
     values ($1, 0, 'exception', 'requested', 'a', 'ours', 'vectors', 'image-known', 'security-officer', $2, 'x',
       'x', now(), now(), '{}', 'ada', now())`,
    [approval, none],
  )
  ours = {
    ...{ namespace: 'ours', name: 'vectors', operation: operation.id },
    ...{ webhook: webhook.id, approval },
  }
  const feed = openFeed(database)
  feeds.push(feed)
  const logger = pino({ level: 'silent' })
  app = await createGateway({ platform: ground.platform, database, feed, logger })
  await app.listen({ host: '127.0.0.1', port: 0 })
  // A server that listens on TCP has an address of this form.
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await app?.close()
  await Promise.all(feeds.map(feed => feed.close()))
  await ground?.stop()
})

const viewer = {
  id: 'v',
  roles: [],
  memberships: { a: 'viewer' },
  teams: ['a'],
  via: 'api',
} as const

type Rights = {
  readonly roles?: readonly InstallationRole[]
  readonly member?: Readonly<Record<string, TeamRole>>
}

async function somebody({ roles = [], member = {} }: Rights) {
  const { database } = ground.context
  const id = randomUUID()
  await database.query(`insert into kade.account (id, name, roles) values ($1, 'x', $2)`, [
    id,
    [...roles],
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
  return async (method: string, path: string, body?: unknown) => {
    const authorization = `Bearer ${token}`
    const json = { authorization, 'content-type': 'application/json' }
    const answer = await fetch(url + path, {
      method,
      headers: body === undefined ? { authorization } : json,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    // The request id is another one each time; and what a thing is called is what was asked.
    const text = (await answer.text())
      .replace(/"instance":"[^"]*"/, '"instance":"…"')
      .replaceAll(/\b(ours|nobodys)\b/g, '…')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')
    return { status: answer.status, text }
  }
}

const ofTeams = routes.filter(
  ({ name, route }) =>
    /\{(namespace|operation|webhook|approval)\}/.test(route.path) && name !== 'streamEvents',
)
const nobodys = {
  namespace: 'nobodys',
  name: 'vectors',
  operation: randomUUID(),
  webhook: randomUUID(),
  approval: randomUUID(),
}

describe('who is of another team', () => {
  it.each(ofTeams)(
    'gets of $name the answer that what is not there gets',
    async ({ name, route }) => {
      const stranger = await somebody({ member: { b: 'team-maintainer' } })
      const foreign = await stranger(route.method, addressOf(route, ours), bodies[name])
      const absent = await stranger(route.method, addressOf(route, nobodys), bodies[name])
      expect(foreign).toEqual(absent)
      // A list of a namespace is empty for both.
      if (foreign.status !== 200) expect(foreign.status).toBe(404)
      else expect(foreign.text).not.toContain('vectors')
    },
  )

  it('deploys nothing into it, and hears no more than of a namespace that is not there', async () => {
    const stranger = await somebody({ member: { b: 'developer' } })
    const body = (namespace: string) => ({ app: 'qdrant', namespace, name: 'mine', settings: {} })
    const foreign = await stranger('POST', '/api/v1/deployments', body('ours'))
    expect(foreign).toEqual(await stranger('POST', '/api/v1/deployments', body('nobodys')))
    expect(foreign.status).toBe(422)
  })
})

describe('who looks on', () => {
  const changes = ofTeams.filter(({ route }) => !may(viewer, route.action, { team: 'a' }))

  it.each(changes)('hears of $name who may, and changes nothing', async ({ name, route }) => {
    const looking = await somebody({ member: { a: 'viewer', b: 'team-maintainer' } })
    const { status, text } = await looking(route.method, addressOf(route, ours), bodies[name])
    // The webhooks of a team are seen by those who build.
    const seen = !route.action.startsWith('webhook.')
    expect(status).toBe(seen ? 403 : 404)
    if (seen)
      expect(JSON.parse(text).next).toMatch(
        /^Ask somebody who can: .*(developer|team maintainer|officer)/,
      )
  })

  it('sees the deployment, and where it is a developer changes it', async () => {
    const looking = await somebody({ member: { a: 'viewer' } })
    expect((await looking('GET', '/api/v1/deployments/ours/vectors')).status).toBe(200)
    const building = await somebody({ member: { a: 'developer' } })
    const cancel = `/api/v1/operations/${ours.operation}/cancel`
    expect((await looking('POST', cancel)).status).toBe(403)
    expect((await building('POST', cancel)).status).toBe(202)
  })
})

it('tells each account what it may do, so that a page can leave out what is for others', async () => {
  const looking = await somebody({ member: { a: 'viewer' } })
  const { may: mine } = JSON.parse((await looking('GET', '/api/v1/session')).text)
  expect(mine).toContain('deployment.read')
  expect(mine).not.toContain('deployment.update')
  const officer = await somebody({ roles: ['security-officer'] })
  const { may: theirs } = JSON.parse((await officer('GET', '/api/v1/session')).text)
  expect(theirs).toContain('approval.decide')
  expect(theirs).not.toContain('deployment.create')
})

describe('a role of the installation', () => {
  it.each([
    ['auditor', 200, 403],
    ['security-officer', 200, 403],
    ['platform-engineer', 200, 403],
    ['platform-admin', 200, 202],
    ['product-manager', 404, 404],
    ['community-member', 404, 404],
  ] as const)(
    '%s reads a deployment of any team with %d and restarts it with %d',
    async (role, read, change) => {
      const one = await somebody({ roles: [role] })
      expect((await one('GET', '/api/v1/deployments/ours/vectors')).status).toBe(read)
      const restart = await one('POST', '/api/v1/deployments/ours/vectors/restart')
      // What was never applied cannot be restarted: a refusal for another reason than who asks.
      expect(restart.status === 409 ? 202 : restart.status).toBe(change)
    },
  )

  it('reaches a team that came after it signed in', async () => {
    const auditor = await somebody({ roles: ['auditor'] })
    await ground.namespace('later', 'c')
    await ground.context.database.query(`insert into kade.team (name) values ('c')`)
    expect((await auditor('GET', '/api/v1/namespaces/later')).status).toBe(200)
  })

  it('shows no password of a team to the platform admin', async () => {
    const admin = await somebody({ roles: ['platform-admin'] })
    const path = '/api/v1/deployments/ours/vectors/secrets/api-key/reveal'
    expect((await admin('POST', path)).status).toBe(403)
  })
})
