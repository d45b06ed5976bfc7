import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Bus, openBus } from '#platform/events/bus.ts'
import { tellFullNamespaces } from '#platform/events/handlers/tell-full-namespaces.ts'
import { readStream } from '#platform/events/store.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
let bus: Bus
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('team-a', 'a')
  const { database } = ground.context
  bus = openBus({ database, queue: ground.queue, source: 'urn:kade:test' })
})
afterAll(async () => {
  await bus?.stop()
  await ground?.stop()
})

async function fail(code: string): Promise<string> {
  const name = freshName()
  const body = { app: 'qdrant', namespace: 'team-a', name, settings: {} }
  const { id } = await ground.platform.createDeployment(ada, { body })
  await ground.hub.start(id, 'amsterdam', 'w1')
  const text = { en: 'No room is left.', nl: 'Er is geen ruimte meer.' }
  const cause = { code, message: text, object: 'StatefulSet/x' }
  await ground.hub.failed(await ground.claim(id), cause, text)
  return name
}

it('a namespace whose quota refused something tells so, once for each failure and for no other', async () => {
  const subscriptions = await bus.subscribe([tellFullNamespaces(ground.context.database)])
  const told = async () =>
    (await readStream(ground.context.database, 'namespace-team-a')).map(({ data }) => data)
  await fail('crash-loop')
  const full = await fail('quota-exceeded')
  const soon = { timeout: 20_000, interval: 20 }
  await vi.waitFor(async () => expect(await told()).toHaveLength(1), soon)
  expect(await told()).toMatchObject([
    {
      namespace: 'team-a',
      deployment: full,
      object: 'StatefulSet/x',
      message: { nl: 'Er is geen ruimte meer.' },
    },
  ])
  await subscriptions.replay('tell-full-namespaces', 0)
  const next = await fail('quota-exceeded')
  await vi.waitFor(async () => expect(await told()).toHaveLength(2), soon)
  expect(await told()).toMatchObject([{ deployment: full }, { deployment: next }])
})
