import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { OperationOfDeployment } from '#api/operations.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
const stops: (() => Promise<void>)[] = []

beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('team-a', 'a')
})
afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})
afterAll(() => ground?.stop())

function create(): Promise<OperationOfDeployment> {
  const body = { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {} }
  return ground.platform.createDeployment(ada, { body })
}

async function tasksOf({ id }: OperationOfDeployment) {
  return (await ground.platform.readOperation(ada, { params: { operation: id } })).tasks
}

const soon = { timeout: 20_000, interval: 50 }

it('an operation says how many go before it, that it is tried again, when and why', async () => {
  const first = await create()
  const second = await create()
  const waiting = { cluster: 'amsterdam', state: 'waiting', tries: 0 }
  const [ahead] = (await tasksOf(first)) ?? []
  expect(ahead).toMatchObject(waiting)
  expect(await tasksOf(second)).toEqual([{ ...waiting, before: (ahead?.before ?? 0) + 1 }])
  const { items } = await ground.platform.listOperations(ada, { query: { limit: 2 } })
  expect(items.map(one => one.tasks?.[0]?.before)).toEqual([
    (ahead?.before ?? 0) + 1,
    ahead?.before,
  ])
  const { namespace, name } = second
  const shown = await ground.platform.readDeployment(ada, { params: { namespace, name } })
  expect(shown.operation.tasks).toEqual([{ ...waiting, before: (ahead?.before ?? 0) + 1 }])

  stops.push(
    await ground.queue.serve('amsterdam', async () => {
      throw new Error('the cluster is down')
    }),
  )
  await vi.waitFor(async () => {
    const [task] = (await tasksOf(second)) ?? []
    expect(task).toMatchObject({ state: 'retrying', reason: 'the cluster is down' })
    expect(task?.tries).toBeGreaterThan(0)
    expect(Date.parse(task?.nextTry ?? '')).toBeGreaterThan(Date.now() - 2_000)
  }, soon)
})

it('that runs says so, and one that ended has no task', async () => {
  const made = await create()
  const { promise, resolve } = Promise.withResolvers<void>()
  stops.push(
    await ground.queue.serve('amsterdam', async ({ subject }) => {
      if (subject === made.id) await promise
    }),
  )
  await vi.waitFor(async () => {
    expect(await tasksOf(made)).toEqual([{ cluster: 'amsterdam', state: 'running', tries: 1 }])
  }, soon)
  await ground.platform.cancelOperation(ada, { params: { operation: made.id } })
  expect(await tasksOf(made)).toBeUndefined()
  resolve()
})
