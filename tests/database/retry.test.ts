import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { createPlatform } from '#platform/create-platform.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import { digestOf } from '#platform/deployments/digest.ts'
import { previewHash, renderDigest } from '#platform/deployments/preview-hash.ts'
import type { Platform } from '#platform/platform.ts'
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

const text = { en: 'So it is.', nl: 'Zo is het.' }
const prune = { kind: 'prune', object: 'ConfigMap/chat', uid: 'u1', message: text } as const

async function created(
  app = 'qdrant',
  bindings: CreateDeployment['bindings'] = {},
): Promise<OperationOfDeployment> {
  const body = { app, namespace: 'team-a', name: freshName(), settings: {}, bindings }
  return ground.platform.createDeployment(ada, { body })
}

async function fails({ id }: { id: string }, code: string, asks: (typeof prune)[] = []) {
  await ground.hub.start(id, 'amsterdam', 'w1')
  await ground.hub.failed(await ground.claim(id), { code, message: text }, text, asks)
  return ground.platform.readOperation(ada, { params: { operation: id } })
}

function retry({ id, asks }: OperationOfDeployment, platform: Platform = ground.platform) {
  const body = asks && { consent: asks.digest }
  return platform.retryOperation(ada, { params: { operation: id }, ...(body && { body }) })
}

/** The platform once somebody has put another version of the app on the shelf. */
function withNewerApp(): Platform {
  const catalog = ground.context.catalog.map(one =>
    one.app.id === 'qdrant' ? { ...one, app: { ...one.app, version: '99.0.0' } } : one,
  )
  return createPlatform({ ...ground.context, catalog })
}

async function objectsOf(deployment: string, revision: number): Promise<KubernetesObject[]> {
  const [row] = await ground.context.database.query<{ digest: string }>(
    'select objects_digest as digest from kade.revision where deployment = $1 and number = $2',
    [deployment, revision],
  )
  return (await readBlob(ground.context.database, row?.digest ?? '')) as KubernetesObject[]
}

/** An update that is asked for with the hash of a preview. */
async function updated() {
  const made = await created()
  const shown = renderDigest(await objectsOf(made.deployment, 1), made.deployment, ['amsterdam'])
  const preview = previewHash(shown, [digestOf('as it stood')])
  const params = { namespace: made.namespace, name: made.name }
  const body = { settings: {}, preview }
  return { preview, operation: await ground.platform.updateDeployment(ada, { params, body }) }
}

async function previewOfWork({ id }: { id: string }) {
  const order = await ground.hub.start(id, 'amsterdam', 'w1')
  if (order?.step.type !== 'apply') throw new Error('There is nothing to apply.')
  return order.step.work.preview
}

