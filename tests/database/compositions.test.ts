import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CompositionMember, CreateComposition } from '#api/compositions.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { placesOf } from '#tests/support/places.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
let namespace: string
beforeAll(async () => {
  ground = await platformGround()
})
// Anew before each test: what a silent cluster holds is shown as unknown.
beforeEach(() => ground.cluster('amsterdam', 0))
afterAll(() => ground?.stop())

type Wish = Partial<CompositionMember> & Pick<CompositionMember, 'name' | 'app'>

const chat: Wish = { name: 'chat', app: 'open-webui' }
const store: Wish = { name: 'store', app: 'qdrant' }
const models: Wish = { name: 'models', app: 'ollama' }

/** A wish in a namespace of its own. */
async function wish(...members: Wish[]): Promise<CreateComposition> {
  namespace = freshName()
  await ground.namespace(namespace, 'a')
  return { namespace, name: 'assistant', members: members.map(full) }
}

function full(member: Wish): CompositionMember {
  return { settings: {}, ...member }
}

function make(body: CreateComposition, actor = ada) {
  return ground.platform.createComposition(actor, { body })
}

async function made(...members: Wish[]): Promise<readonly OperationOfDeployment[]> {
  return (await make(await wish(...members))).operations
}

const key = () => ({ params: { namespace, name: 'assistant' } })

function change(...members: Wish[]) {
  return ground.platform.updateComposition(ada, { ...key(), body: { members: members.map(full) } })
}

function foresee(...members: Wish[]) {
  const body = { namespace, name: 'assistant', members: members.map(full) }
  return ground.platform.previewComposition(ada, { body })
}

function remove() {
  return ground.platform.deleteComposition(ada, { ...key(), query: { data: 'keep' } })
}

function look(actor = ada) {
  return ground.platform.readComposition(actor, key())
}

function names(operations: readonly OperationOfDeployment[]): string[] {
  return operations.map(({ kind, name }) => `${kind} ${name}`)
}

function start({ id }: { id: string }) {
  return ground.hub.start(id, 'amsterdam', 'w1')
}

async function serve(operation: OperationOfDeployment): Promise<void> {
  expect(await start(operation), operation.name).not.toBeNull()
  await ground.hub.applied(await ground.claim(operation.id))
  await ground.hub.observed([seen(operation, { revision: operation.revision })])
  if (operation.kind === 'create') return
  expect(await start(operation), operation.name).toMatchObject({ step: { type: 'settle' } })
  await ground.hub.settled(await ground.claim(operation.id))
}

async function served(...members: Wish[]): Promise<readonly OperationOfDeployment[]> {
  const operations = await made(...members)
  for (const operation of operations) await serve(operation)
  return operations
}

async function gone(operation: OperationOfDeployment): Promise<void> {
  expect(await start(operation), operation.name).toMatchObject({ step: { type: 'remove' } })
  await ground.hub.removed(await ground.claim(operation.id))
}

