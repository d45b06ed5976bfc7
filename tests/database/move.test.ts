import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationOfDeployment } from '#api/operations.ts'
import { requestMove } from '#platform/deployments/move.ts'
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

const { create, at, read, operation, apply, settle, remove, served, silent } = placesOf(
  () => ground,
)
type Made = OperationOfDeployment
/** Without volumes, so that nothing stays behind. */
const light = (clusters: readonly string[]) => served(clusters, { app: 'litellm' })
const move = (made: Made, to: string[], data?: 'leave') =>
  ground.platform.moveDeployment(ada, { ...at(made), body: { to, ...(data && { data }) } })
const previewMove = (made: Made, to: string[]) =>
  ground.platform.previewMove(ada, { ...at(made), body: { to } })

/** The move has its new copies served and settled. */
async function arrive(moving: Made, revision = 2): Promise<void> {
  for (const cluster of moving.clusters ?? []) await apply(moving, cluster)
  for (const cluster of moving.clusters ?? [])
    await ground.hub.observed([seen(moving, { cluster, revision })])
  for (const cluster of moving.clusters ?? []) await settle(moving, cluster)
}

const crash = { code: 'crash-loop', message: { en: 'It crashes.', nl: 'Het crasht.' } }
const partsOf = async (made: Made) =>
  (await read(made)).placements.map(one => [one.cluster, one.part])
/** Of this deployment alone. */
const idle = async ({ deployment }: Made) =>
  (await findIdle(ground.context)).filter(one => one.key === deployment).map(one => one.cluster)

