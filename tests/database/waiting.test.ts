import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationOfDeployment } from '#api/operations.ts'
import { rollBackFailedUpdate } from '#platform/events/handlers/roll-back-failed-update.ts'
import { readStream } from '#platform/events/store.ts'
import { nextAfter } from '#platform/orchestration/advice.ts'
import { endOverdue, findIdle } from '#platform/orchestration/watchdog.ts'
import {
  ada,
  bob,
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
  await ground.namespace('team-b', 'b')
})
afterAll(() => ground?.stop())

const crash = { code: 'crash-loop', message: { en: 'It crashes.', nl: 'Het crasht.' } }

function provider(): Promise<OperationOfDeployment> {
  const body = { app: 'ollama', namespace: 'team-a', name: freshName(), settings: {} }
  return ground.platform.createDeployment(ada, { body })
}

function consumer(of: { name: string }, actor = ada, namespace = 'team-a') {
  const bindings = { llm: `team-a/${of.name}` }
  const body = { app: 'open-webui', namespace, name: freshName(), settings: {}, bindings }
  return ground.platform.createDeployment(actor, { body })
}

function read({ id }: { id: string }): Promise<OperationOfDeployment> {
  return ground.platform.readOperation(ada, { params: { operation: id } })
}

function at({ namespace, name }: OperationOfDeployment) {
  return { params: { namespace, name } }
}

function remove(made: OperationOfDeployment) {
  return ground.platform.deleteDeployment(ada, { ...at(made), query: { data: 'keep' } })
}

function start({ id }: { id: string }) {
  return ground.hub.start(id, 'amsterdam', 'w1')
}

async function apply(made: OperationOfDeployment): Promise<void> {
  expect(await start(made)).not.toBeNull()
  await ground.hub.applied(await ground.claim(made.id))
}

async function serve(made: OperationOfDeployment): Promise<void> {
  await apply(made)
  await ground.hub.observed([seen(made)])
}

async function gone(operation: OperationOfDeployment): Promise<void> {
  expect(await start(operation)).toMatchObject({ step: { type: 'remove' } })
  await ground.hub.removed(await ground.claim(operation.id))
}

/** How many tasks wait for the operation; a worker would have taken them. */
async function tasksOf({ id }: { id: string }): Promise<number> {
  const rows = await ground.context.database.query(
    `delete from pgboss.job where data->>'subject' = $1 returning id`,
    [id],
  )
  return rows.length
}

async function blocked(made: OperationOfDeployment): Promise<OperationOfDeployment> {
  await tasksOf(made)
  expect(await start(made)).toBeNull()
  return read(made)
}

