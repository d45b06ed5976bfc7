import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ask, OperationOfDeployment } from '#api/operations.ts'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { readStream } from '#platform/events/store.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('team-a', 'a')
})
afterAll(() => ground?.stop())

const text = { en: 'It exists already.', nl: 'Het bestaat al.' }
const cause = { code: 'foreign-object', message: text }
const item: Ask = {
  kind: 'take-over',
  object: 'ConfigMap/chat',
  uid: 'u1',
  manager: 'helm',
  message: text,
}

/** A create that ended with a question. */
async function asking(items: readonly Ask[] = [item]): Promise<OperationOfDeployment> {
  const body = { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {} }
  const made = await ground.platform.createDeployment(ada, { body })
  await ground.hub.start(made.id, 'amsterdam', 'w1')
  await ground.hub.failed(await ground.claim(made.id), cause, text, items)
  return read(made)
}

function read({ id }: { id: string }): Promise<OperationOfDeployment> {
  return ground.platform.readOperation(ada, { params: { operation: id } })
}

function retry({ id }: { id: string }, consent?: string, actor = ada) {
  const body = consent === undefined ? undefined : { consent }
  return ground.platform.retryOperation(actor, { params: { operation: id }, ...(body && { body }) })
}

describe('an operation that asks for consent', () => {
  it('needs approval of exactly what was asked, has ended, and is the same when rebuilt', async () => {
    const asked = await asking()
    expect(asked).toMatchObject({
      state: 'needs-approval',
      cause,
      endedAt: expect.any(String),
      asks: { digest: expect.stringMatching(/^sha256:/), items: [item] },
    })
    const params = { namespace: asked.namespace, name: asked.name }
    const deployment = await ground.platform.readDeployment(ada, { params })
    expect(deployment.operation).toMatchObject({ state: 'needs-approval', asks: asked.asks })
    const listed = await ground.platform.listOperations(ada, {
      query: { limit: 200, state: 'needs-approval' },
    })
    expect(listed.items.map(one => one.id)).toContain(asked.id)
    await rebuildDeployments(ground.context.database)
    expect(await read(asked)).toEqual(asked)
  })

  it('has another question when one object is another', async () => {
    const [one, other] = [await asking(), await asking([{ ...item, uid: 'u2' }])]
    expect(one.asks?.digest).not.toBe(other.asks?.digest)
    expect((await asking()).asks?.digest).toBe(one.asks?.digest)
  })

  it('is not done again without the consent, nor with one to something else, nor by a stranger', async () => {
    const asked = await asking()
    const { digest = '' } = asked.asks ?? {}
    await expect(retry(asked)).rejects.toMatchObject({
      code: 'conflict',
      details: { next: { en: expect.stringContaining(`{"consent": "${digest}"}`) } },
    })
    await expect(retry(asked, 'sha256:other')).rejects.toMatchObject({
      code: 'stale',
      message: expect.stringContaining('changed'),
    })
    await expect(retry(asked, digest, bob)).rejects.toMatchObject({ code: 'not-found' })
    expect(await read(asked)).toEqual(asked)
  })

  it('goes on with the consent, which stands in the event with who gave it and reaches the worker', async () => {
    const asked = await asking()
    const again = await retry(asked, asked.asks?.digest)
    expect(again).toMatchObject({ state: 'queued', continues: asked.id })
    const events = await readStream(ground.context.database, `deployment-${asked.deployment}`)
    const consents = [{ kind: 'take-over', object: 'ConfigMap/chat', uid: 'u1' }]
    expect(events.at(-1)).toMatchObject({
      type: 'DeploymentRequested',
      data: { actor: 'ada', continues: asked.id, consents },
    })
    const order = await ground.hub.start(again.id, 'amsterdam', 'w1')
    expect(order?.step).toMatchObject({ type: 'apply', work: { consents } })
    const params = { namespace: asked.namespace, name: asked.name }
    const { items } = await ground.platform.readTimeline(ada, { params, query: { limit: 50 } })
    const told = items.map(one => one.text.en)
    expect(told).toContain('It needs your consent: It exists already.')
    expect(told.some(one => one.includes('with consent to touch ConfigMap/chat'))).toBe(true)
    await expect(retry(asked, asked.asks?.digest)).rejects.toMatchObject({ code: 'conflict' })
  })
})

it('a consent holds for what its actor tries again, and is not passed on to somebody else', async () => {
  const asked = await asking()
  const agreed = await retry(asked, asked.asks?.digest)
  await ground.hub.start(agreed.id, 'amsterdam', 'w1')
  const away = { code: 'image-not-found', message: text }
  await ground.hub.failed(await ground.claim(agreed.id), away, text)
  const again = await retry(agreed)
  const consents = [{ kind: 'take-over', object: 'ConfigMap/chat', uid: 'u1' }]
  const order = await ground.hub.start(again.id, 'amsterdam', 'w1')
  expect(order?.step).toMatchObject({ type: 'apply', work: { consents } })
  await ground.platform.cancelOperation(ada, { params: { operation: again.id } })
  const eve = { ...ada, id: 'eve' }
  const byAnother = await retry(again, undefined, eve)
  const next = await ground.hub.start(byAnother.id, 'amsterdam', 'w1')
  expect(next?.step).toMatchObject({ type: 'apply', work: { consents: [] } })
})

it('a consent to an operation that asks nothing is refused', async () => {
  const body = { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {} }
  const made = await ground.platform.createDeployment(ada, { body })
  await ground.platform.cancelOperation(ada, { params: { operation: made.id } })
  await expect(retry(made, 'sha256:any')).rejects.toMatchObject({ code: 'conflict' })
  expect(await retry(made)).toMatchObject({ continues: made.id })
})