describe('a move', () => {
  it('removes it from where it was only once it serves where it goes', async () => {
    const made = await light(['amsterdam'])
    const moving = await move(made, ['paris'])
    expect(moving).toMatchObject({ kind: 'move', clusters: ['paris'], revision: 2 })
    expect(await ground.hub.start(moving.id, 'amsterdam', 'w1')).toBeNull()
    await apply(moving, 'paris')
    const before = await read(made)
    expect(before).toMatchObject({ clusters: ['amsterdam'], applied: { revision: 1 } })
    expect(await partsOf(made)).toEqual([
      ['amsterdam', 'here'],
      ['paris', 'coming'],
    ])
    await ground.hub.observed([seen(made, { cluster: 'paris', revision: 2 })])
    expect(await ground.hub.start(moving.id, 'amsterdam', 'w1')).toBeNull()
    await settle(moving, 'paris')
    expect(await operation(moving)).toMatchObject({ state: 'running', step: 'emptying' })
    expect(await read(made)).toMatchObject({
      clusters: ['paris'],
      applied: { revision: 2 },
      health: { state: 'healthy' },
      placement: {
        verdicts: expect.arrayContaining([
          expect.objectContaining({ cluster: 'paris', chosen: true }),
        ]),
      },
    })
    await remove(moving, 'amsterdam')
    expect(await operation(moving)).toMatchObject({ state: 'succeeded' })
    expect(await partsOf(made)).toEqual([['paris', 'here']])
    expect((await ground.story(made.deployment)).slice(-3)).toEqual([
      'DeploymentMoved',
      'PlaceEmptied',
      'DeploymentCompleted',
    ])
  })

  it('leaves it where it was when it comes to nothing, and has what was begun elsewhere removed', async () => {
    const made = await light(['amsterdam'])
    const moving = await move(made, ['paris', 'warsaw'])
    await apply(moving, 'paris')
    await ground.hub.observed([
      seen(made, {
        cluster: 'paris',
        revision: 2,
        state: 'degraded',
        ready: false,
        failure: crash,
      }),
    ])
    expect(await operation(moving)).toMatchObject({ state: 'failed', cause: { cluster: 'paris' } })
    expect(await read(made)).toMatchObject({
      clusters: ['amsterdam'],
      health: { state: 'healthy' },
    })
    // Nothing was begun in warsaw.
    expect(await partsOf(made)).toEqual([
      ['amsterdam', 'here'],
      ['paris', 'leaving'],
    ])
    await remove(moving, 'paris')
    expect(await partsOf(made)).toEqual([['amsterdam', 'here']])
    expect(await ground.hub.start(moving.id, 'paris', 'w1')).toBeNull()
  })

  it('does not wait for a cluster that cannot be reached, and empties it when it is back', async () => {
    const made = await light(['amsterdam'])
    await silent('amsterdam', async () => {
      const moving = await move(made, ['paris'])
      await arrive(moving)
      expect(await operation(moving)).toMatchObject({ state: 'succeeded' })
      const { health, placements } = await read(made)
      expect(health.state).toBe('healthy')
      expect(placements).toMatchObject([
        {
          cluster: 'amsterdam',
          part: 'leaving',
          leavingSince: expect.any(String),
          health: { state: 'unknown' },
        },
        { cluster: 'paris', part: 'here' },
      ])
      ground.pass(20)
      expect(await idle(made)).toEqual([])
    })
    // Back, it reports the old copy first: that says nothing of the deployment.
    await ground.hub.observed([seen(made, { state: 'degraded', ready: false })])
    const back = await read(made)
    expect(back.health.state).toBe('healthy')
    expect(back.placements[0]).toMatchObject({
      part: 'leaving',
      revision: 1,
      health: { state: 'unknown' },
    })
    const { items } = await ground.platform.readTimeline(ada, { ...at(made), query: { limit: 1 } })
    expect(items[0]?.event).not.toBe('HealthChanged')
    expect(await idle(made)).toEqual(['amsterdam'])
    const { operation: last } = await read(made)
    await remove(last, 'amsterdam')
    expect(await partsOf(made)).toEqual([['paris', 'here']])
  })

  it('ends when the cluster that it leaves falls silent only then', async () => {
    const made = await light(['amsterdam'])
    const moving = await move(made, ['paris'])
    await arrive(moving)
    expect(await operation(moving)).toMatchObject({ state: 'running' })
    await silent('amsterdam', () => judgeWaiting(ground.context, message => expect.fail(message)))
    expect(await operation(moving)).toMatchObject({ state: 'succeeded' })
    await remove(moving, 'amsterdam')
  })

  it('ends well at its deadline where it serves and only the removing takes long', async () => {
    const made = await light(['amsterdam'])
    const moving = await move(made, ['paris'])
    await arrive(moving)
    ground.pass(700)
    await endOverdue(ground.context, message => expect.fail(message))
    expect(await operation(moving)).toMatchObject({ state: 'succeeded' })
    expect(await partsOf(made)).toContainEqual(['amsterdam', 'leaving'])
  })

  it('goes back to a cluster that has not been emptied yet', async () => {
    const made = await light(['amsterdam'])
    const moving = await move(made, ['paris'])
    await arrive(moving)
    const back = await move(made, ['amsterdam'])
    // It had moved: what was left to do was to remove what it left.
    expect(await operation(moving)).toMatchObject({ state: 'succeeded' })
    // The task that was to empty it does nothing any more.
    expect(await ground.hub.start(moving.id, 'amsterdam', 'w1')).toBeNull()
    await arrive(back, 3)
    await remove(back, 'paris')
    expect(await partsOf(made)).toEqual([['amsterdam', 'here']])
    await rebuildDeployments(ground.context.database)
    expect(await read(made)).toMatchObject({
      clusters: ['amsterdam'],
      health: { state: 'healthy' },
    })
  })

  it('takes the revision along that served last, not a newer one that failed', async () => {
    const made = await light(['amsterdam'])
    const update = await ground.platform.updateDeployment(ada, {
      ...at(made),
      body: { settings: {}, env: { LOG_LEVEL: 'debug' } },
    })
    expect(await previewMove(made, ['paris'])).toMatchObject({ revision: 1, newest: 2 })
    await apply(update, 'amsterdam')
    await ground.hub.observed([
      seen(made, { revision: 2, state: 'degraded', ready: false, failure: crash }),
    ])
    expect(await previewMove(made, ['paris'])).toMatchObject({ revision: 1, newest: 2 })
    const moving = await move(made, ['paris'])
    const { desired } = await read(made)
    expect(desired).toMatchObject({ revision: 3, env: {} })
    const { items } = await ground.platform.readTimeline(ada, { ...at(made), query: { limit: 1 } })
    expect(items[0]?.text.nl).toContain('naar paris, met revisie 1')
    await ground.platform.cancelOperation(ada, { params: { operation: moving.id } })
    const again = await ground.platform.retryOperation(ada, { params: { operation: moving.id } })
    await arrive(again, 4)
    await remove(again, 'amsterdam')
    expect(await previewMove(made, ['amsterdam'])).toMatchObject({ revision: 4, newest: 4 })
    expect((await read(made)).desired.env).toEqual({})
  })

  it('of one that never served takes the newest along', async () => {
    const made = await create({ app: 'litellm', placement: {} })
    expect(await previewMove(made, ['paris'])).toMatchObject({ revision: 1, newest: 1 })
  })

  it('that has moved ends well where it is stopped', async () => {
    const made = await light(['amsterdam'])
    const moving = await move(made, ['paris'])
    await arrive(moving)
    const params = { operation: moving.id }
    expect(await ground.platform.cancelOperation(ada, { params })).toMatchObject({
      state: 'succeeded',
    })
    await remove(moving, 'amsterdam')
    expect(await partsOf(made)).toEqual([['paris', 'here']])
  })

  it('back to where it was keeps what is seen there when the read model is made anew', async () => {
    const made = await light(['amsterdam'])
    const there = await move(made, ['paris'])
    await arrive(there)
    await remove(there, 'amsterdam')
    const back = await move(made, ['amsterdam'])
    await arrive(back, 3)
    await remove(back, 'paris')
    const { health } = await read(made)
    expect(health.state).toBe('healthy')
    await rebuildDeployments(ground.context.database)
    expect((await read(made)).health).toEqual(health)
  })

  it('to more clusters leaves none', async () => {
    const made = await light(['amsterdam'])
    const moving = await move(made, ['paris', 'amsterdam'])
    await arrive(moving)
    expect(await operation(moving)).toMatchObject({ state: 'succeeded' })
    expect(await partsOf(made)).toEqual([
      ['amsterdam', 'here'],
      ['paris', 'here'],
    ])
  })

  it('is tried again as a move', async () => {
    const made = await light(['amsterdam'])
    const moving = await move(made, ['paris'])
    await ground.platform.cancelOperation(ada, { params: { operation: moving.id } })
    const again = await ground.platform.retryOperation(ada, { params: { operation: moving.id } })
    expect(again).toMatchObject({ kind: 'move', clusters: ['paris'], continues: moving.id })
  })

  it('that changed what is wished of its place is tried again with that', async () => {
    const made = await light(['amsterdam'])
    const placement = { clusters: 2, waves: [['paris']] }
    const body = { settings: {}, placement }
    const moving = await ground.platform.updateDeployment(ada, { ...at(made), body })
    expect(moving.kind).toBe('move')
    await ground.platform.cancelOperation(ada, { params: { operation: moving.id } })
    const again = await ground.platform.retryOperation(ada, { params: { operation: moving.id } })
    await arrive(again, 3)
    expect(await read(made)).toMatchObject({
      clusters: ['amsterdam', 'paris'],
      placement: { wish: placement },
    })
  })

  it('is emptied of what it left also when it is deleted meanwhile', async () => {
    const made = await light(['amsterdam'])
    const moving = await silent('amsterdam', async () => {
      const one = await move(made, ['paris'])
      await arrive(one)
      return one
    })
    const gone = await ground.platform.deleteDeployment(ada, {
      ...at(made),
      query: { data: 'keep' },
    })
    await remove(gone, 'paris')
    expect(await operation(gone)).toMatchObject({ state: 'succeeded' })
    ground.pass(20)
    expect(await idle(made)).toEqual(['amsterdam'])
    await rebuildDeployments(ground.context.database)
    expect(await idle(made)).toEqual(['amsterdam'])
    await remove(moving, 'amsterdam')
    expect(await idle(made)).toEqual([])
    expect((await ground.story(made.deployment)).at(-1)).toBe('PlaceEmptied')
  })
})