describe('a deployment that is bound to one that is not ready', () => {
  it('waits for it by name, without a task or an attempt, and says so in its story', async () => {
    const models = await provider()
    const chat = await consumer(models)
    const waiting = await blocked(chat)
    expect(waiting).toMatchObject({
      state: 'queued',
      step: 'blocked',
      attempt: 0,
      waitsFor: [
        {
          target: `team-a/${models.name}`,
          until: 'ready',
          message: {
            en: `Waits for team-a/${models.name} (openai-api) to be ready: it is still being deployed.`,
            nl: `Wacht tot team-a/${models.name} (openai-api) klaar is: die wordt nog uitgerold.`,
          },
        },
      ],
    })
    expect(await tasksOf(chat)).toBe(0)
    const { items } = await ground.platform.readTimeline(ada, { ...at(chat), query: { limit: 1 } })
    expect(items).toMatchObject([
      { event: 'DeploymentBlocked', text: waiting.waitsFor?.[0]?.message },
    ])
  })

  it('is told once, however often a worker looks', async () => {
    const chat = await consumer(await provider())
    await blocked(chat)
    await blocked(chat)
    expect(await ground.story(chat.deployment)).toEqual([
      'DeploymentRequested',
      'DeploymentBlocked',
    ])
  })

  it('gets its task back when the other is ready, and begins', async () => {
    const models = await provider()
    const chat = await consumer(models)
    await blocked(chat)
    await apply(models)
    expect(await tasksOf(chat)).toBe(0)
    await ground.hub.observed([seen(models)])
    expect(await tasksOf(chat)).toBe(1)
    expect(await start(chat)).toMatchObject({ step: { type: 'apply' } })
    const running = await read(chat)
    expect(running).toMatchObject({ state: 'running', step: 'applying' })
    expect(running).not.toHaveProperty('waitsFor')
  })

  it('does not begin for pods that serve before their operation has ended', async () => {
    const models = await provider()
    const chat = await consumer(models)
    await start(models)
    await ground.hub.observed([seen(models)])
    expect(await blocked(chat)).toMatchObject({ step: 'blocked' })
  })

  it('says what became of the other when it fails, and goes on when it is repaired', async () => {
    const models = await provider()
    const chat = await consumer(models)
    await blocked(chat)
    await apply(models)
    const down = { state: 'degraded', ready: false, failure: crash } as const
    await ground.hub.observed([seen(models, down)])
    expect(await tasksOf(chat)).toBeGreaterThan(0)
    const waiting = await blocked(chat)
    expect(waiting.waitsFor?.[0]?.message.en).toMatch(/: it could not be deployed\.$/)
    expect(JSON.stringify(waiting)).not.toContain(crash.message.en)
    const again = await ground.platform.retryOperation(ada, { params: { operation: models.id } })
    await apply(again)
    await ground.hub.observed([seen(again, { revision: 2 })])
    await settle(again)
    expect(await tasksOf(chat)).toBeGreaterThan(0)
    expect(await start(chat)).toMatchObject({ step: { type: 'apply' } })
  })

  it('fails at its deadline with what it waited for and a next step', async () => {
    const models = await provider()
    const chat = await consumer(models)
    await blocked(chat)
    expect(Date.parse(chat.deadline)).toBeGreaterThanOrEqual(Date.parse(models.deadline) + 599_000)
    await overdue(1_300)
    expect(await read(chat)).toMatchObject({
      state: 'failed',
      cause: {
        code: 'provider-not-ready',
        message: { en: expect.stringContaining(`team-a/${models.name} (openai-api)`) },
      },
      next: nextAfter('provider-not-ready', null),
    })
  })

  it('can be cancelled while it waits', async () => {
    const chat = await consumer(await provider())
    await blocked(chat)
    await ground.platform.cancelOperation(ada, { params: { operation: chat.id } })
    expect(await read(chat)).toMatchObject({ state: 'cancelled' })
    expect(await read(chat)).not.toHaveProperty('waitsFor')
  })

  it('is found by the sweep when its task was lost after the other became ready', async () => {
    const models = await provider()
    const chat = await consumer(models)
    await blocked(chat)
    ground.pass(20)
    const found = async () =>
      (await findIdle(ground.context)).filter(one => one.subject === chat.id)
    expect(await found()).toEqual([])
    await serve(models)
    await tasksOf(chat)
    expect(await found()).toHaveLength(1)
  })

  it('does not wait for one it uses already', async () => {
    const models = await provider()
    const chat = await consumer(models)
    await serve(models)
    await serve(chat)
    await ground.hub.observed([seen(models, { state: 'degraded', ready: false })])
    const again = await ground.platform.restartDeployment(ada, at(chat))
    expect(await start(again)).toMatchObject({ step: { type: 'apply' } })
  })

  it('waits when an update binds it to another one', async () => {
    const [models, others] = [await provider(), await provider()]
    const chat = await consumer(models)
    await serve(models)
    await serve(chat)
    const bindings = { llm: `team-a/${others.name}` }
    const body = { settings: {}, bindings }
    const update = await ground.platform.updateDeployment(ada, { ...at(chat), body })
    expect(await blocked(update)).toMatchObject({
      waitsFor: [{ target: `team-a/${others.name}` }],
    })
  })
})

