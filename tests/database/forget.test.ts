import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OperationOfDeployment } from '#api/operations.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { readStream } from '#platform/events/store.ts'
import { findIdle } from '#platform/orchestration/watchdog.ts'
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
  await ground.namespace('team-a', 'a')
})
beforeEach(async () => {
  await stands('ready', 90_000)
  await heardOf(0)
  await ground.cluster('paris', 0)
})
afterAll(() => ground?.stop())

const heardOf = (secondsAgo: number) => ground.cluster('amsterdam', secondsAgo)

/** What the registry has of it, and for how long. */
async function stands(state: string, secondsAgo: number): Promise<void> {
  await ground.cluster('amsterdam', null)
  await ground.context.database.query(
    `update kade.cluster set state = $1, since = now() - make_interval(secs => $2)
      where name = 'amsterdam'`,
    [state, secondsAgo],
  )
}

async function served(app = 'qdrant', bindings = {}): Promise<OperationOfDeployment> {
  const body = { app, namespace: 'team-a', name: freshName(), settings: {}, bindings }
  const made = await ground.platform.createDeployment(ada, { body })
  await ground.hub.start(made.id, 'amsterdam', 'w1')
  await ground.hub.applied(await ground.claim(made.id))
  await ground.hub.observed([seen(made)])
  return made
}

const at = ({ namespace, name }: OperationOfDeployment) => ({ params: { namespace, name } })

type How = { data?: 'keep' | 'delete'; typed?: string; actor?: typeof ada }

function forget(made: OperationOfDeployment, how: How = {}) {
  const { data = 'keep', typed = made.name, actor = ada } = how
  const query = { data, forget: typed }
  return ground.platform.deleteDeployment(actor, { ...at(made), query })
}

