import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationOfDeployment } from '#api/operations.ts'
import { readStream } from '#platform/events/store.ts'
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

const crash = { code: 'crash-loop', message: { en: 'It crashes.', nl: 'Het crasht.' } }

function create(name = freshName()): Promise<OperationOfDeployment> {
  const body = { app: 'qdrant', namespace: 'team-a', name, settings: {} }
  return ground.platform.createDeployment(ada, { body })
}

async function served(): Promise<OperationOfDeployment> {
  const made = await create()
  await ground.hub.start(made.id, 'amsterdam', 'w1')
  await ground.hub.applied(await ground.claim(made.id, 'amsterdam'))
  await ground.hub.observed([seen(made)])
  return made
}

function read(operation: { id: string }): Promise<OperationOfDeployment> {
  return ground.platform.readOperation(ada, { params: { operation: operation.id } })
}

function readDeployment({ namespace, name }: OperationOfDeployment) {
  return ground.platform.readDeployment(ada, { params: { namespace, name } })
}

function restart({ namespace, name }: OperationOfDeployment) {
  return ground.platform.restartDeployment(ada, { params: { namespace, name } })
}

function remove({ namespace, name }: OperationOfDeployment, data: 'keep' | 'delete' = 'keep') {
  return ground.platform.deleteDeployment(ada, { params: { namespace, name }, query: { data } })
}

describe('a worker that takes an operation up', () => {
  it('is told everything it has to do at once', async () => {
    const made = await create()
    const order = await ground.hub.start(made.id, 'amsterdam', 'w1')
    expect(order).toMatchObject({ kind: 'create', step: { type: 'apply' } })
    if (order?.step.type !== 'apply') throw new Error('no apply')
    expect(order.step.work.revision).toBe(1)
    expect(Object.keys(order.step.secrets)).not.toEqual([])
    expect(await read(made)).toMatchObject({ state: 'running', step: 'applying', attempt: 1 })
  })

  it('counts a further attempt when another worker takes over', async () => {
    const made = await create()
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    await ground.hub.start(made.id, 'amsterdam', 'w2')
    expect(await read(made)).toMatchObject({ attempt: 2 })
  })

  it('gets nothing to do for what is unknown, has ended, or only waits for its pods', async () => {
    expect(await ground.hub.start(randomUUID(), 'amsterdam', 'w1')).toBeNull()
    const waiting = await create()
    await ground.hub.start(waiting.id, 'amsterdam', 'w1')
    await ground.hub.applied(await ground.claim(waiting.id, 'amsterdam'))
    expect(await ground.hub.start(waiting.id, 'amsterdam', 'w2')).toBeNull()
    expect(await read(waiting)).toMatchObject({ step: 'waiting', attempt: 1 })
    expect(await ground.hub.start((await served()).id, 'amsterdam', 'w1')).toBeNull()
  })
})

describe('a create', () => {
  it('succeeds when its pods serve, and not when its objects are applied', async () => {
    const made = await create()
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    expect(await ground.hub.applied(await ground.claim(made.id, 'amsterdam'))).toBe('accepted')
    expect(await read(made)).toMatchObject({ state: 'running', step: 'waiting' })
    await ground.hub.observed([seen(made, { state: 'progressing', ready: false })])
    expect(await read(made)).toMatchObject({ state: 'running' })
    await ground.hub.observed([seen(made)])
    expect(await read(made)).toMatchObject({ state: 'succeeded' })
    expect(await readDeployment(made)).toMatchObject({
      applied: { revision: 1 },
      health: { state: 'healthy' },
    })
  })

  it('succeeds too when its pods were seen before the worker reported', async () => {
    const made = await create()
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    await ground.hub.observed([seen(made)])
    expect(await read(made)).toMatchObject({ state: 'running' })
    await ground.hub.applied(await ground.claim(made.id, 'amsterdam'))
    expect(await read(made)).toMatchObject({ state: 'succeeded' })
  })

  it('fails with the cause that was seen, and says what to do', async () => {
    const made = await create()
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    await ground.hub.applied(await ground.claim(made.id, 'amsterdam'))
    await ground.hub.observed([seen(made, { state: 'degraded', ready: false, failure: crash })])
    expect(await read(made)).toMatchObject({
      state: 'failed',
      cause: crash,
      next: nextAfter('crash-loop', null),
    })
  })

  it('is not judged by pods of another revision', async () => {
    const made = await served()
    const again = await restart(made)
    await ground.hub.start(again.id, 'amsterdam', 'w1')
    await ground.hub.applied(await ground.claim(again.id, 'amsterdam'))
    await ground.hub.observed([
      seen(made, { reason: { en: 'the old pods still serve', nl: 'de oude pods werken nog' } }),
    ])
    expect(await read(again)).toMatchObject({ state: 'running', step: 'waiting' })
  })
})

