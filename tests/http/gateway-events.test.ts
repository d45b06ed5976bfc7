import { randomUUID } from 'node:crypto'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EventView } from '#api/events.ts'
import { append } from '#platform/events/store.ts'
import { createToken, endSession } from '#platform/governance/sessions.ts'
import { type GatewayGround, gatewayGround, recordingPlatform } from '#tests/support/gateway.ts'

let ground: GatewayGround
beforeAll(async () => {
  ground = await gatewayGround()
  await deploy(deployments.chat, 'team-a', 'chat')
  await deploy(deployments.other, 'team-a', 'other')
  await deploy(deployments.far, 'team-b', 'chat')
})
afterAll(() => ground?.stop())

const deployments = { chat: randomUUID(), other: randomUUID(), far: randomUUID() }
const at = '2026-11-21T10:00:00.000Z'

/** A deployment as its first operation leaves it in the read model. */
async function deploy(id: string, namespace: string, name: string) {
  await ground.database.query(
    `insert into kade.operation (id, deployment, namespace, name, app, team, kind, state, deadline, actor, via)
     values ($1, $2, $3, $4, 'qdrant', 'platform', 'create', 'running', $5, 'a1', 'api')`,
    [randomUUID(), id, namespace, name, at],
  )
}

function tell(id: string, attempt: number) {
  const data = { operation: id, cluster: 'amsterdam', attempt, worker: 'w1' }
  return ground.database.transaction(tx =>
    append(tx, `deployment-${id}`, null, [{ type: 'DeploymentStarted', data }]),
  )
}

async function follow(
  url: string,
  query = '',
  headers: Record<string, string> = {},
  token = ground.token,
) {
  const over = new AbortController()
  const response = await fetch(`${url}/api/v1/events${query}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: over.signal,
  })
  const messages = response.body
    ?.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader()
  const next = async () => (await messages?.read())?.value
  return { response, next, close: () => over.abort() }
}

it('tells each event with its cursor, bare name and view', async () => {
  const { url } = await ground.start(recordingPlatform())
  const { response, next, close } = await follow(url)
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(response.headers.get('cache-control')).toBe('no-store')
  await tell(deployments.chat, 1)
  const message = await next()
  expect(message?.event).toBe('DeploymentStarted')
  const view = EventView.parse(JSON.parse(message?.data ?? ''))
  expect(view).toMatchObject({
    id: message?.id,
    name: 'DeploymentStarted',
    namespace: 'team-a',
    deployment: 'chat',
    operation: deployments.chat,
    data: { attempt: 1 },
  })
  close()
})

it('goes on after the Last-Event-ID, and tells of one namespace or deployment when asked', async () => {
  const { url } = await ground.start(recordingPlatform())
  const first = await follow(url)
  await tell(deployments.chat, 1)
  const after = { 'last-event-id': (await first.next())?.id ?? '' }
  first.close()
  await tell(deployments.far, 2)
  await tell(deployments.other, 3)
  await tell(deployments.chat, 4)
  const attempts = async (query: string, count: number) => {
    const { next, close } = await follow(url, query, after)
    const seen: unknown[] = []
    for (let i = 0; i < count; i++) seen.push(JSON.parse((await next())?.data ?? '').data.attempt)
    close()
    return seen
  }
  expect(await attempts('', 3)).toEqual([2, 3, 4])
  expect(await attempts('?namespace=team-a', 2)).toEqual([3, 4])
  expect(await attempts('?namespace=team-a&name=chat', 1)).toEqual([4])
})

it('refuses a cursor that is not ours', async () => {
  const { url } = await ground.start(recordingPlatform())
  const { response } = await follow(url, '', { 'last-event-id': "x'; drop table" })
  expect(response.status).toBe(400)
})

it('says nothing of what the account may not see', async () => {
  const may = (_actor: unknown, _action: string, scope: { team: string | null }) =>
    scope.team !== 'platform'
  const { url } = await ground.start({ ...recordingPlatform(), may })
  const { next, close } = await follow(url, '', { 'last-event-id': 'cluster.0~deployment.0' })
  await ground.database.transaction(tx =>
    append(tx, 'cluster-paris', null, [
      { type: 'ClusterUpdated', data: { cluster: 'paris', state: 'ready', message: 'Ready' } },
    ]),
  )
  expect((await next())?.event).toBe('ClusterUpdated')
  close()
})

it('ends with the gateway', async () => {
  const { app, url } = await ground.start(recordingPlatform())
  const { next } = await follow(url)
  await app.close()
  expect(await next()).toBeUndefined()
})

it('ends soon after the session did', { timeout: 30_000 }, async () => {
  const { url } = await ground.start(recordingPlatform())
  const token = await createToken(ground.database, ground.account, 'token')
  const { next } = await follow(url, '', {}, token)
  await endSession(ground.database, token)
  expect(await next()).toBeUndefined()
})

it('is not opened without end by one account, and a closed one makes room', async () => {
  const { url } = await ground.start(recordingPlatform())
  const open = await Promise.all(Array.from({ length: 20 }, () => follow(url)))
  expect(open.every(({ response }) => response.status === 200)).toBe(true)
  const refused = await follow(url)
  expect(refused.response.status).toBe(429)
  open[0]?.close()
  await expect.poll(async () => (await follow(url)).response.status).toBe(200)
})