describe('a deployment whose cluster is gone', () => {
  it('is forgotten by its name, says what may be left running and who did it, and frees the name', async () => {
    const made = await served()
    await heardOf(3_700)
    const gone = await forget(made)
    expect(gone).toMatchObject({
      kind: 'delete',
      state: 'succeeded',
      actor: 'ada',
      next: {
        en: expect.stringMatching(/on amsterdam may still run/),
        nl: expect.stringContaining(`kade.dev/deployment=${made.deployment}`),
      },
    })
    await expect(ground.platform.readDeployment(ada, at(made))).rejects.toMatchObject({
      code: 'not-found',
    })
    const stream = `deployment-${made.deployment}`
    const [asked, end] = (await readStream(ground.context.database, stream)).slice(-2)
    expect(asked).toMatchObject({
      type: 'DeploymentRequested',
      data: { kind: 'delete', actor: 'ada' },
    })
    expect(end).toMatchObject({
      type: 'DeploymentDeleted',
      data: { data: 'keep', forgotten: ['amsterdam'] },
    })
    const owner = await openDatabase(ground.adminUrl)
    await rebuildDeployments(owner).finally(() => owner.close())
    expect(await ground.platform.readOperation(ada, { params: { operation: gone.id } })).toEqual(
      gone,
    )
    // A silent cluster takes nothing new.
    await heardOf(0)
    const body = { app: 'qdrant', namespace: 'team-a', name: made.name, settings: {} }
    await ground.platform.createDeployment(ada, { body })
  })

  it('is forgotten too while a delete of it waits for the cluster, and the worker that comes back is not heard', async () => {
    const made = await served()
    const query = { data: 'delete' } as const
    const stuck = await ground.platform.deleteDeployment(ada, { ...at(made), query })
    await ground.hub.start(stuck.id, 'amsterdam', 'w1')
    const claim = await ground.claim(stuck.id)
    await heardOf(3_700)
    await forget(made)
    expect(await ground.hub.removed(claim)).toBe('ended')
    expect((await ground.story(made.deployment)).slice(-3)).toEqual([
      'OperationCancelled',
      'DeploymentRequested',
      'DeploymentDeleted',
    ])
  })

  it('loses with its data only the secrets that Kade keeps, and whatever of it was still to come', async () => {
    const made = await served()
    const versions = () =>
      ground.context.database.query('select 1 from kade.secret_version where deployment = $1', [
        made.deployment,
      ])
    expect(await versions()).not.toHaveLength(0)
    const update = await ground.platform.restartDeployment(ada, at(made))
    await ground.hub.start(update.id, 'amsterdam', 'w1')
    const claim = await ground.claim(update.id)
    await heardOf(3_700)
    await forget(made, { data: 'delete' })
    expect(await versions()).toHaveLength(0)
    expect(await ground.hub.applied(claim)).toBe('ended')
    const stream = await readStream(ground.context.database, `deployment-${made.deployment}`)
    expect(stream.slice(-3)).toMatchObject([
      { type: 'OperationCancelled', data: { operation: update.id, kind: 'restart' } },
      { type: 'DeploymentRequested', data: { kind: 'delete', data: 'delete' } },
      { type: 'DeploymentDeleted', data: { data: 'delete', forgotten: ['amsterdam'] } },
    ])
  })

  it('is forgotten when the registry has the cluster no more', async () => {
    const made = await served()
    await ground.context.database.query("delete from kade.cluster where name = 'amsterdam'")
    expect(await forget(made)).toMatchObject({ state: 'succeeded' })
  })

  it('is forgotten on that one alone where it has others, which are emptied of it', async () => {
    await ground.namespace('team-both', 'a', ['amsterdam', 'paris'])
    const body = { app: 'litellm', namespace: 'team-both', name: freshName(), settings: {} }
    const made = await ground.platform.createDeployment(ada, {
      body: { ...body, placement: { clusters: 2 } },
    })
    await heardOf(3_500)
    await expect(forget(made)).rejects.toMatchObject({ code: 'conflict' })
    await heardOf(3_700)
    const gone = await forget(made)
    expect(gone).toMatchObject({ next: { en: expect.stringContaining('on amsterdam may') } })
    ground.pass(20)
    await ground.cluster('paris', -60)
    const left = async () =>
      (await findIdle(ground.context)).filter(one => one.key === made.deployment)
    expect(await left()).toMatchObject([{ cluster: 'paris', subject: gone.id }])
    const owner = await openDatabase(ground.adminUrl)
    await rebuildDeployments(owner).finally(() => owner.close())
    expect(await left()).toHaveLength(1)
    const order = await ground.hub.start(gone.id, 'paris', 'w1')
    expect(order).toMatchObject({ step: { type: 'remove' } })
    expect(order && (await ground.hub.removed(order.claim))).toBe('accepted')
    expect(await left()).toEqual([])
    expect(await ground.hub.start(gone.id, 'amsterdam', 'w1')).toBeNull()
  })

  it('is not, while the cluster was heard of within the hour', async () => {
    const made = await served()
    await heardOf(3_500)
    await expect(forget(made)).rejects.toMatchObject({
      code: 'conflict',
      text: { nl: expect.stringMatching(/^Van amsterdam is om .* nog iets gehoord/) },
    })
    expect(await ground.platform.readDeployment(ada, at(made))).toMatchObject({ revision: 1 })
  })

  it('is not, where Kade itself was off and a worker has only just begun with the cluster', async () => {
    const made = await served()
    await heardOf(90_000)
    await stands('ready', 60)
    await expect(forget(made)).rejects.toMatchObject({ code: 'conflict' })
    await stands('failed', 3_500)
    await expect(forget(made)).rejects.toMatchObject({ code: 'conflict' })
    for (const state of ['starting', 'joining']) {
      await stands(state, 90_000)
      await expect(forget(made)).rejects.toMatchObject({
        code: 'conflict',
        text: {
          en: expect.stringContaining('starting or joining amsterdam'),
          nl: expect.stringContaining('amsterdam op dit moment aan het starten of aansluiten'),
        },
      })
    }
    await stands('failed', 3_700)
    expect(await forget(made)).toMatchObject({ state: 'succeeded' })
  })

  it('is not, while nothing is heard of any cluster', async () => {
    const made = await served()
    await heardOf(3_700)
    await ground.cluster('paris', 60)
    await expect(forget(made)).rejects.toMatchObject({
      code: 'conflict',
      text: { nl: expect.stringContaining('geen worker draait') },
    })
    await ground.cluster('paris', 0)
    expect(await forget(made)).toMatchObject({ state: 'succeeded' })
  })

  it('is not, under another name, by another team, or while somebody uses it', async () => {
    const models = await served('ollama')
    const chat = await served('open-webui', { llm: `team-a/${models.name}` })
    await heardOf(3_700)
    await expect(forget(models, { typed: 'models' })).rejects.toMatchObject({
      code: 'request-invalid',
      details: { violations: [{ pointer: '/forget' }] },
    })
    await expect(forget(models, { actor: bob })).rejects.toMatchObject({ code: 'not-found' })
    await expect(forget(models)).rejects.toMatchObject({ code: 'in-use' })
    // A delete that has not ended may fail, and what it did not take away goes on using this.
    await ground.platform.deleteDeployment(ada, { ...at(chat), query: { data: 'keep' } })
    await expect(forget(models)).rejects.toMatchObject({
      code: 'in-use',
      text: { en: expect.stringContaining(`team-a/${chat.name}`) },
    })
    await forget(chat)
    await forget(models)
  })
})