describe('a retry', () => {
  it.each([['preview-stale', []] as const, ['foreign-object', [prune]] as const])(
    'of what wrote nothing (%s) holds on to the preview that was seen',
    async (code, asks) => {
      const { preview, operation } = await updated()
      const again = await retry(await fails(operation, code, [...asks]))
      expect(await previewOfWork(again)).toBe(preview)
    },
  )

  it('of what nobody took up holds on to it too, whatever stands on the shelf by now', async () => {
    const { preview, operation } = await updated()
    await ground.platform.cancelOperation(ada, { params: { operation: operation.id } })
    expect(await previewOfWork(await retry(operation, withNewerApp()))).toBe(preview)
  })

  it('of a create or an update applies the very objects it was asked for with, and says their version', async () => {
    const made = await created()
    const then = await objectsOf(made.deployment, 1)
    const again = await retry(await fails(made, 'image-not-found'), withNewerApp())
    expect(await objectsOf(made.deployment, 2)).toEqual(then)
    const params = { namespace: made.namespace, name: made.name }
    const { version } = await ground.platform.readDeployment(ada, { params })
    expect(version).not.toBe('99.0.0')
    await retry(await fails(again, 'image-not-found'), withNewerApp())
    expect(await objectsOf(made.deployment, 3)).toEqual(then)
    await withNewerApp().updateDeployment(ada, { params, body: { settings: {} } })
    expect(await objectsOf(made.deployment, 4)).not.toEqual(then)
  })

  it('is refused where what it is bound to has another key by now', async () => {
    const store = await created('qdrant')
    const chat = await created('open-webui', {
      llm: { url: 'https://models.example.org/v1' },
      vectors: `team-a/${store.name}`,
    })
    await ground.platform.cancelOperation(ada, { params: { operation: chat.id } })
    const again = await retry(chat)
    await ground.platform.cancelOperation(ada, { params: { operation: again.id } })
    const { database, secrets } = ground.context
    await secrets.erase(database, store.deployment)
    await secrets.put(database, store.deployment, 1, { apiKey: 'another' })
    await expect(retry(again)).rejects.toMatchObject({
      code: 'settings-invalid',
      details: { violations: [{ pointer: '/bindings/vectors' }] },
    })
  })

  it('of what was applied goes on from there', async () => {
    const { operation } = await updated()
    const again = await retry(await fails(operation, 'image-not-found'))
    expect(await previewOfWork(again)).toBeUndefined()
  })

  it('of a rollback to the very objects of then applies these, however often', async () => {
    const made = await created()
    const platform = withNewerApp()
    const params = { namespace: made.namespace, name: made.name }
    await platform.updateDeployment(ada, { params, body: { settings: {} } })
    const body = { revision: 1, configuration: 'then' } as const
    const rollback = await platform.rollbackDeployment(ada, { params, body })
    const then = await objectsOf(made.deployment, 1)
    expect(await objectsOf(made.deployment, 2)).not.toEqual(then)
    const asked = await fails(rollback, 'prune-too-large', [prune])
    const again = await fails(await retry(asked, platform), 'image-not-found')
    expect(await objectsOf(made.deployment, 4)).toEqual(then)
    await retry(again, platform)
    expect(await objectsOf(made.deployment, 5)).toEqual(then)
  })

  it.each(['now', 'then'] as const)(
    'of a rollback to %s is refused for another key only where it took what it is bound to as it is',
    async configuration => {
      const store = await created('qdrant')
      const bindings = {
        llm: { url: 'https://models.example.org/v1' },
        vectors: `team-a/${store.name}`,
      }
      const chat = await created('open-webui', bindings)
      const params = { namespace: chat.namespace, name: chat.name }
      const changed = { settings: {}, bindings, env: { TZ: 'UTC' } }
      await ground.platform.updateDeployment(ada, { params, body: changed })
      const body = { revision: 1, configuration } as const
      const rollback = await ground.platform.rollbackDeployment(ada, { params, body })
      // What it is bound to does not serve, so no worker takes it up.
      const stopped = ({ id }: { id: string }) =>
        ground.platform.cancelOperation(ada, { params: { operation: id } })
      const again = await stopped(await retry(await stopped(rollback)))
      const { database, secrets } = ground.context
      await secrets.erase(database, store.deployment)
      await secrets.put(database, store.deployment, 1, { apiKey: 'another' })
      const third = await retry(again).catch((error: unknown) => error)
      expect(third).toMatchObject(
        configuration === 'then'
          ? { state: 'queued' }
          : {
              code: 'settings-invalid',
              details: { violations: [{ pointer: '/bindings/vectors' }] },
            },
      )
    },
  )

  it('of what has not ended is refused in the words of its pages', async () => {
    const made = await created()
    await expect(retry(made)).rejects.toMatchObject({
      text: { nl: expect.stringMatching(/staat op “in de wachtrij”; .*afgebroken .*goedkeuring/) },
    })
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    await ground.hub.applied(await ground.claim(made.id))
    await ground.hub.observed([seen(made)])
    await expect(retry(made)).rejects.toMatchObject({
      text: { nl: expect.stringContaining('staat op “gelukt”') },
    })
  })
})
