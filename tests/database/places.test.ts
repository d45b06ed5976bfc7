import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { endOverdue } from '#platform/orchestration/watchdog.ts'
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
const both = ['amsterdam', 'paris'] as const
const crash = { code: 'crash-loop', message: { en: 'It crashes.', nl: 'Het crasht.' } }

describe('a deployment on two clusters', () => {
  it('is created once it serves on both, and says of each what is there', async () => {
    const made = await create()
    await apply(made, 'amsterdam')
    expect(await operation(made)).toMatchObject({ step: 'applying', clusters: both })
    expect((await read(made)).applied).toBeNull()
    await apply(made, 'paris')
    expect(await operation(made)).toMatchObject({ step: 'waiting' })
    await ground.hub.observed([seen(made)])
    const half = await read(made)
    expect(half.operation.state).toBe('running')
    expect(half).toMatchObject({
      health: { state: 'missing', reason: { en: expect.stringContaining('paris') } },
    })
    expect(half.placements.map(one => [one.cluster, one.part, one.health.state])).toEqual([
      ['amsterdam', 'here', 'healthy'],
      ['paris', 'here', 'missing'],
    ])
    await ground.hub.observed([seen(made, { cluster: 'paris' })])
    const whole = await read(made)
    expect(whole).toMatchObject({
      applied: { revision: 1 },
      health: { state: 'healthy' },
      operation: { state: 'succeeded' },
      placements: [
        { cluster: 'amsterdam', revision: 1, applied: { revision: 1 } },
        { cluster: 'paris', revision: 1, applied: { revision: 1 } },
      ],
    })
  })

  it('counts its tries by cluster', async () => {
    const made = await create()
    await apply(made, 'amsterdam')
    await ground.hub.start(made.id, 'paris', 'w1')
    const tries = { amsterdam: 1, paris: 1 }
    expect(await operation(made)).toMatchObject({ attempt: 1, tries })
    // The worker of paris dies, and another takes over.
    await apply(made, 'paris')
    expect(await operation(made)).toMatchObject({ attempt: 2, tries: { ...tries, paris: 2 } })
    const { items } = await ground.platform.readTimeline(ada, { ...at(made), query: { limit: 3 } })
    expect(items.map(one => one.text.en)).toContainEqual(
      expect.stringContaining('again on paris (attempt 2)'),
    )
    await rebuildDeployments(ground.context.database)
    expect(await operation(made)).toMatchObject({ attempt: 2, tries: { ...tries, paris: 2 } })
  })

  it('ends an update once, when what it replaced is gone from both', async () => {
    const made = await served()
    const again = await ground.platform.restartDeployment(ada, at(made))
    for (const cluster of both) await apply(again, cluster)
    for (const cluster of both) await ground.hub.observed([seen(made, { cluster, revision: 2 })])
    await settle(again, 'paris')
    expect(await operation(again)).toMatchObject({ state: 'running' })
    expect(await ground.hub.start(again.id, 'paris', 'w1')).toBeNull()
    await settle(again, 'amsterdam')
    expect(await operation(again)).toMatchObject({ state: 'succeeded' })
    expect((await ground.story(made.deployment)).slice(-6)).toEqual([
      'DeploymentStarted',
      'DeploymentApplied',
      'DeploymentStarted',
      'DeploymentApplied',
      'PlaceSettled',
      'DeploymentCompleted',
    ])
  })

  it('fails with the cluster named, and the other keeps what it has', async () => {
    const made = await served()
    const again = await ground.platform.restartDeployment(ada, at(made))
    for (const cluster of both) await apply(again, cluster)
    await ground.hub.observed([seen(made, { revision: 2 })])
    await ground.hub.observed([
      seen(made, {
        cluster: 'paris',
        revision: 2,
        state: 'degraded',
        ready: false,
        failure: crash,
      }),
    ])
    expect(await operation(again)).toMatchObject({
      state: 'failed',
      cause: { code: 'crash-loop', cluster: 'paris', message: { nl: 'paris: Het crasht.' } },
    })
    const { health, placements } = await read(made)
    expect(health.state).toBe('degraded')
    expect(placements.map(one => one.health.state)).toEqual(['healthy', 'degraded'])
  })

  it('says at its deadline which cluster could not be reached', async () => {
    const made = await create()
    await apply(made, 'amsterdam')
    await ground.hub.observed([seen(made)])
    await silent('paris', async () => {
      ground.pass(700)
      await ground.context.database.query(
        `update kade.cluster set heartbeat_at = $1 where name = 'amsterdam'`,
        [ground.context.clock()],
      )
      await endOverdue(ground.context, message => expect.fail(message))
    })
    const { cause } = await operation(made)
    expect(cause).toMatchObject({ code: 'cluster-unreachable', cluster: 'paris' })
  })

  it('is removed from both, and its name is free only then', async () => {
    const made = await served()
    const gone = await ground.platform.deleteDeployment(ada, {
      ...at(made),
      query: { data: 'delete' },
    })
    const remove = async (cluster: string) => {
      const order = await ground.hub.start(gone.id, cluster, 'w1')
      if (order) expect(await ground.hub.removed(order.claim)).toBe('accepted')
    }
    await remove('amsterdam')
    expect(await operation(gone)).toMatchObject({ state: 'running' })
    await expect(create({ name: made.name })).rejects.toMatchObject({ code: 'name-taken' })
    expect(await ground.hub.start(gone.id, 'amsterdam', 'w1')).toBeNull()
    await remove('paris')
    expect(await operation(gone)).toMatchObject({ state: 'succeeded' })
    await expect(read(made)).rejects.toMatchObject({ code: 'not-found' })
    const left = await ground.context.database.query(
      'select 1 from kade.secret_version where deployment = $1',
      [made.deployment],
    )
    expect(left).toEqual([])
  })

  it('is unknown where one of its clusters is silent, of which alone nothing is known; and found as that', async () => {
    const made = await served()
    const found = async (health: string) => {
      const query = { q: made.name, health, limit: 10, sort: 'name' as const }
      return (await ground.platform.listDeployments(ada, { query })).items.length
    }
    await silent('paris', async () => {
      const { health, placements } = await read(made)
      expect(health).toMatchObject({
        state: 'unknown',
        reason: { en: expect.stringMatching(/^paris: /) },
      })
      expect(placements.map(one => one.health.state)).toEqual(['healthy', 'unknown'])
      expect([await found('unknown'), await found('healthy')]).toEqual([1, 0])
      // What is known to be wrong is not hidden by what is not known.
      await ground.hub.observed([seen(made, { state: 'degraded', ready: false })])
      expect((await read(made)).health.state).toBe('degraded')
      expect([await found('unknown'), await found('degraded')]).toEqual([0, 1])
    })
    await ground.hub.observed([seen(made)])
    expect([await found('unknown'), await found('healthy')]).toEqual([0, 1])
  })

  it('has its objects and logs read from the cluster that answers, and says which did not', async () => {
    const made = await served()
    const stop = await ground.agent.answer(['amsterdam'], async (_cluster, question) =>
      question.type === 'logs'
        ? {
            items: [{ at: null, pod: 'p', container: 'c', text: 'hello' }],
            simulated: true,
            truncated: false,
          }
        : [],
    )
    const query = { lines: 10 }
    const logs = await ground.platform.readLogs(ada, { ...at(made), query })
    expect(logs).toMatchObject({ items: [{ cluster: 'amsterdam' }], silent: ['paris'] })
    expect(await ground.platform.listObjects(ada, at(made))).toMatchObject({ silent: ['paris'] })
    await stop()
    await expect(ground.platform.readLogs(ada, { ...at(made), query })).rejects.toMatchObject({
      code: 'cluster-unreachable',
    })
  })

  it('may be bound to only by what runs where it does', async () => {
    const models = await create({ app: 'ollama' })
    const bindings = { llm: `team-a/${models.name}` }
    const chat = await create({ app: 'open-webui', placement: { clusters: 'all' }, bindings })
    expect((await read(chat)).clusters).toEqual(both)
    await expect(
      create({ app: 'open-webui', placement: {}, cluster: 'warsaw', bindings }),
    ).rejects.toMatchObject({ code: 'settings-invalid' })
  })
})

it('is rebuilt from its events as it was', async () => {
  const rows = () =>
    ground.context.database.query('select to_jsonb(d) as row from kade.deployment d order by id')
  const before = await rows()
  await rebuildDeployments(ground.context.database)
  expect(await rows()).toEqual(before)
})
