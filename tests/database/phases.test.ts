import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationOfDeployment } from '#api/operations.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { rollBackFailedUpdate } from '#platform/events/handlers/roll-back-failed-update.ts'
import { readStream } from '#platform/events/store.ts'
import type { Phase } from '#platform/events/types.ts'
import type { Gate } from '#platform/federation/observation.ts'
import { endOverdue, findIdle } from '#platform/orchestration/watchdog.ts'
import type { Claim } from '#platform/orchestration/worker-hub.ts'
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

/** One without data, to which Kade may go back by itself. */
function create(): Promise<OperationOfDeployment> {
  const body = { app: 'litellm', namespace: 'team-a', name: freshName(), settings: {} }
  return ground.platform.createDeployment(ada, { body })
}

function read({ id }: { id: string }): Promise<OperationOfDeployment> {
  return ground.platform.readOperation(ada, { params: { operation: id } })
}

async function start({ id }: { id: string }): Promise<Claim> {
  const order = await ground.hub.start(id, 'amsterdam', 'w1')
  expect(order?.step.type).toBe('apply')
  if (!order) throw new Error('nothing to do')
  return order.claim
}

/** What is seen of an operation whose revision before still serves. */
function sees(
  of: OperationOfDeployment,
  phase: Phase,
  more: Partial<Gate> = {},
  revision = of.revision ?? 0,
): Promise<void> {
  const gate = { revision: of.revision ?? 0, phase, open: false, ...more }
  return ground.hub.observed([seen(of, { revision, ready: false, gate })])
}

async function served(): Promise<OperationOfDeployment> {
  const made = await create()
  await ground.hub.applied(await start(made))
  await ground.hub.observed([seen(made)])
  return made
}

async function updated(): Promise<OperationOfDeployment> {
  const { namespace, name } = await served()
  const body = { settings: { retries: 3 } }
  return ground.platform.updateDeployment(ada, { params: { namespace, name }, body })
}

const failure = {
  code: 'job-failed',
  object: 'Job/x-migrate',
  message: { en: 'A job failed.', nl: 'Een taak is mislukt.' },
}

/** What the platform asked for by itself after the newest failure, or null. */
async function afterFailure({ deployment, namespace, name }: OperationOfDeployment) {
  const events = await readStream(ground.context.database, `deployment-${deployment}`)
  const failed = events.findLast(event => event.type === 'DeploymentFailed')
  if (!failed) throw new Error('it has not failed')
  await rollBackFailedUpdate(ground.context).handle(failed, new AbortController().signal)
  const { operation } = await ground.platform.readDeployment(ada, { params: { namespace, name } })
  return operation?.via === 'platform' ? operation.kind : null
}