describe('what a move is refused for', () => {
  it('is data that stays behind, until that is agreed to; a preview says which', async () => {
    const made = await served(['amsterdam'])
    expect(await previewMove(made, ['paris'])).toMatchObject({
      allowed: true,
      from: ['amsterdam'],
      leaves: ['amsterdam'],
      stays: [expect.stringContaining('storage')],
    })
    await expect(move(made, ['paris'])).rejects.toMatchObject({
      code: 'conflict',
      details: { violations: [{ pointer: '/data' }] },
    })
    expect((await previewMove(made, ['amsterdam', 'paris'])).stays).toEqual([])
    const { app, namespace, name } = await read(made)
    const body = { app, namespace, name, settings: {}, cluster: 'paris' }
    const update = await ground.platform.previewDeployment(ada, { body })
    expect(update).toMatchObject({ allowed: false, violations: [{ pointer: '/data' }] })
    expect(await move(made, ['paris'], 'leave')).toMatchObject({ kind: 'move' })
  })

  it('is a cluster that is not there, does not satisfy what was asked, or has it already', async () => {
    const placement = { affinity: [{ clusters: ['amsterdam'] }] }
    const made = await served(['amsterdam'], { app: 'litellm', placement })
    await expect(move(made, ['paris'])).rejects.toMatchObject({ code: 'no-placement' })
    expect(await previewMove(made, ['paris'])).toMatchObject({ allowed: false })
    const free = await create({ app: 'litellm', placement: {} })
    await expect(move(free, ['nowhere'])).rejects.toMatchObject({ code: 'cluster-unknown' })
    await expect(move(free, ['amsterdam'])).rejects.toMatchObject({ code: 'conflict' })
    await silent('paris', () =>
      expect(move(free, ['paris'])).rejects.toMatchObject({ code: 'no-placement' }),
    )
  })

  it('is somebody who would not reach it any more', async () => {
    const models = await create({ app: 'litellm', placement: {} })
    const bindings = { llm: `team-a/${models.name}` }
    const chat = await create({ app: 'open-webui', placement: {}, bindings })
    await expect(move(models, ['paris'])).rejects.toMatchObject({
      code: 'in-use',
      text: { nl: expect.stringContaining(chat.name) },
    })
    await expect(move(chat, ['paris'], 'leave')).rejects.toMatchObject({ code: 'settings-invalid' })
    await ground.platform.deleteDeployment(ada, { ...at(chat), query: { data: 'keep' } })
    // A delete that has not ended may fail, and what it did not take away goes on using this.
    await expect(move(models, ['paris'])).rejects.toMatchObject({ code: 'in-use' })
    expect(await move(models, ['amsterdam', 'paris'])).toMatchObject({ kind: 'move' })
  })

  it('is nobody yet, and who comes while it moves is not put where it will not be', async () => {
    const models = await light(['amsterdam'])
    const bindings = { llm: `team-a/${models.name}` }
    const moving = await move(models, ['paris'])
    const chat = () => create({ app: 'open-webui', placement: {}, bindings })
    await expect(chat()).rejects.toMatchObject({ code: 'no-placement' })
    await arrive(moving)
    expect(await chat()).toMatchObject({ clusters: ['paris'] })
  })
})

