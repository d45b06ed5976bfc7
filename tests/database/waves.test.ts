import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
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
const three = ['amsterdam', 'paris', 'warsaw'] as const
type Gate = NonNullable<CreateDeployment['placement']>['gate']

/** One that serves on three clusters, and an update of it: Warsaw first, then Paris, then the others. */
async function updated(gate?: Gate): Promise<OperationOfDeployment> {
  const made = await served(three, { app: 'litellm' })
  const placement = { clusters: 3, waves: [['warsaw'], ['paris']], ...(gate && { gate }) }
  return ground.platform.updateDeployment(ada, { ...at(made), body: { settings: {}, placement } })
}
const observe = (of: OperationOfDeployment, cluster: string, more = {}) =>
  ground.hub.observed([seen(of, { cluster, revision: of.revision, ...more })])
const start = ({ id }: OperationOfDeployment, cluster: string) =>
  ground.hub.start(id, cluster, 'w1')
const judge = () => judgeWaiting(ground.context, message => expect.fail(message))
const goOn = ({ id }: OperationOfDeployment, wave = 1) =>
  ground.platform.continueOperation(ada, { params: { operation: id }, body: { wave } })
const waveOf = async (of: OperationOfDeployment) => (await operation(of)).waves
const tasksOf = ({ id }: OperationOfDeployment) =>
  ground.context.database.query<{ name: string }>(
    `select name from pgboss.job where data->>'subject' = $1 order by name`,
    [id],
  )

it('goes wave by wave, and ends when the last one serves', async () => {
  const update = await updated()
  expect(update.waves).toEqual({
    clusters: [['warsaw'], ['paris'], ['amsterdam']],
    current: 1,
    healthyFor: 0,
    approval: false,
    held: false,
  })
  expect((await tasksOf(update)).map(one => one.name)).toEqual(['deploy.warsaw'])
  for (const later of ['paris', 'amsterdam']) expect(await start(update, later)).toBeNull()
  await apply(update, 'warsaw')
  expect(await operation(update)).toMatchObject({ step: 'waiting' })
  await observe(update, 'warsaw')
  expect(await waveOf(update)).toMatchObject({ current: 2 })
  expect((await tasksOf(update)).map(one => one.name)).toEqual(['deploy.paris', 'deploy.warsaw'])
  await apply(update, 'paris')
  expect(await start(update, 'amsterdam')).toBeNull()
  await observe(update, 'paris')
  await apply(update, 'amsterdam')
  await observe(update, 'amsterdam')
  for (const cluster of three) await settle(update, cluster)
  expect(await operation(update)).toMatchObject({ state: 'succeeded' })
})

it('stops at a wave that fails, and the others keep what they had', async () => {
  const update = await updated()
  await apply(update, 'warsaw')
  const failure = { code: 'crash-loop', message: { en: 'It crashes.', nl: 'Het crasht.' } }
  await observe(update, 'warsaw', { state: 'degraded', ready: false, failure })
  expect(await operation(update)).toMatchObject({ state: 'failed', cause: { cluster: 'warsaw' } })
  for (const later of ['paris', 'amsterdam']) expect(await start(update, later)).toBeNull()
  const { placements } = await read(update)
  expect(placements.map(one => [one.cluster, one.applied?.revision])).toEqual([
    ['amsterdam', 1],
    ['paris', 1],
    ['warsaw', 2],
  ])
})

it('waits until a wave has served for as long as was asked, without a break', async () => {
  const update = await updated({ healthyFor: 300 })
  await apply(update, 'warsaw')
  await observe(update, 'warsaw')
  ground.pass(200)
  await judge()
  await observe(update, 'warsaw', { state: 'progressing', ready: false })
  await observe(update, 'warsaw')
  ground.pass(200)
  await judge()
  expect(await waveOf(update)).toMatchObject({ current: 1 })
  ground.pass(101)
  await judge()
  expect(await waveOf(update)).toMatchObject({ current: 2 })
})