describe('an operation with phases', () => {
  it('holds no worker while a phase runs, and goes on when it is over', async () => {
    const update = await updated()
    const first = await start(update)
    expect(await ground.hub.phaseStarted(first, 'pre')).toBe('accepted')
    expect(await read(update)).toMatchObject({ state: 'running', step: 'preparing', attempt: 1 })
    expect(await ground.hub.start(update.id, 'amsterdam', 'w1')).toBeNull()
    await sees(update, 'pre', {}, 1)
    expect(await ground.hub.start(update.id, 'amsterdam', 'w1')).toBeNull()
    await sees(update, 'pre', { open: true }, 1)
    expect(await findIdle(ground.context)).toEqual([])

    const second = await start(update)
    expect(await read(update)).toMatchObject({ step: 'applying', attempt: 1 })
    // Whoever comes late with the claim of the phase before is not heard.
    expect(await ground.hub.applied(first)).toBe('ended')
    await ground.hub.phaseStarted(second, 'main')
    expect(await read(update)).toMatchObject({ step: 'waiting' })
    await sees(update, 'main', { open: true })
    await ground.hub.applied(await start(update), 'test')
    expect(await read(update)).toMatchObject({ step: 'testing' })
    await ground.hub.observed([
      seen(update, { revision: 2, gate: { revision: 2, phase: 'test', open: true } }),
    ])
    const order = await ground.hub.start(update.id, 'amsterdam', 'w1')
    expect(order?.step.type).toBe('settle')
    if (order) await ground.hub.settled(order.claim)
    expect(await read(update)).toMatchObject({ state: 'succeeded' })
    expect((await ground.story(update.deployment)).slice(4)).toEqual([
      'DeploymentRequested',
      'DeploymentStarted',
      'PhaseStarted',
      'DeploymentStarted',
      'PhaseStarted',
      'DeploymentStarted',
      'DeploymentApplied',
      'DeploymentCompleted',
    ])
    const { items } = await ground.platform.readTimeline(ada, {
      params: update,
      query: { limit: 50 },
    })
    const told = items.map(one => one.text.nl).join('\n')
    for (const said of ['De taken vooraf zijn klaar.', 'werkt op amsterdam en wordt getest.'])
      expect(told).toContain(said)
  })

  it('counts as attempts what began anew, and neither a phase nor who goes on after it', async () => {
    const update = await updated()
    await ground.hub.phaseStarted(await start(update), 'pre')
    await sees(update, 'pre', { open: true }, 1)
    await start(update)
    expect(await read(update)).toMatchObject({ attempt: 1 })
    // The worker that went on is killed, and so is the one after it.
    await start(update)
    expect(await read(update)).toMatchObject({ attempt: 2 })
    await ground.hub.phaseStarted(await start(update), 'main')
    await sees(update, 'main', { open: true })
    const last = await start(update)
    expect(await read(update)).toMatchObject({ attempt: 3 })
    expect(last.attempt).toBe(5)
    const { items } = await ground.platform.readTimeline(ada, {
      params: update,
      query: { limit: 50 },
    })
    const told = items.map(one => one.text.en).join(' ')
    expect(told.match(/attempt \d/g)?.toSorted()).toEqual(['attempt 2', 'attempt 3'])
    const owner = await openDatabase(ground.adminUrl)
    await rebuildDeployments(owner).finally(() => owner.close())
    expect(await read(update)).toMatchObject({ attempt: 3 })
  })

  it('that serves and is tested at its deadline is not gone back from', async () => {
    const update = await updated()
    await ground.hub.applied(await start(update), 'test')
    await ground.hub.observed([
      seen(update, { revision: 2, gate: { revision: 2, phase: 'test', open: true } }),
    ])
    ground.pass(700)
    await ground.context.database.query('update kade.cluster set heartbeat_at = $1', [
      ground.context.clock(),
    ])
    await endOverdue(ground.context, () => {})
    expect(await read(update)).toMatchObject({ cause: { code: 'not-settled-in-time' } })
    expect(await afterFailure(update)).toBeNull()
  })

  it('tells a phase once, however often it is reported', async () => {
    const made = await create()
    const claim = await start(made)
    await Promise.all([1, 2, 3].map(() => ground.hub.phaseStarted(claim, 'pre')))
    const story = await ground.story(made.deployment)
    expect(story).toEqual(['DeploymentRequested', 'DeploymentStarted', 'PhaseStarted'])
  })

  it('goes on too when the phase was over before the worker reported', async () => {
    const made = await create()
    const claim = await start(made)
    await sees(made, 'pre', { open: true })
    await ground.hub.phaseStarted(claim, 'pre')
    await start(made)
  })

  it('is not moved by a phase of another revision', async () => {
    const update = await updated()
    await ground.hub.phaseStarted(await start(update), 'pre')
    await sees(update, 'pre', { open: true, revision: 1 }, 1)
    await sees(update, 'pre', { failure, revision: 1 }, 1)
    expect(await read(update)).toMatchObject({ state: 'running', step: 'preparing' })
  })

  it('is swept up when its phase is over and its task was lost', async () => {
    const made = await create()
    await ground.hub.phaseStarted(await start(made), 'pre')
    ground.pass(20)
    const idle = async () => (await findIdle(ground.context)).map(one => one.subject)
    expect(await idle()).not.toContain(made.id)
    await sees(made, 'pre', { open: true })
    expect(await idle()).toContain(made.id)
  })
})

