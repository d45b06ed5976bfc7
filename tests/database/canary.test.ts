import { randomBytes, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { databaseProtocols } from '#api/databases.ts'
import type { Route } from '#api/route.ts'
import { catalog } from '#catalog/index.ts'
import { createGateway } from '#gateway/gateway.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import { type EventFeed, openFeed } from '#platform/events/feed.ts'
import { toldCategories } from '#platform/events/places.ts'
import { chainAudit } from '#platform/governance/audit/sequencer.ts'
import { createToken } from '#platform/governance/sessions.ts'
import { nextAfter } from '#platform/orchestration/advice.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'
import { addressOf, bodies, routes } from '#tests/support/route-calls.ts'
import { typed } from '#tests/support/typed.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('team-a', 'a')
})
afterAll(() => ground?.stop())

const planted: string[] = []

/** A value that stands nowhere else: what finds it has found a leak. */
function canary(): string {
  // Its signs are written in another way in each of URLs, JSON, HTML and shells.
  const value = `canary+/=&"'é-${randomBytes(16).toString('hex')}`
  planted.push(value)
  return value
}

/** The forms in which a value may slip through a search for its plain text. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  // Base64 of the same bytes differs by where they begin: what stays the same at each offset is looked for.
  const shifted = [0, 1, 2].map(pad => Buffer.concat([Buffer.alloc(pad), bytes]))
  const base64 = (['base64', 'base64url'] as const).flatMap(encoding =>
    shifted.map(one => one.toString(encoding).slice(4, -4)),
  )
  // Whoever cuts it in two, or shows its beginning or end alone, gives half of it away.
  const random = /[0-9a-f]{32}$/.exec(value)?.[0] ?? ''
  const halves = random === '' ? [] : [random.slice(0, 16), random.slice(16)]
  return [
    value,
    encodeURIComponent(value),
    bytes.toString('hex'),
    value.toUpperCase(),
    ...halves,
    ...base64,
  ]
}

/** Where any planted value stands, of texts by the name of their place. */
function leaksIn(places: ReadonlyMap<string, string>): string[] {
  const leaks = [...places].flatMap(([where, text]) =>
    planted.filter(value => formsOf(value).some(form => text.includes(form))).map(() => where),
  )
  return [...new Set(leaks)]
}

/** Everything in the database, as text: each row of each table of each schema. */
async function everyRow(): Promise<Map<string, string>> {
  const { database } = ground.context
  const tables = await database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('kade', 'message_store', 'pgboss')`,
  )
  const rows = new Map<string, string>()
  for (const { name } of tables) {
    const all = await database.query<{ text: string }>(`select t::text as text from ${name} t`)
    rows.set(name, all.map(row => row.text).join('\n'))
  }
  return rows
}

const answers: unknown[] = []

/** Keeps what a caller is told, answer or problem. */
async function told<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    const answer = await call
    answers.push(answer)
    return answer
  } catch (error) {
    const { message, details } = error as Error & { details?: unknown }
    answers.push({ message, details })
    return undefined
  }
}

it('a secret that was given stands nowhere but encrypted, whatever is done with it', async () => {
  const { platform, hub, context } = ground
  for (const { app } of catalog) {
    const name = freshName()
    const at = { params: { namespace: 'team-a', name } }
    const wish = () => ({
      settings: {},
      secrets: Object.fromEntries(
        app.secrets.filter(one => one.kind === 'provided').map(one => [one.name, canary()]),
      ),
      bindings: Object.fromEntries(
        app.needs.map(({ name, capability }) => {
          const [protocol = 'https:'] = Object.keys(databaseProtocols[capability] ?? {})
          return [name, { url: `${protocol}//provider.example`, secret: canary() }]
        }),
      ),
    })
    const body = () => ({ app: app.id, namespace: 'team-a', name, ...wish() })
    await told(platform.previewDeployment(ada, { body: body() }))
    await told(platform.createDeployment(ada, { body: { ...body(), secrets: { odd: canary() } } }))
    const made = await told(platform.createDeployment(ada, { body: body() }))
    if (!made) throw new Error(`${app.id} was refused: ${JSON.stringify(answers.at(-1))}`)
    const order = await hub.start(made.id, 'amsterdam', 'w1')
    if (order?.step.type !== 'apply') throw new Error('there is nothing to apply')
    planted.push(...Object.values(order.step.secrets))
    answers.push(order.step.work, order.step.question)
    await hub.applied(await ground.claim(made.id, 'amsterdam'))
    await hub.observed([seen(made)])
    await told(platform.listSecrets(ada, at))
    for (const { name: secret } of app.secrets.filter(one => one.revealed)) {
      const { value } = await platform.revealSecret(ada, { params: { ...at.params, secret } })
      expect(planted).toContain(value)
    }
    for (const { name: secret } of app.secrets.filter(one => !one.revealed))
      await told(platform.revealSecret(ada, { params: { ...at.params, secret } }))
    await told(platform.previewDeployment(ada, { body: body() }))
    await told(platform.updateDeployment(ada, { ...at, body: wish() }))
    const rollback = { revision: 1, configuration: 'then' } as const
    const back = await told(platform.rollbackDeployment(ada, { ...at, body: rollback }))
    const cause = { code: 'crash-loop', message: { en: 'It crashes.', nl: 'Het crasht.' } }
    await hub.failed(await ground.claim(back?.id ?? ''), cause, nextAfter('crash-loop', 1))
    await told(platform.readDeployment(ada, at))
    await told(platform.listRevisions(ada, { ...at, query: { limit: 50 } }))
    await told(platform.readTimeline(ada, { ...at, query: { limit: 50 } }))
    await told(platform.listOperations(ada, { query: { limit: 200 } }))
    await told(platform.listDeployments(ada, { query: { limit: 200, sort: 'name' } }))
    await told(platform.deleteDeployment(ada, { ...at, query: { data: 'keep' } }))
  }
  expect(planted.length).toBeGreaterThan(20)
  const rows = await everyRow()
  expect([...rows.keys()]).toEqual(expect.arrayContaining(['kade.blob', 'message_store.messages']))
  rows.set('answers', JSON.stringify(answers))
  rows.set('blobs', await plainBlobs(context.database))
  expect(leaksIn(rows)).toEqual([])
})

