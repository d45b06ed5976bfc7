import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationOfDeployment } from '#api/operations.ts'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { judgeWaiting } from '#platform/orchestration/judge.ts'
import { endOverdue, findIdle } from '#platform/orchestration/watchdog.ts'
import { placesOf } from '#tests/support/places.ts'
import { ada, type PlatformGround, platformGround, seen } from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  for (const name of ['amsterdam', 'paris', 'warsaw']) await ground.cluster(name, 0)
  await ground.namespace('team-a', 'a', ['amsterdam', 'paris', 'warsaw'])
})
afterAll(() => ground?.stop())

const { create, at, read, operation, apply, settle, served, silent } = placesOf(() => ground)
type Made = OperationOfDeployment
const claim = ['PersistentVolumeClaim/storage']

/** A worker does what it is to do there, and says what it kept. */
async function empty({ id }: Pick<Made, 'id'>, cluster: string, kept: readonly string[] = []) {
  const order = await ground.hub.start(id, cluster, 'w1')
  expect(order).toMatchObject({ step: { type: 'remove' } })
  if (order) expect(await ground.hub.removed(order.claim, kept)).toBe('accepted')
  return order?.step
}

async function arrive(moving: Made, revision: number): Promise<void> {
  for (const cluster of moving.clusters ?? []) {
    await apply(moving, cluster)
    await ground.hub.observed([seen(moving, { cluster, revision })])
    await settle(moving, cluster)
  }
}

/** Moves it, and keeps its data where it was. */
async function moved(made: Made, from: string, to: string, revision = 2): Promise<Made> {
  const body = { to: [to], data: 'leave' as const }
  const moving = await ground.platform.moveDeployment(ada, { ...at(made), body })
  await arrive(moving, revision)
  await empty(moving, from, claim)
  return moving
}

const remove = (made: Made, data: 'keep' | 'delete' = 'delete') =>
  ground.platform.deleteDeployment(ada, { ...at(made), query: { data } })
const erasures = async (gone: Made) =>
  Object.fromEntries(
    ((await operation(gone)).erasures ?? []).map(one => [one.cluster, one.erasedAt !== undefined]),
  )
const idle = async ({ deployment }: Made) =>
  (await findIdle(ground.context)).filter(one => one.key === deployment).map(one => one.cluster)
const secretsOf = async ({ deployment }: Made) =>
  (
    await ground.context.database.query('select 1 from kade.secret_version where deployment = $1', [
      deployment,
    ])
  ).length

