import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationOfDeployment } from '#api/operations.ts'
import { endOverdue, findIdle } from '#platform/orchestration/watchdog.ts'
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
  await ground.cluster('paris', null)
  await ground.namespace('team-a', 'a', ['amsterdam', 'paris'])
})
afterAll(() => ground?.stop())

const deadline = 700

function create(cluster = 'amsterdam'): Promise<OperationOfDeployment> {
  const body = { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {}, cluster }
  return ground.platform.createDeployment(ada, { body })
}

function read({ id }: OperationOfDeployment): Promise<OperationOfDeployment> {
  return ground.platform.readOperation(ada, { params: { operation: id } })
}

/** Lets the deadline pass while the worker goes on reporting, and ends what is overdue. */
async function afterTheDeadline(): Promise<void> {
  ground.pass(deadline)
  await ground.context.database.query(
    `update kade.cluster set heartbeat_at = $1 where name = 'amsterdam'`,
    [ground.context.clock()],
  )
  const failures: unknown[] = []
  await endOverdue(ground.context, message => failures.push(message))
  expect(failures).toEqual([])
}

async function codeOf(operation: OperationOfDeployment): Promise<string | undefined> {
  const { state, cause, next } = await read(operation)
  expect(state).toBe('failed')
  expect(next?.en).not.toBe('')
  return cause?.code
}

async function served(): Promise<OperationOfDeployment> {
  const made = await create()
  await ground.hub.start(made.id, 'amsterdam', 'w1')
  await ground.hub.applied(await ground.claim(made.id, 'amsterdam'))
  await ground.hub.observed([seen(made)])
  return made
}

describe('an operation past its deadline fails, and its cause says how far it came', () => {
  it('before its cluster was ever reached', async () => {
    const made = await create('paris')
    await afterTheDeadline()
    expect(await codeOf(made)).toBe('cluster-unreachable')
  })

  it('before any worker took it up', async () => {
    const made = await create()
    await afterTheDeadline()
    expect(await codeOf(made)).toBe('not-started-in-time')
  })

  it('before all objects were applied', async () => {
    const made = await create()
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    await afterTheDeadline()
    expect(await codeOf(made)).toBe('not-applied-in-time')
  })

  it('before its pods were ready, with what was last seen of them', async () => {
    const made = await create()
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    await ground.hub.applied(await ground.claim(made.id, 'amsterdam'))
    const reason = { en: 'Waiting for a node', nl: 'Wacht op een node' }
    const waiting = { state: 'progressing', ready: false, reason } as const
    await ground.hub.observed([seen(made, waiting)])
    await afterTheDeadline()
    expect(await codeOf(made)).toBe('not-ready-in-time')
    expect((await read(made)).cause?.message).toMatchObject({
      en: expect.stringContaining('(Waiting for a node).'),
      nl: expect.stringContaining('(Wacht op een node).'),
    })
  })

  it('when the new pods serve and the old objects are still there', async () => {
    const made = await served()
    const { namespace, name } = made
    const again = await ground.platform.restartDeployment(ada, { params: { namespace, name } })
    await ground.hub.start(again.id, 'amsterdam', 'w1')
    await ground.hub.applied(await ground.claim(again.id, 'amsterdam'))
    await ground.hub.observed([seen(made, { revision: 2 })])
    await afterTheDeadline()
    expect(await codeOf(again)).toBe('not-settled-in-time')
  })

  it('when a delete has not removed everything', async () => {
    const { namespace, name } = await served()
    const gone = await ground.platform.deleteDeployment(ada, {
      params: { namespace, name },
      query: { data: 'keep' },
    })
    await ground.hub.start(gone.id, 'amsterdam', 'w1')
    await afterTheDeadline()
    expect(await codeOf(gone)).toBe('not-deleted-in-time')
  })

  it('and not one moment earlier', async () => {
    const made = await create()
    await endOverdue(ground.context, () => {})
    expect(await read(made)).toMatchObject({ state: 'queued' })
  })
})

describe('the sweep looks for operations that may have lost their task', () => {
  const found = async (operation: OperationOfDeployment) =>
    (await findIdle(ground.context)).filter(one => one.subject === operation.id)

  it('leaves a young one alone, and names an old one with its cluster and deployment', async () => {
    const made = await create()
    expect(await found(made)).toEqual([])
    ground.pass(20)
    expect(await found(made)).toEqual([
      { kind: 'advance', cluster: 'amsterdam', subject: made.id, key: made.deployment },
    ])
  })

  it('leaves one alone that waits for its pods, until they are ready', async () => {
    const made = await served()
    const { namespace, name } = made
    const again = await ground.platform.restartDeployment(ada, { params: { namespace, name } })
    await ground.hub.start(again.id, 'amsterdam', 'w1')
    await ground.hub.applied(await ground.claim(again.id, 'amsterdam'))
    ground.pass(20)
    expect(await found(again)).toEqual([])
    await ground.hub.observed([seen(made, { revision: 2 })])
    expect(await found(again)).toHaveLength(1)
  })

  it('does not name one that has ended', async () => {
    const made = await served()
    ground.pass(20)
    expect(await found(made)).toEqual([])
  })

  it('does not need to while an operation may still succeed: its task is tried until then', async () => {
    await create()
    const [queue] = await ground.context.database.query<{ seconds: number }>(
      `select retry_limit * retry_delay_max as seconds from pgboss.queue
        where name = 'deploy.amsterdam'`,
    )
    const longest = Math.max(...ground.context.catalog.map(({ app }) => app.readyWithin)) + 300
    expect(queue?.seconds).toBeGreaterThan(longest)
  })

  it('restores nothing that is still in the queue, and what is lost once', async () => {
    const made = await create()
    ground.pass(20)
    const restore = () => found(made).then(tasks => ground.queue.restore(tasks))
    expect(await restore()).toBe(0)
    await ground.context.database.query(`delete from pgboss.job where data->>'subject' = $1`, [
      made.id,
    ])
    expect(await restore()).toBe(1)
    expect(await restore()).toBe(0)
  })
})