describe('a deployment that others use', () => {
  it('is not deleted, and says who uses it', async () => {
    const models = await provider()
    const chat = await consumer(models)
    await expect(remove(models)).rejects.toMatchObject({
      code: 'in-use',
      text: {
        en: `team-a/${models.name} is in use by team-a/${chat.name}.`,
        nl: `team-a/${models.name} is in gebruik door team-a/${chat.name}.`,
      },
    })
    expect(await read(models)).toMatchObject({ state: 'queued' })
  })

  it('counts those that the asker may not see, and names none of them', async () => {
    const models = await provider()
    const both = { ...bob, teams: ['a', 'b'] }
    const chat = await consumer(models, both, 'team-b')
    const refused = await remove(models).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'in-use',
      text: { en: `team-a/${models.name} is in use by 1 deployment of other teams.` },
    })
    expect(JSON.stringify(refused)).not.toContain(chat.name)
  })

  it('of another team are no reason not to go back from an update that failed', async () => {
    const models = await provider()
    await serve(models)
    const body = {
      app: 'litellm',
      namespace: 'team-b',
      name: freshName(),
      settings: {},
      bindings: { models: `team-a/${models.name}` },
    }
    const gateway = await ground.platform.createDeployment({ ...bob, teams: ['a', 'b'] }, { body })
    await serve(gateway)
    const asked = { ...at(gateway), body: { settings: {}, bindings: {} } }
    const update = await ground.platform.updateDeployment(bob, asked)
    await apply(update)
    const down = { revision: 2, state: 'degraded', ready: false, failure: crash } as const
    await ground.hub.observed([seen(update, down)])
    const events = await readStream(ground.context.database, `deployment-${update.deployment}`)
    const failed = events.findLast(event => event.type === 'DeploymentFailed')
    if (!failed) throw new Error('it has not failed')
    await rollBackFailedUpdate(ground.context).handle(failed, new AbortController().signal)
    const { operation, desired } = await ground.platform.readDeployment(bob, at(gateway))
    expect(operation).toMatchObject({ kind: 'rollback', via: 'platform' })
    expect(desired.bindings).toEqual(body.bindings)
    // Bob may not bind to it by himself.
    await expect(
      ground.platform.updateDeployment(bob, { ...at(gateway), body: { ...asked.body, ...body } }),
    ).rejects.toMatchObject({ code: 'settings-invalid' })
  })

  it('is deleted after those that are being deleted, and not before', async () => {
    const models = await provider()
    const chat = await consumer(models)
    await serve(models)
    await serve(chat)
    const first = await remove(chat)
    const then = await remove(models)
    expect(await blocked(then)).toMatchObject({
      waitsFor: [{ target: `team-a/${chat.name}`, until: 'gone' }],
    })
    await gone(first)
    expect(await tasksOf(then)).toBeGreaterThan(0)
    await gone(then)
    expect(await read(then)).toMatchObject({ state: 'succeeded' })
  })

  it('stays when the delete of who uses it fails, and says why', async () => {
    const models = await provider()
    const chat = await consumer(models)
    await serve(models)
    await serve(chat)
    const first = await remove(chat)
    const then = await remove(models)
    await blocked(then)
    await start(first)
    const stuck = { code: 'forbidden', message: { en: 'It may not.', nl: 'Het mag niet.' } }
    await ground.hub.failed(await ground.claim(first.id), stuck, nextAfter('forbidden', null))
    expect(await tasksOf(then)).toBeGreaterThan(0)
    expect(await start(then)).toBeNull()
    expect(await read(then)).toMatchObject({
      state: 'failed',
      cause: {
        code: 'still-in-use',
        message: { en: `It is still in use by team-a/${chat.name}.` },
      },
      next: nextAfter('still-in-use', 1),
    })
  })

  it('takes nobody in any more once it is being deleted', async () => {
    const models = await provider()
    await serve(models)
    await remove(models)
    await expect(consumer(models)).rejects.toMatchObject({
      code: 'settings-invalid',
      details: { violations: [{ detail: { en: `team-a/${models.name} is being deleted` } }] },
    })
  })

  it('is never both deleted and bound to, however the two meet', async () => {
    const rounds = Array.from({ length: 8 }, async () => {
      const models = await provider()
      const [bound, deleted] = await Promise.allSettled([consumer(models), remove(models)])
      return [bound.status, deleted.status].toSorted()
    })
    for (const outcome of await Promise.all(rounds))
      expect(outcome).toEqual(['fulfilled', 'rejected'])
  })
})

async function overdue(seconds: number): Promise<void> {
  ground.pass(seconds)
  await ground.context.database.query('update kade.cluster set heartbeat_at = $1', [
    ground.context.clock(),
  ])
  await endOverdue(ground.context, () => {})
}

async function settle(operation: OperationOfDeployment): Promise<void> {
  expect(await start(operation)).toMatchObject({ step: { type: 'settle' } })
  await ground.hub.settled(await ground.claim(operation.id))
}
