import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contract } from '#api/contract.ts'
import type { InstallationRole } from '#api/roles.ts'
import { createPlatform } from '#platform/create-platform.ts'
import { PlatformError } from '#platform/errors.ts'
import { notifyApprovers } from '#platform/events/handlers/notify-approvers.ts'
import { readStream } from '#platform/events/store.ts'
import { expireApprovals } from '#platform/governance/approvals/expire.ts'
import { rebuildApprovals } from '#platform/governance/approvals/project.ts'
import { createHub } from '#platform/orchestration/hub.ts'
import type { WorkerHub } from '#platform/orchestration/worker-hub.ts'
import type { Actor, Platform } from '#platform/platform.ts'
import { withOwnPolicy } from '#tests/support/own-policy.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
let platform: Platform
let hub: WorkerHub
let policy: ReturnType<typeof withOwnPolicy>
let context: PlatformGround['context']

beforeAll(async () => {
  ground = await platformGround()
  policy = withOwnPolicy(ground.context.policy)
  context = { ...ground.context, policy }
  platform = createPlatform(context)
  hub = createHub(context)
  await ground.cluster('amsterdam', 0)
  await ground.namespace('strict', 'a')
})
afterAll(() => ground?.stop())

/** Somebody with a role of the whole installation. */
async function officer(role: InstallationRole, more: { id?: string; person?: string } = {}) {
  const { id = randomUUID(), person = null } = more
  await context.database.query(
    'insert into kade.account (id, name, roles, person) values ($1, $2, $3, $4)',
    [id, role, [role], person],
  )
  return { id, roles: [role], memberships: {}, teams: ['a', 'b'], via: 'portal' } satisfies Actor
}

function body(name = freshName(), more: Record<string, unknown> = {}) {
  const asked = { app: 'searxng', namespace: 'strict', name, settings: {}, replicas: 2, ...more }
  return contract.createDeployment.body.parse(asked)
}

async function ask(name?: string, actor = ada) {
  return platform.requestApproval(actor, {
    body: { deployment: body(name), policy: 'own-replicas', reason: 'a rehearsal' },
  })
}

const params = ({ id }: { id: string }) => ({ approval: id })
const approve = (actor: Actor, one: { id: string; shown: string }) =>
  platform.giveApproval(actor, { params: params(one), body: { shown: one.shown } })
const codeOf = (error: unknown) => (error instanceof PlatformError ? error.code : error)
const story = async (id: string) =>
  (await readStream(context.database, `approval-${id}`)).map(event => event.type)