describe('a composition that is asked for', () => {
  it('is queued whole, providers first, bound by itself, with the credentials of its members', async () => {
    const operations = await made(chat, store, models)
    expect(names(operations)).toEqual(['create store', 'create models', 'create chat'])
    const { desired, id } = await ground.platform.readDeployment(ada, {
      params: { namespace, name: 'chat' },
    })
    expect(desired.bindings).toEqual({ llm: `${namespace}/models`, vectors: `${namespace}/store` })
    const [first] = operations
    const values = (deployment = '') =>
      ground.context.secrets.read(ground.context.database, deployment, 1)
    const apiKey = (await values(first?.deployment)).apiKey
    expect(apiKey).toBeTruthy()
    expect((await values(id))['vectors.key']).toBe(apiKey)
  })

  it('is seen with its members in order, what each uses, and what it waits for', async () => {
    const operations = await made(chat, store, models)
    const last = operations.at(-1)
    if (!last) throw new Error('nothing was asked')
    expect(await start(last)).toBeNull()
    const seen = await look()
    expect(seen).toMatchObject({ namespace, name: 'assistant', size: 3, state: 'changing' })
    expect(seen.members.map(one => [one.deployment.name, one.uses])).toEqual([
      ['store', []],
      ['models', []],
      ['chat', ['store', 'models']],
    ])
    const waiting = seen.members[2]?.deployment.operation
    expect(waiting?.waitsFor?.map(one => one.target)).toEqual([
      `${namespace}/models`,
      `${namespace}/store`,
    ])
    expect(Date.parse(waiting?.deadline ?? '')).toBeGreaterThan(
      Date.parse(operations[0]?.deadline ?? '') + 500_000,
    )
    for (const operation of operations) await serve(operation)
    expect(await look()).toMatchObject({ state: 'ready' })
    expect(
      await ground.platform.listCompositions(ada, { query: { limit: 10, namespace } }),
    ).toEqual({
      items: [{ namespace, name: 'assistant', team: 'a', environment: 'dev', size: 3 }],
      next: null,
    })
  })

  it('marks its objects as its part', async () => {
    const [operation] = await made(models, chat)
    if (!operation) throw new Error('nothing was asked')
    const order = await start(operation)
    if (order?.step.type !== 'apply') throw new Error('no apply')
    for (const { metadata } of order.step.work.objects)
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/part-of': 'assistant',
        'app.kubernetes.io/instance': 'models',
      })
  })

  it('is judged whole before anything happens, and everything is said by place', async () => {
    const taken = await wish(models)
    const alone = { app: 'qdrant', namespace, name: 'store', settings: {} }
    await ground.platform.createDeployment(ada, { body: alone })
    const members = [
      { ...chat, settings: { nonsense: 1 }, bindings: { llm: 'nobody' } },
      store,
      { name: 'x', app: 'no-such-app' },
      { ...models, resources: { limits: { memory: '9000Gi' } } },
      { ...models, name: 'models' },
    ]
    const body = { ...taken, members: members.map(full) }
    const preview = await ground.platform.previewComposition(ada, { body })
    expect(preview.allowed).toBe(false)
    expect(preview.violations.map(one => one.pointer)).toEqual(
      expect.arrayContaining([
        '/members/0/settings/nonsense',
        '/members/0/bindings/llm',
        '/members/1/name',
        '/members/2/app',
        '/members/4/name',
      ]),
    )
    const denied = preview.findings.find(one => one.severity === 'deny')
    expect(denied?.path).toMatch(/^\/members\/3\/resources\/limits\/memory/)
    expect(denied?.fix?.[0]?.path ?? denied?.path).toMatch(/^\/members\/3\//)
    await expect(make(body)).rejects.toMatchObject({
      code: 'settings-invalid',
      details: { violations: preview.violations, findings: preview.findings },
    })
    const { items } = await ground.platform.listDeployments(ada, {
      query: { limit: 10, namespace, sort: 'name' },
    })
    expect(items.map(one => one.name)).toEqual(['store'])
  })

  it('is refused where its members need each other in a circle, which is all that is said', async () => {
    const gateway = (name: string, other: string) =>
      full({ name, app: 'litellm', bindings: { models: other } })
    const body = { ...(await wish()), members: [gateway('one', 'two'), gateway('two', 'one')] }
    await expect(make(body)).rejects.toMatchObject({
      details: {
        violations: [
          { pointer: '/members/0', detail: { en: expect.stringMatching(/one → two → one$/) } },
        ],
      },
    })
  })

  it('may bind to what is outside, and says what nobody offers', async () => {
    const outside = await wish(models)
    const [operation] = (await make(outside)).operations
    expect(operation).toMatchObject({ name: 'models' })
    const bindings = { llm: `${namespace}/models` }
    const body = { namespace, name: 'other', members: [full({ ...chat, bindings })] }
    await make(body)
    const bare = { ...body, name: 'third', members: [full({ ...chat, name: 'chat-2' })] }
    await expect(make(bare)).rejects.toMatchObject({
      details: { violations: [{ pointer: '/members/0/bindings/llm' }] },
    })
  })

  it('cannot take the name of another, nor be made where the asker may not', async () => {
    const body = await wish(models)
    await make(body)
    await expect(make(body)).rejects.toMatchObject({ code: 'name-taken' })
    await expect(make(body, bob)).rejects.toMatchObject({ code: 'namespace-unknown' })
    await expect(look(bob)).rejects.toMatchObject({ code: 'not-found' })
    const { items } = await ground.platform.listCompositions(bob, { query: { limit: 10 } })
    expect(items).toEqual([])
  })

  it('is made once, however many ask at the same moment', async () => {
    const body = await wish()
    const asked = ['one', 'two', 'three'].map(name => [full({ ...models, name })])
    const answers = await Promise.allSettled(asked.map(members => make({ ...body, members })))
    expect(answers.map(one => one.status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(await look()).toMatchObject({ size: 1 })
  })

  it('is still one after the read model is rebuilt from its events', async () => {
    await served(models, chat)
    const before = await look()
    const owner = await openDatabase(ground.adminUrl)
    await rebuildDeployments(owner).finally(() => owner.close())
    expect((await look()).members.map(one => one.deployment.name)).toEqual(
      before.members.map(one => one.deployment.name),
    )
  })
})

describe('a composition that changes', () => {
  it('asks nothing of a member that stays as it is', async () => {
    await served(models, store, chat)
    expect(await change(models, store, chat)).toMatchObject({ operations: [] })
    const settings = { language: 'nl-NL' }
    expect(names((await change(models, store, { ...chat, settings })).operations)).toEqual([
      'update chat',
    ])
  })

  it('adds members before those that begin to use them', async () => {
    await served(models, chat)
    expect(names((await change(chat, models, store)).operations)).toEqual([
      'create store',
      'update chat',
    ])
  })

  it('deletes a member that was left out, after those that used it have let go', async () => {
    await served(models, store, chat)
    const { operations } = await change(models, chat)
    expect(names(operations)).toEqual(['update chat', 'delete store'])
    const [update, last] = operations
    if (!update || !last) throw new Error('too little was asked')
    expect(await start(last)).toBeNull()
    const waiting = await ground.platform.readOperation(ada, { params: { operation: last.id } })
    expect(waiting.waitsFor?.map(one => one.target)).toEqual([`${namespace}/chat`])
    await serve(update)
    await gone(last)
    expect((await look()).members.map(one => one.deployment.name)).toEqual(['models', 'chat'])
  })

  it('changes nothing at all while somebody outside uses what was left out', async () => {
    await served(models, store)
    const bindings = { llm: `${namespace}/models` }
    const body = { app: 'open-webui', namespace, name: 'guest', settings: {}, bindings }
    await ground.platform.createDeployment(ada, { body })
    const settings = { logLevel: 'WARN' }
    const preview = await foresee({ ...store, settings })
    const text = { en: `${namespace}/models is in use by ${namespace}/guest.` }
    expect(preview).toMatchObject({
      allowed: false,
      violations: [{ pointer: '/members', detail: text }],
    })
    await expect(change({ ...store, settings })).rejects.toMatchObject({ code: 'in-use', text })
    expect((await look()).members.map(one => one.deployment.revision)).toEqual([1, 1])
  })

  it('is foreseen as it is then asked: who lets go is no user, and who begins to use is one', async () => {
    await served(models, store, chat)
    expect(await foresee(models, chat)).toMatchObject({ allowed: true, violations: [] })
    expect(await foresee(store)).toMatchObject({ allowed: true })
    const bindings = { vectors: `${namespace}/store`, llm: `${namespace}/models` }
    const late = [models, { ...chat, bindings }] as const
    expect(await foresee(...late)).toMatchObject({
      allowed: false,
      violations: [{ detail: { nl: `${namespace}/store is in gebruik door ${namespace}/chat.` } }],
    })
    await expect(change(...late)).rejects.toMatchObject({ code: 'in-use' })
    const another = { ...chat, name: 'chat-2', bindings }
    expect(await foresee(models, another)).toMatchObject({ allowed: false })
    await expect(change(models, another)).rejects.toMatchObject({ code: 'in-use' })
  })

  it('keeps its members when one of them is changed alone', async () => {
    await served(models, chat)
    const params = { namespace, name: 'models' }
    await ground.platform.restartDeployment(ada, { params })
    expect(await ground.platform.readDeployment(ada, { params })).toMatchObject({
      composition: 'assistant',
    })
    expect(await look()).toMatchObject({ size: 2 })
  })

  it('is shown as failed while one of it has, whatever waits for that', async () => {
    const [first, last] = await made(models, chat)
    if (!first || !last) throw new Error('too little was asked')
    const order = await start(first)
    if (!order) throw new Error('nothing to do')
    await ground.hub.failed(
      order.claim,
      { code: 'x', message: { en: 'No.', nl: 'Nee.' } },
      { en: 'Ask.', nl: 'Vraag.' },
    )
    expect(await start(last)).toBeNull()
    expect(await look()).toMatchObject({ state: 'failed' })
  })

  it('has to be there', async () => {
    await wish()
    await expect(change(models)).rejects.toMatchObject({ code: 'not-found' })
    await expect(remove()).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('a composition that is deleted', () => {
  it('goes in exactly the reverse order, each after those that use it', async () => {
    const [first, second, third] = await served(models, store, chat)
    if (!first || !second || !third) throw new Error('too little was asked')
    const { operations } = await remove()
    expect(names(operations)).toEqual(['delete chat', 'delete store', 'delete models'])
    for (const one of operations.slice(1)) expect(await start(one)).toBeNull()
    for (const one of operations) await gone(one)
    await expect(look()).rejects.toMatchObject({ code: 'not-found' })
  })

  it('stops below a member whose delete failed, and says so', async () => {
    await served(models, store, chat)
    const [top, middle, bottom] = (await remove()).operations
    if (!top || !middle || !bottom) throw new Error('too little was asked')
    expect(await start(bottom)).toBeNull()
    await start(top)
    const stuck = { code: 'forbidden', message: { en: 'It may not.', nl: 'Het mag niet.' } }
    await ground.hub.failed(await ground.claim(top.id), stuck, { en: 'Ask.', nl: 'Vraag.' })
    expect(await start(middle)).toBeNull()
    expect(await start(bottom)).toBeNull()
    const ended = await ground.platform.readOperation(ada, { params: { operation: bottom.id } })
    expect(ended).toMatchObject({
      state: 'failed',
      cause: {
        code: 'still-in-use',
        message: { en: expect.stringContaining(`${namespace}/chat`) },
      },
    })
    expect(await look()).toMatchObject({ state: 'failed', size: 3 })
  })

  it('lets go in order too what a failed change of one of them wanted to let go', async () => {
    const [, , third] = await served(models, store, chat)
    if (!third) throw new Error('too little was asked')
    const params = { namespace, name: 'chat' }
    const elsewhere = { settings: {}, bindings: { llm: { url: 'https://models.example.org/v1' } } }
    const update = await ground.platform.updateDeployment(ada, { params, body: elsewhere })
    await start(update)
    const broken = { code: 'crash-loop', message: { en: 'It crashes.', nl: 'Het crasht.' } }
    await ground.hub.failed(await ground.claim(update.id), broken, { en: 'Look.', nl: 'Kijk.' })
    expect(names((await remove()).operations)[0]).toBe('delete chat')
  })

  it('is made whole again by the same wish after a delete that stopped half-way', async () => {
    await served(models, store, chat)
    const [top, ...below] = (await remove()).operations
    if (!top) throw new Error('too little was asked')
    await start(top)
    const stuck = { code: 'forbidden', message: { en: 'It may not.', nl: 'Het mag niet.' } }
    await ground.hub.failed(await ground.claim(top.id), stuck, { en: 'Ask.', nl: 'Vraag.' })
    for (const one of below) expect(await start(one)).toBeNull()
    expect(names((await change(models, store, chat)).operations)).toEqual(['update chat'])
  })

  it('stays whole while somebody outside uses one of it', async () => {
    await served(models, chat)
    const bindings = { llm: `${namespace}/models` }
    const body = { app: 'open-webui', namespace, name: 'guest', settings: {}, bindings }
    await ground.platform.createDeployment(ada, { body })
    await expect(remove()).rejects.toMatchObject({
      code: 'in-use',
      text: { en: `${namespace}/models is in use by ${namespace}/guest.` },
    })
    expect(await look()).toMatchObject({ state: 'ready', size: 2 })
  })
})

it('changes a member in the waves that were wished of it', async () => {
  await ground.cluster('paris', 0)
  namespace = freshName()
  await ground.namespace(namespace, 'a', ['amsterdam', 'paris'])
  const body = { namespace, name: 'assistant', members: [full(models)] }
  const [create] = (await make(body)).operations
  if (!create) throw new Error('nothing was asked')
  const { at, apply, settle } = placesOf(() => ground)
  const waves = [['paris']]
  const move = await ground.platform.updateDeployment(ada, {
    ...at(create),
    body: { settings: {}, placement: { clusters: 2, waves } },
  })
  for (const cluster of ['amsterdam', 'paris']) {
    await apply(move, cluster)
    await ground.hub.observed([seen(move, { cluster, revision: move.revision })])
  }
  for (const cluster of ['amsterdam', 'paris']) await settle(move, cluster)
  const [update] = (await change({ ...models, env: { OLLAMA_DEBUG: '1' } })).operations
  expect(update?.waves?.clusters).toEqual([['paris'], ['amsterdam']])
})