describe('a phase that fails', () => {
  it('before the app ends the operation, and what serves is left as it is', async () => {
    const update = await updated()
    await ground.hub.phaseStarted(await start(update), 'pre')
    await sees(update, 'pre', { failure }, 1)
    expect(await read(update)).toMatchObject({
      state: 'failed',
      cause: failure,
      next: { en: expect.stringContaining('Revision 1 goes on serving') },
    })
    expect(await afterFailure(update)).toBeNull()
    const { applied } = await ground.platform.readDeployment(ada, { params: update })
    expect(applied?.revision).toBe(1)
  })

  it('before the app, for want of its image, is not gone back from either', async () => {
    const update = await updated()
    await ground.hub.phaseStarted(await start(update), 'pre')
    await sees(update, 'pre', { failure: { ...failure, code: 'image-pull-failed' } }, 1)
    expect(await afterFailure(update)).toBeNull()
  })

  it('as a test of what serves is gone back from', async () => {
    const update = await updated()
    await ground.hub.applied(await start(update), 'test')
    await sees(update, 'test', { failure })
    expect(await read(update)).toMatchObject({ state: 'failed', cause: failure })
    expect(await afterFailure(update)).toBe('rollback')
  })

  it.each([
    ['failed', { open: true }],
    ['never ended', {}],
  ])(
    'after the app, because it %s, does not fail the operation, nor keep what was replaced',
    async (_, more) => {
      const update = await updated()
      await ground.hub.applied(await start(update), 'post')
      const gate = { revision: 2, phase: 'post', open: false, ...more } as const
      await ground.hub.observed([seen(update, { revision: 2, ready: gate.open, gate })])
      expect(await read(update)).toMatchObject({ state: 'running', step: 'concluding' })
      if (!gate.open) expect(await ground.hub.start(update.id, 'amsterdam', 'w1')).toBeNull()
      ground.pass(545)
      expect((await findIdle(ground.context)).map(one => one.subject)).toContain(update.id)
      const order = await ground.hub.start(update.id, 'amsterdam', 'w1')
      expect(order?.step.type).toBe('settle')
      if (order) await ground.hub.settled(order.claim)
      expect(await read(update)).toMatchObject({ state: 'succeeded' })
    },
  )

  it('after an app that does not serve at the end of its time fails the operation', async () => {
    const update = await updated()
    await ground.hub.applied(await start(update), 'post')
    const gate = { revision: 2, phase: 'post', open: false } as const
    const more = { revision: 2, ready: false, state: 'progressing', gate } as const
    await ground.hub.observed([seen(update, more)])
    ground.pass(545)
    expect(await ground.hub.start(update.id, 'amsterdam', 'w1')).toBeNull()
    ground.pass(100)
    await ground.context.database.query('update kade.cluster set heartbeat_at = $1', [
      ground.context.clock(),
    ])
    await endOverdue(ground.context, message => expect(message).toBe(''))
    expect(await read(update)).toMatchObject({ cause: { code: 'job-not-done-in-time' } })
  })

  it('by never ending is told as that, at the deadline', async () => {
    const update = await updated()
    await ground.hub.phaseStarted(await start(update), 'pre')
    ground.pass(700)
    await ground.context.database.query('update kade.cluster set heartbeat_at = $1', [
      ground.context.clock(),
    ])
    await endOverdue(ground.context, message => expect(message).toBe(''))
    expect(await read(update)).toMatchObject({
      state: 'failed',
      cause: { code: 'job-not-done-in-time' },
      next: { nl: expect.stringContaining('Revisie 1 blijft werken') },
    })
    expect(await afterFailure(update)).toBeNull()
  })
})