it('nor does any answer of the door, its log, its metrics, the audit or a terminal show it', async () => {
  const { database } = ground.context
  const log: string[] = []
  const feed = openFeed(database)
  const stopped = new AbortController()
  const heard = hear(feed, stopped.signal)
  const app = await createGateway({
    platform: ground.platform,
    database,
    feed,
    logger: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  // A server that listens on TCP has an address of this form.
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  let token = await tokenOfAdmin()
  const said = new Map<string, string>()
  const name = freshName()
  const given = { namespace: 'team-a', name, cluster: 'amsterdam', app: 'open-webui' }
  const secretly = () => ({
    app: 'open-webui',
    namespace: 'team-a',
    name,
    settings: { adminEmail: 'ada@example.org' },
    secrets: { adminPassword: canary() },
    bindings: { llm: { url: 'https://provider.example', secret: canary() } },
  })
  const ask = async (route: Route, body: unknown, more: Record<string, string> = {}) => {
    const response = await fetch(url + addressOf(route, given), {
      method: route.method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(route.stream ? { signal: AbortSignal.timeout(500) } : {}),
    })
    const headers = JSON.stringify([...response.headers])
    return headers + (route.stream ? '' : await response.text())
  }
  for (const { name: called, route } of routes) {
    const body = bodies[called]
    const { action } = route
    const takes = ['deployment.create', 'deployment.update', 'deployment.read'].includes(action)
    const bodiesToTry =
      body === undefined
        ? [undefined]
        : [
            takes ? { ...(body as object), ...secretly() } : body,
            // What is wrong about it is told; what stands there is not.
            { ...(body as object), secrets: { odd: canary(), adminPassword: [canary()] } },
            { ...(body as object), bindings: { llm: { url: 'no url', secret: canary() } } },
            { token: canary(), password: canary() },
            `{"secrets":{"adminPassword":"${randomBytes(16).toString('hex')}`,
          ]
    const answered: string[] = []
    for (const one of bodiesToTry) answered.push(await ask(route, one))
    answered.push(await ask(route, body, { authorization: `Bearer ${stranger()}` }))
    said.set(called, answered.join('\n'))
    if (called === 'signOut') token = await tokenOfAdmin()
  }
  for (const path of ['/metrics', '/readyz', '/openapi.json'])
    said.set(path, await (await fetch(url + path)).text())
  while (await chainAudit(database));
  for (const line of ['audit export', 'audit -o json', 'list -o json', 'operations -o json'])
    said.set(`kade ${line}`, await terminalSays(line, url, token))
  for (const line of [`status team-a/${name} -o json`, `secrets team-a/${name}`])
    said.set(`kade ${line}`, await terminalSays(line, url, token))
  await app.close()
  stopped.abort()
  said.set('events', JSON.stringify(await heard))
  await feed.close()
  said.set('log', log.join(''))
  expect(said.get('kade audit export')).toContain('RequestRefused')
  for (const [where, text] of await everyRow()) said.set(where, text)
  expect(said.get('kade.audit')).toContain('deployment.create')
  expect(leaksIn(said)).toEqual([])
})

/** A credential that opens nothing, and is a secret all the same: of another Kade, say. */
function stranger(): string {
  const value = randomBytes(16).toString('hex')
  planted.push(value)
  return value
}

async function tokenOfAdmin(): Promise<string> {
  const { database } = ground.context
  const id = randomUUID()
  await database.query(
    `insert into kade.account (id, name, roles) values ($1, 'admin', '{platform-admin}')`,
    [id],
  )
  await database.query(`insert into kade.team (name) values ('a') on conflict do nothing`)
  await database.query(
    `insert into kade.membership (account, team, role) values ($1, 'a', 'team-maintainer')`,
    [id],
  )
  const token = await createToken(database, id)
  planted.push(token)
  return token
}

/** Everything that streams, brokers and handlers are told. */
async function hear(feed: EventFeed, signal: AbortSignal): Promise<unknown[]> {
  const events: unknown[] = []
  for await (const event of feed.follow({ categories: toldCategories, signal })) events.push(event)
  return events
}

async function terminalSays(line: string, url: string, token: string): Promise<string> {
  const { out, err } = await typed(line, '/nowhere', { env: { KADE_URL: url, KADE_TOKEN: token } })
  return `${out}\n${err}`
}

/** Blobs are compressed: their text is looked at, not their bytes. */
async function plainBlobs(database: PlatformGround['context']['database']): Promise<string> {
  const rows = await database.query<{ digest: string }>('select digest from kade.blob')
  const blobs = await Promise.all(rows.map(({ digest }) => readBlob(database, digest)))
  return JSON.stringify(blobs)
}
