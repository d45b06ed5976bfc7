import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { databaseProtocols } from '#api/databases.ts'
import { catalog } from '#catalog/index.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import { nextAfter } from '#platform/orchestration/advice.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'

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
  const value = `canary-${randomBytes(9).toString('hex')}`
  planted.push(value)
  return value
}

/** The forms in which a value may slip through a search for its plain text. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  // Base64 of the same bytes differs by where they begin: what stays the same at each offset is looked for.
  const shifted = [0, 1, 2].map(pad =>
    Buffer.concat([Buffer.alloc(pad), bytes])
      .toString('base64')
      .slice(4, -4),
  )
  return [value, bytes.toString('hex'), value.toUpperCase(), ...shifted]
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
  const leaks = [...rows].flatMap(([where, text]) =>
    planted.filter(value => formsOf(value).some(form => text.includes(form))).map(() => where),
  )
  expect([...new Set(leaks)]).toEqual([])
})

/** Blobs are compressed: their text is looked at, not their bytes. */
async function plainBlobs(database: PlatformGround['context']['database']): Promise<string> {
  const rows = await database.query<{ digest: string }>('select digest from kade.blob')
  const blobs = await Promise.all(rows.map(({ digest }) => readBlob(database, digest)))
  return JSON.stringify(blobs)
}