describe('an update', () => {
  it('that names another cluster, or wishes another place, is a move', async () => {
    const made = await create({ app: 'litellm', placement: {} })
    const update = (body: object) =>
      ground.platform.updateDeployment(ada, { ...at(made), body: { settings: {}, ...body } })
    expect(await update({ cluster: 'paris' })).toMatchObject({ kind: 'move', clusters: ['paris'] })
    expect(await update({ placement: { clusters: 2 } })).toMatchObject({
      kind: 'move',
      clusters: ['amsterdam', 'paris'],
    })
    expect(await update({ placement: { regions: ['nl'] } })).toMatchObject({ kind: 'update' })
  })

  it('is not both a change and a move where it stays, which a preview says too', async () => {
    const made = await light(['amsterdam', 'paris'])
    const { app, namespace, name } = await read(made)
    const both = { settings: {}, env: { LOG_LEVEL: 'debug' }, placement: { clusters: 3 } }
    const update = (body: typeof both) =>
      ground.platform.updateDeployment(ada, { ...at(made), body })
    const look = (body: object) =>
      ground.platform.previewDeployment(ada, {
        body: { app, namespace, name, settings: {}, ...body },
      })
    await expect(update(both)).rejects.toMatchObject({
      code: 'conflict',
      details: { violations: [{ pointer: '/placement' }] },
    })
    const said = { allowed: false, violations: [{ pointer: '/placement' }] }
    expect(await look(both)).toMatchObject(said)
    const secrets = { secrets: { openaiKey: 'k' }, placement: { clusters: 3 } }
    expect(await look(secrets)).toMatchObject(said)
    expect(await look({ placement: { clusters: 3 } })).toMatchObject({ allowed: true })
    expect(await look({ ...both, placement: undefined, cluster: 'warsaw' })).toMatchObject({
      allowed: true,
    })
    expect(await update({ ...both, placement: { clusters: 2 } })).toMatchObject({ kind: 'update' })
  })
})

it('is asked for by the platform, which hears of a refusal as an answer', async () => {
  const made = await served(['amsterdam'], { placement: {} })
  const reason = { en: 'Amsterdam is lost.', nl: 'Amsterdam is verloren.' }
  const ask = (clusters: string[]) =>
    ground.context.database.transaction(tx =>
      requestMove(ground.context, tx, {
        deployment: made.deployment,
        clusters,
        automatic: true,
        reason,
      }),
    )
  expect(await ask(['nowhere'])).toMatchObject({ refused: { code: 'cluster-unknown' } })
  const asked = await ask(['paris'])
  expect(asked).toHaveProperty('operation')
  const { operation: open } = await read(made)
  expect(open).toMatchObject({ kind: 'move', via: 'platform', actor: 'platform' })
  const { items } = await ground.platform.readTimeline(ada, { ...at(made), query: { limit: 5 } })
  expect(items[0]?.text.nl).toContain('Amsterdam is verloren.')
})