describe('an exception', () => {
  it('is offered where a policy denies, and once given lets exactly that through', async () => {
    const security = await officer('security-officer')
    const create = body()
    const before = await platform.previewDeployment(ada, { body: create })
    expect(before.findings).toMatchObject([
      { policy: 'own-replicas', severity: 'deny', exception: { state: 'possible' } },
    ])
    await expect(platform.createDeployment(ada, { body: create })).rejects.toMatchObject({
      code: 'policy-denied',
    })
    const asked = await ask(create.name)
    expect(asked.what.request).toMatchObject({ app: 'searxng', replicas: 2 })
    expect(asked.mine).toMatchObject({ mayDecide: false, mayWithdraw: true })
    await approve(security, asked)
    const after = await platform.previewDeployment(ada, { body: create })
    expect(after.findings[0]).toMatchObject({
      severity: 'warn',
      exception: { state: 'given', approval: asked.id, by: 'security-officer' },
    })
    expect(after.findings[0]?.message.nl).toContain('Uitgezonderd tot')
    const other = platform.createDeployment(ada, { body: { ...create, replicas: 3 } })
    await expect(other).rejects.toMatchObject({ code: 'policy-denied' })
    const operation = await platform.createDeployment(ada, { body: create })
    expect(await story(asked.id)).toEqual(['ApprovalRequested', 'ApprovalGiven', 'ApprovalUsed'])
    const order = await hub.start(operation.id, 'amsterdam', 'w')
    expect(order?.step).toMatchObject({
      excepted: { policies: ['own-replicas'], bundle: policy.bundle },
    })
    // A restart is the same app in the same place.
    const target = { namespace: 'strict', name: create.name }
    await platform.restartDeployment(ada, { params: target })
    const bigger = platform.updateDeployment(ada, {
      params: target,
      body: contract.updateDeployment.body.parse({ settings: {}, replicas: 3 }),
    })
    await expect(bigger).rejects.toMatchObject({ code: 'policy-denied' })
  })

  it('is voided where other policies judge by the time it is applied', async () => {
    const security = await officer('security-officer')
    const asked = await ask()
    await approve(security, asked)
    const create = body(asked.deployment)
    const operation = await platform.createDeployment(ada, { body: create })
    const then = policy.bundle
    policy.bundle = 'sha256:newer'
    try {
      const order = await hub.start(operation.id, 'amsterdam', 'w')
      expect(order?.step).toMatchObject({ excepted: { policies: [] } })
    } finally {
      policy.bundle = then
    }
    expect((await platform.readApproval(ada, { params: params(asked) })).state).toBe('voided')
    // The policies of before do not bring it back.
    const again = await platform.previewDeployment(ada, { body: create })
    expect(again.findings[0]?.severity).toBe('deny')
  })

  it('ends: then what runs is told of, and its next change is refused', async () => {
    const security = await officer('security-officer')
    const create = body()
    const until = new Date(context.clock().getTime() + 86_400_000).toISOString().slice(0, 10)
    const asked = await platform.requestApproval(ada, {
      body: { deployment: create, policy: 'own-replicas', reason: 'short', until },
    })
    await approve(security, asked)
    await platform.createDeployment(ada, { body: create })
    ground.pass(3 * 86_400)
    try {
      const restart = { params: { namespace: 'strict', name: create.name } }
      await expect(platform.restartDeployment(ada, restart)).rejects.toMatchObject({
        code: 'policy-denied',
      })
      await expireApprovals(context)
      expect((await platform.readApproval(ada, { params: params(asked) })).state).toBe('expired')
      const events = await readStream(context.database, `approval-${asked.id}`)
      for (const event of events)
        await notifyApprovers(context.database).handle(event, AbortSignal.timeout(10_000))
      const { items } = await platform.listNotifications(ada, { query: { limit: 20 } })
      expect(items.find(one => one.approval === asked.id)?.text.en).toContain('has ended')
    } finally {
      ground.pass(-3 * 86_400)
    }
  })

  it('is for no policy that stands in no way, that the cluster holds to itself, or for more than a year', async () => {
    const of = (more: Record<string, unknown>, policyId = 'own-replicas', until?: string) =>
      platform
        .requestApproval(ada, {
          body: {
            deployment: body(freshName(), more),
            policy: policyId,
            reason: 'x',
            ...(until ? { until } : {}),
          },
        })
        .catch(codeOf)
    expect(await of({ replicas: 1 })).toBe('conflict')
    const large = { resources: { limits: { memory: '512Gi' } }, replicas: 1 }
    expect(await of(large, 'resource-bounds')).toBe('conflict')
    expect(await of({}, 'own-replicas', '2020-01-01')).toBe('request-invalid')
    expect(await of({}, 'own-replicas', '2099-01-01')).toBe('request-invalid')
    expect(await of({ settings: { nonsense: 1 } })).toBe('settings-invalid')
  })

  it('shows no value of a secret to whoever decides', async () => {
    const canary = `canary-${randomUUID()}`
    const given = { app: 'text-embeddings-inference', secrets: { huggingFaceToken: canary } }
    const asked = await platform.requestApproval(ada, {
      body: {
        deployment: body(freshName(), { ...given, replicas: 0 }),
        ...{ policy: 'own-replicas', reason: 'x' },
      },
    })
    expect(asked.what.request).toMatchObject({ secrets: ['huggingFaceToken'] })
    const rows = await context.database.query('select * from kade.approval')
    const events = await context.database.query(
      `select data::text from message_store.messages where stream_name like 'approval-%'`,
    )
    expect(JSON.stringify([asked, rows, events])).not.toContain(canary)
  })
})

/** Deactivates everybody else, until that is taken back. */
async function nobodyBut(id: string) {
  const others = await context.database.query<{ id: string }>(
    'update kade.account set deactivated_at = now() where id <> $1 and deactivated_at is null returning id',
    [id],
  )
  const restore = () =>
    context.database.query('update kade.account set deactivated_at = null where id = any($1)', [
      others.map(one => one.id),
    ])
  return { rows: others.length, restore }
}