describe('a change of what runs', () => {
  it('completes after what it replaced is gone', async () => {
    const made = await served()
    const again = await restart(made)
    await ground.hub.start(again.id, 'amsterdam', 'w1')
    await ground.hub.applied(await ground.claim(again.id, 'amsterdam'))
    await ground.hub.observed([seen(made, { revision: 2 })])
    expect(await read(again)).toMatchObject({ state: 'running' })
    expect(await ground.hub.start(again.id, 'amsterdam', 'w1')).toMatchObject({
      step: { type: 'settle' },
    })
    expect(await ground.hub.settled(await ground.claim(again.id, 'amsterdam'))).toBe('accepted')
    expect(await read(again)).toMatchObject({ state: 'succeeded' })
  })

  it('does not hear reports of an operation that a newer one replaced', async () => {
    const made = await served()
    const first = await restart(made)
    await ground.hub.start(first.id, 'amsterdam', 'w1')
    const second = await restart(made)
    expect(await ground.hub.applied(await ground.claim(first.id))).toBe('ended')
    expect(
      await ground.hub.failed(await ground.claim(first.id), crash, nextAfter('crash-loop', null)),
    ).toBe('ended')
    expect(await ground.hub.start(first.id, 'amsterdam', 'w1')).toBeNull()
    expect(await read(first)).toMatchObject({ state: 'cancelled', cause: { code: 'superseded' } })
    expect(await read(second)).toMatchObject({ state: 'queued' })
  })

  it('does not hear a worker whose operation another one has taken up', async () => {
    const made = await create()
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    const lost = await ground.claim(made.id)
    await ground.hub.start(made.id, 'amsterdam', 'w2')
    expect(await ground.hub.failed(lost, crash, nextAfter('crash-loop', null))).toBe('ended')
    expect(await ground.hub.applied(lost)).toBe('ended')
    expect(await ground.hub.applied(await ground.claim(made.id))).toBe('accepted')
  })

  it('tells the same thing once, however often it is reported', async () => {
    const made = await create()
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    const claim = await ground.claim(made.id)
    await Promise.all([1, 2, 3].map(() => ground.hub.applied(claim)))
    const story = await ground.story(made.deployment)
    expect(story).toEqual(['DeploymentRequested', 'DeploymentStarted', 'DeploymentApplied'])
  })
})

describe('a delete', () => {
  it('ends the deployment, frees its name and keeps its operations readable', async () => {
    const made = await served()
    const gone = await remove(made)
    expect(await ground.hub.start(gone.id, 'amsterdam', 'w1')).toMatchObject({
      step: { type: 'remove', data: 'keep' },
    })
    expect(await ground.hub.removed(await ground.claim(gone.id, 'amsterdam'))).toBe('accepted')
    await expect(readDeployment(made)).rejects.toMatchObject({ code: 'not-found' })
    expect(await read(gone)).toMatchObject({ state: 'succeeded' })
    expect(await create(made.name)).toMatchObject({ state: 'queued', name: made.name })
  })

  it('erases the secrets when the data goes too', async () => {
    const made = await served()
    const gone = await remove(made, 'delete')
    await ground.hub.start(gone.id, 'amsterdam', 'w1')
    await ground.hub.removed(await ground.claim(gone.id, 'amsterdam'))
    const left = await ground.context.database.query(
      'select 1 from kade.secret_version where deployment = $1',
      [made.deployment],
    )
    expect(left).toEqual([])
  })

  it('leaves nothing that was seen behind, nor takes in what is seen afterwards', async () => {
    const made = await served()
    const gone = await remove(made)
    await ground.hub.start(gone.id, 'amsterdam', 'w1')
    await ground.hub.removed(await ground.claim(gone.id, 'amsterdam'))
    await ground.hub.observed([seen(made, { state: 'missing', ready: false })])
    const left = await ground.context.database.query(
      'select 1 from kade.observation where deployment = $1',
      [made.deployment],
    )
    expect(left).toEqual([])
  })
})