it('waits for a person where that was asked, without a task, and is not let go before its time', async () => {
  const update = await updated({ approval: true })
  await expect(goOn(update)).rejects.toMatchObject({ code: 'conflict' })
  await apply(update, 'warsaw')
  await observe(update, 'warsaw')
  expect(await operation(update)).toMatchObject({ step: 'held', waves: { current: 1, held: true } })
  await ground.context.database.query(`delete from pgboss.job where data->>'subject' = $1`, [
    update.id,
  ])
  ground.pass(60)
  await expect(goOn(update, 2)).rejects.toMatchObject({
    code: 'conflict',
    details: { violations: [{ pointer: '/wave' }] },
  })
  const idle = await findIdle(ground.context)
  expect(idle.filter(one => one.subject === update.id)).toEqual([])
  expect(await goOn(update)).toMatchObject({ step: 'applying', waves: { current: 2, held: false } })
  const { items } = await ground.platform.readTimeline(ada, { ...at(update), query: { limit: 1 } })
  expect(items[0]).toMatchObject({ event: 'WaveStarted', actor: 'ada' })
  await apply(update, 'paris')
  await observe(update, 'paris')
  ground.pass(7 * 86_400)
  await ground.context.database.query('update kade.cluster set heartbeat_at = $1', [
    ground.context.clock(),
  ])
  await endOverdue(ground.context, message => expect.fail(message))
  expect(await operation(update)).toMatchObject({ cause: { code: 'wave-not-approved' } })
})

it('is held up by no cluster of which nothing is heard, but for one that is a whole wave', async () => {
  const made = await served(three, { app: 'litellm' })
  const placement = { clusters: 3, waves: [['warsaw', 'paris']] }
  const body = { settings: {}, placement }
  const update = await ground.platform.updateDeployment(ada, { ...at(made), body })
  await silent('paris', async () => {
    await silent('warsaw', async () => {
      await judge()
      expect(await waveOf(update)).toMatchObject({ current: 1 })
    })
    await apply(update, 'warsaw')
    await observe(update, 'warsaw')
    expect(await waveOf(update)).toMatchObject({ current: 2 })
    await apply(update, 'amsterdam')
    await observe(update, 'amsterdam')
    expect(await operation(update)).toMatchObject({ state: 'running' })
  })
  await apply(update, 'paris')
  await observe(update, 'paris')
  expect(await start(update, 'warsaw')).toMatchObject({ step: { type: 'settle' } })
})

it('collects no tasks while a cluster that has yet to settle is silent', async () => {
  const update = await updated()
  for (const cluster of ['warsaw', 'paris', 'amsterdam'] as const) {
    await apply(update, cluster)
    await observe(update, cluster)
  }
  const before = await tasksOf(update)
  for (let round = 0; round < 3; round += 1) await judge()
  expect(await tasksOf(update)).toEqual(before)
})

it('begins the next wave also behind more operations than one page, and looks at none that a person holds', async () => {
  const held = await updated({ approval: true })
  await apply(held, 'warsaw')
  await observe(held, 'warsaw')
  const update = await updated({ healthyFor: 300 })
  await apply(update, 'warsaw')
  await observe(update, 'warsaw')
  ground.pass(301)
  await judgeWaiting(ground.context, message => expect.fail(message), undefined, 1)
  expect(await waveOf(update)).toMatchObject({ current: 2 })
  expect(await waveOf(held)).toMatchObject({ current: 1, held: true })
})

it('is let go by a person past a wave of which nothing is heard', async () => {
  const update = await updated()
  expect(await waveOf(update)).not.toHaveProperty('silent')
  await silent('warsaw', async () => {
    expect(await waveOf(update)).toMatchObject({ current: 1, silent: ['warsaw'] })
    expect((await read(update)).operation.waves).toMatchObject({ silent: ['warsaw'] })
    expect(await goOn(update)).toMatchObject({ waves: { current: 2 } })
    expect(await waveOf(update)).not.toHaveProperty('silent')
  })
  const { items } = await ground.platform.readTimeline(ada, { ...at(update), query: { limit: 3 } })
  expect(items[0]).toMatchObject({
    event: 'WaveStarted',
    actor: 'ada',
    text: { en: expect.stringContaining('begins without warsaw') },
  })
})

it('stays with the deployment, goes back everywhere at once, and names only clusters that are there', async () => {
  const update = await updated()
  const restart = await ground.platform.restartDeployment(ada, at(update))
  expect(restart.waves?.clusters).toEqual([['warsaw'], ['paris'], ['amsterdam']])
  const back = await ground.platform.rollbackDeployment(ada, {
    ...at(update),
    body: { revision: 1, configuration: 'now' },
  })
  expect(back.waves).toBeUndefined()
  await expect(create({ placement: { clusters: 2, waves: [['nowhere']] } })).rejects.toMatchObject({
    code: 'cluster-unknown',
  })
  expect((await create({ placement: { clusters: 2, waves: [['warsaw']] } })).waves).toBeUndefined()
})