describe('a delete with its data', () => {
  it('erases what was kept on a cluster that it left, too, and ends only then', async () => {
    const made = await served(['amsterdam'])
    await moved(made, 'amsterdam', 'paris')
    expect((await read(made)).kept).toEqual([
      { cluster: 'amsterdam', objects: claim, since: expect.any(String) },
    ])
    const gone = await remove(made)
    expect(await erasures(gone)).toEqual({ amsterdam: false, paris: false })
    // It has not begun yet, and may still be stopped.
    expect(await ground.hub.start(gone.id, 'amsterdam', 'w1')).toBeNull()
    expect(await empty(gone, 'paris')).toMatchObject({ data: 'delete' })
    expect(await operation(gone)).toMatchObject({ state: 'running', step: 'emptying' })
    expect(await empty(gone, 'amsterdam')).toMatchObject({ data: 'delete' })
    expect(await operation(gone)).toMatchObject({ state: 'succeeded' })
    expect(await erasures(gone)).toEqual({ amsterdam: true, paris: true })
    expect(await ground.context.database.query('select 1 from kade.kept_data')).toEqual([])
    expect(await secretsOf(made)).toBe(0)
    expect((await ground.story(made.deployment)).slice(-3)).toEqual([
      'PlaceEmptied',
      'PlaceEmptied',
      'DeploymentDeleted',
    ])
  })

  it('does not wait for one that is silent: that is erased when it is back, and said till then', async () => {
    const made = await served(['amsterdam'])
    await moved(made, 'amsterdam', 'paris')
    const gone = await silent('amsterdam', async () => {
      const asked = await remove(made)
      await empty(asked, 'paris')
      expect(await operation(asked)).toMatchObject({ state: 'succeeded' })
      expect(await erasures(asked)).toEqual({ amsterdam: false, paris: true })
      ground.pass(20)
      expect(await idle(made)).toEqual([])
      return asked
    })
    await rebuildDeployments(ground.context.database)
    expect(await erasures(gone)).toEqual({ amsterdam: false, paris: true })
    expect(await idle(made)).toEqual(['amsterdam'])
    expect(await empty(gone, 'amsterdam')).toMatchObject({ data: 'delete' })
    expect(await erasures(gone)).toEqual({ amsterdam: true, paris: true })
    expect(await idle(made)).toEqual([])
  })

  it('ends where the cluster falls silent only then, and at its deadline', async () => {
    for (const end of [judgeWaiting, endOverdue]) {
      const made = await served(['amsterdam'])
      await moved(made, 'amsterdam', 'paris')
      const gone = await remove(made)
      await empty(gone, 'paris')
      expect(await operation(gone)).toMatchObject({ state: 'running' })
      const judged = () => end(ground.context, message => expect.fail(message))
      if (end === endOverdue) ground.pass(700)
      await (end === judgeWaiting ? silent('amsterdam', judged) : judged())
      expect(await operation(gone)).toMatchObject({ state: 'succeeded' })
      expect(await erasures(gone)).toEqual({ amsterdam: false, paris: true })
      expect(await secretsOf(made)).toBe(0)
      await empty(gone, 'amsterdam')
    }
  })

  it('erases also where a cluster that it left has not been emptied yet', async () => {
    const made = await served(['amsterdam'])
    const moving = await silent('amsterdam', async () => {
      const body = { to: ['paris'], data: 'leave' as const }
      const one = await ground.platform.moveDeployment(ada, { ...at(made), body })
      await arrive(one, 2)
      return one
    })
    const gone = await remove(made)
    await empty(gone, 'paris')
    // The task of the move, which would have kept the data, does nothing any more.
    expect(await ground.hub.start(moving.id, 'amsterdam', 'w1')).toBeNull()
    expect(await empty(gone, 'amsterdam')).toMatchObject({ data: 'delete' })
    expect(await operation(gone)).toMatchObject({ state: 'succeeded' })
  })

  it('erases also what the move keeps between asking and beginning', async () => {
    const made = await served(['amsterdam'])
    const body = { to: ['paris'], data: 'leave' as const }
    const moving = await ground.platform.moveDeployment(ada, { ...at(made), body })
    await arrive(moving, 2)
    const gone = await remove(made)
    await empty(moving, 'amsterdam', claim)
    await empty(gone, 'paris')
    expect(await empty(gone, 'amsterdam')).toMatchObject({ data: 'delete' })
    expect(await operation(gone)).toMatchObject({ state: 'succeeded' })
  })

  it('erases what earlier deployments of its name kept, and of no other app', async () => {
    const first = await served(['amsterdam'])
    await moved(first, 'amsterdam', 'paris')
    const kept = await remove(first, 'keep')
    await empty(kept, 'paris', claim)
    const { name } = first
    const second = await served(['warsaw'], { name, cluster: 'warsaw' })
    expect((await read(second)).kept.map(one => one.cluster)).toEqual(['amsterdam', 'paris'])
    const gone = await remove(second)
    await empty(gone, 'warsaw')
    expect(await empty(gone, 'amsterdam')).toMatchObject({ of: [first.deployment] })
    expect(await empty(gone, 'paris')).toMatchObject({ of: [first.deployment] })
    expect(await operation(gone)).toMatchObject({ state: 'succeeded' })

    const other = await served(['amsterdam'])
    await moved(other, 'amsterdam', 'paris')
    await empty(await remove(other, 'keep'), 'paris')
    const light = await served(['warsaw'], { app: 'litellm', name: other.name, cluster: 'warsaw' })
    expect((await read(light)).kept).toEqual([])
    expect(await erasures(await remove(light))).toEqual({ warsaw: false })
  })

  it('has the next deployment of that name wait until it is erased there', async () => {
    const made = await served(['amsterdam'])
    await moved(made, 'amsterdam', 'paris')
    const gone = await silent('amsterdam', async () => {
      const asked = await remove(made)
      await empty(asked, 'paris')
      return asked
    })
    const next = await create({ name: made.name, placement: {}, cluster: 'amsterdam' })
    expect(await ground.hub.start(next.id, 'amsterdam', 'w1')).toBeNull()
    expect(await operation(next)).toMatchObject({
      step: 'blocked',
      waitsFor: [{ until: 'gone', message: { nl: expect.stringContaining('amsterdam') } }],
    })
    await empty(gone, 'amsterdam')
    ground.pass(20)
    expect(await idle(next)).toEqual(['amsterdam'])
    await apply(next, 'amsterdam')
  })

  it('that cannot begin promises nothing', async () => {
    const made = await served(['amsterdam'])
    await moved(made, 'amsterdam', 'paris')
    const gone = await remove(made)
    await silent('paris', async () => {
      ground.pass(700)
      await endOverdue(ground.context, message => expect.fail(message))
    })
    expect(await operation(gone)).toMatchObject({ state: 'failed' })
    expect(await operation(gone)).not.toHaveProperty('erasures')
    expect(await ground.hub.start(gone.id, 'amsterdam', 'w1')).toBeNull()
  })

  it('that keeps its data leaves that where it was kept', async () => {
    const made = await served(['amsterdam'])
    await moved(made, 'amsterdam', 'paris')
    const gone = await remove(made, 'keep')
    await empty(gone, 'paris', claim)
    expect(await operation(gone)).toMatchObject({ state: 'succeeded' })
    expect(await operation(gone)).not.toHaveProperty('erasures')
    const where = () =>
      ground.context.database.query<{ cluster: string }>(
        'select cluster from kade.kept_data where deployment = $1 order by cluster',
        [made.deployment],
      )
    expect(await where()).toEqual([{ cluster: 'amsterdam' }, { cluster: 'paris' }])
    await rebuildDeployments(ground.context.database)
    expect(await where()).toEqual([{ cluster: 'amsterdam' }, { cluster: 'paris' }])
  })
})

it('back where it left data, a deployment has that no longer kept elsewhere', async () => {
  const made = await served(['amsterdam'])
  await moved(made, 'amsterdam', 'paris')
  const back = { ...at(made), body: { to: ['amsterdam'] } }
  expect(await ground.platform.previewMove(ada, back)).toMatchObject({
    leaves: ['paris'],
    stays: ['storage'].map(name => expect.stringContaining(name)),
    finds: ['amsterdam'],
  })
  await expect(ground.platform.moveDeployment(ada, back)).rejects.toMatchObject({
    text: { en: expect.stringContaining('go on with what it left on amsterdam') },
  })
  await moved(made, 'paris', 'amsterdam', 3)
  expect((await read(made)).kept.map(one => one.cluster)).toEqual(['paris'])
  const gone = await remove(made)
  expect(await empty(gone, 'amsterdam')).toMatchObject({ data: 'delete' })
  expect(await empty(gone, 'paris')).toMatchObject({ data: 'delete' })
  expect(await operation(gone)).toMatchObject({ state: 'succeeded' })
  expect(await erasures(gone)).toEqual({ amsterdam: true, paris: true })
})