describe('what is seen', () => {
  const healthOf = async (made: OperationOfDeployment) => (await readDeployment(made)).health.state

  it('is not what was seen before that, although it comes later', async () => {
    const made = await served()
    const at = new Date()
    const before = new Date(at.getTime() - 1_000)
    await ground.hub.observed([seen(made, { state: 'degraded', ready: false, at })])
    await ground.hub.observed([seen(made, { at: before })])
    expect(await healthOf(made)).toBe('degraded')
    // Also where nothing changed at the moment that came first.
    const later = (seconds: number) => new Date(at.getTime() + seconds * 1_000)
    ground.pass(60)
    await ground.hub.observed([seen(made, { state: 'degraded', ready: false, at: later(9) })])
    await ground.hub.observed([seen(made, { at: later(5) })])
    expect(await healthOf(made)).toBe('degraded')
    // A clock that is ahead keeps nothing out.
    await ground.hub.observed([seen(made, { at: later(7_200) })])
    expect(await healthOf(made)).toBe('healthy')
    ground.pass(1)
    await ground.hub.observed([
      seen(made, { state: 'degraded', ready: false, at: ground.context.clock() }),
    ])
    expect(await healthOf(made)).toBe('degraded')
  })

  it('is not unknown because one worker sees nothing while another does', async () => {
    const made = await served()
    const blind = seen(made, { state: 'unknown', ready: false })
    const clusters = [{ name: 'amsterdam', reachable: true }]
    await ground.agent.heartbeat({ worker: 'w2', clusters })
    // Of the ground.
    await ground.context.database.query(`delete from kade.worker_report where worker = 'test'`)
    await ground.hub.observed([{ ...blind, at: ground.context.clock() }], 'w1')
    expect(await healthOf(made)).toBe('healthy')
    await ground.hub.observed([{ ...blind, at: ground.context.clock() }], 'w2')
    expect(await healthOf(made)).toBe('unknown')
  })

  it('is told once of what a worker made again, however often it says so', async () => {
    const made = await served()
    const { deployment } = made
    const report = { deployment, cluster: 'amsterdam', objects: ['Service/chat'], at: new Date() }
    for (const one of [report, report, { ...report, at: new Date(report.at.getTime() + 1) }])
      await ground.hub.repaired(one)
    const told = await readStream(ground.context.database, `observed-${deployment}`)
    expect(told.filter(event => event.type === 'ObjectsRepaired')).toHaveLength(2)
  })

  it('is told as an event when it changes, and not when it stays', async () => {
    const made = await served()
    const reason = { en: 'no pod serves', nl: 'geen pod werkt' }
    const down = seen(made, { state: 'degraded', ready: false, reason })
    await ground.hub.observed([down])
    await ground.hub.observed([{ ...down, at: new Date() }])
    const { items } = await ground.platform.readTimeline(ada, {
      params: { namespace: made.namespace, name: made.name },
      query: { limit: 50 },
    })
    expect(items.filter(one => one.event === 'HealthChanged')).toHaveLength(2)
    expect(await readDeployment(made)).toMatchObject({
      health: { state: 'degraded', reason },
      operation: { state: 'succeeded' },
    })
  })

  it('keeps texts that PostgreSQL would not take, so that no pod can stop what others are seen as', async () => {
    const made = await served()
    const said = 'ended with \u0000 and half a smile \ud83d'
    const reason = { en: said, nl: said }
    const odd = seen(made, {
      state: 'degraded',
      ready: false,
      reason,
      failure: { code: 'crash-loop', message: reason },
    })
    await ground.hub.observed([odd])
    expect(await readDeployment(made)).toMatchObject({ health: { state: 'degraded' } })
  })
})