describe('who decides', () => {
  it('is nobody who made it, whatever account of theirs they use', async () => {
    const maker = await officer('security-officer')
    const second = await officer('security-officer', { person: maker.id })
    await officer('security-officer')
    const made: Actor = { ...maker, memberships: { a: 'developer' } }
    const mine = await ask(undefined, made)
    const post = (id: string, email: string) =>
      context.database.query('update kade.account set email = $2 where id = $1', [id, email])
    const box = await officer('security-officer')
    await post(maker.id, 'Mo@example.nl')
    await post(box.id, 'mo+two@example.nl')
    for (const one of [made, second, box])
      expect(await approve(one, mine).catch(codeOf)).toBe('forbidden')
    // Who edited what runs is an author of its next change too.
    const create = body(freshName(), { replicas: 1 })
    await platform.createDeployment(made, { body: create })
    const asked = await ask(create.name)
    expect(await approve(made, asked).catch(codeOf)).toBe('forbidden')
    expect(await approve(second, asked).catch(codeOf)).toBe('forbidden')
  })

  it('is nobody of another team, who does not see it either', async () => {
    const asked = await ask()
    await expect(platform.readApproval(bob, { params: params(asked) })).rejects.toMatchObject({
      code: 'not-found',
    })
    const { items } = await platform.listApprovals(bob, { query: { limit: 50 } })
    expect(items).toEqual([])
  })

  it('is the platform admin alone where nobody else could, and the record says so', async () => {
    const held = await context.database.query<{ id: string; roles: string[] }>(
      'select id, roles from kade.account',
    )
    await context.database.query(`update kade.account set roles = '{}'`)
    const owner = await officer('platform-admin')
    const asked = await ask(undefined, owner)
    const notices = notifyApprovers(context.database)
    for (const event of await readStream(context.database, `approval-${asked.id}`))
      await notices.handle(event, AbortSignal.timeout(10_000))
    const { items } = await platform.listNotifications(owner, { query: { limit: 20 } })
    expect(items.find(one => one.approval === asked.id)?.kind).toBe('needs-you')
    const strict = createPlatform({ ...context, fourEyes: 'required' })
    const strictly = strict.giveApproval(owner, {
      params: params(asked),
      body: { shown: asked.shown },
    })
    await expect(strictly).rejects.toMatchObject({ code: 'forbidden' })
    expect((await approve(owner, asked)).decision).toMatchObject({ alone: true })
    for (const { id, roles } of held)
      await context.database.query('update kade.account set roles = $2 where id = $1', [id, roles])
  })

  it('counts nobody among the others who was deactivated', async () => {
    const maker = await officer('platform-admin')
    const asked = await ask(undefined, maker)
    const { rows, restore } = await nobodyBut(maker.id)
    expect(rows).toBeGreaterThan(0)
    expect((await approve(maker, asked)).decision?.alone).toBe(true)
    await restore()
  })

  it('consents to what was shown and to nothing else', async () => {
    const security = await officer('security-officer')
    const asked = await ask()
    const other = { ...asked, shown: `sha256:${'0'.repeat(64)}` }
    expect(await approve(security, other).catch(codeOf)).toBe('stale')
    expect(await story(asked.id)).toEqual(['ApprovalRequested'])
  })
})

it('of fifty decisions at the same moment one wins, ten times over', async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => officer('security-officer')))
  for (let round = 0; round < 10; round++) {
    const asked = await ask()
    const all = Array.from({ length: 50 }, (_, i) => {
      const by = people[i % people.length] ?? people[0]
      if (!by) throw new Error('Nobody decides.')
      return i % 2 === 0
        ? approve(by, asked)
        : platform.refuseApproval(by, { params: params(asked), body: { reason: 'no' } })
    })
    const ended = await Promise.allSettled(all)
    expect(ended.filter(one => one.status === 'fulfilled')).toHaveLength(1)
    expect(await story(asked.id)).toHaveLength(2)
  }
})

it('rows written anew from the events are the rows that were there', async () => {
  const rows = () => context.database.query('select * from kade.approval order by id')
  const before = await rows()
  expect(before.length).toBeGreaterThan(10)
  await rebuildApprovals(context.database)
  expect(await rows()).toEqual(before)
})
