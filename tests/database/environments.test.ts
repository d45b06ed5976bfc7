import { applyPatch } from 'rfc6902'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CreateDeployment, DeploymentInput } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import { catalog } from '#catalog/index.ts'
import type { RenderInput } from '#kit/app.ts'
import { type EnvironmentDefinition, environments } from '#kit/environment.ts'
import type { CatalogueEntry } from '#platform/context.ts'
import { createPlatform } from '#platform/create-platform.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import { writeHeartbeat } from '#platform/federation/carriers/worker-side.ts'
import type { MonitorKind } from '#platform/monitor-kinds.ts'
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
  await ground.namespace('prod-a', 'a', ['amsterdam'], 'prod')
})
afterAll(() => ground?.stop())

const apps = catalog.map(each => each.app)

/** Kade as it would be started with this written of `prod`. */
function kadeWith(prod: EnvironmentDefinition): Platform {
  return createPlatform({ ...ground.context, environments: environments({ prod }, apps) })
}

const usual = () =>
  kadeWith({
    defaults: { replicas: 2, env: { TZ: 'Europe/Amsterdam' } },
    apps: { litellm: { settings: { retries: 3 } } },
  })

function bodyOf(asked: Partial<CreateDeployment>): CreateDeployment {
  return { app: 'litellm', namespace: 'prod-a', name: freshName(), settings: {}, ...asked }
}

async function serve(made: OperationOfDeployment): Promise<OperationOfDeployment> {
  await ground.hub.start(made.id, 'amsterdam', 'w1')
  await ground.hub.applied(await ground.claim(made.id))
  await ground.hub.observed([seen(made, { revision: made.revision ?? 1 })])
  return made
}

const at = ({ namespace, name }: { namespace: string; name: string }) => ({
  params: { namespace, name },
})

describe('a value that was left out', () => {
  it('comes from the environment, and preview, deployment and revision say so', async () => {
    const kade = usual()
    const body = bodyOf({ settings: { logLevel: 'ERROR' }, env: { LITELLM_MODE: 'PRODUCTION' } })
    const origins = {
      '/settings/retries': 'environment-app',
      '/settings/logLevel': 'you',
      '/settings/routing': 'module',
      '/replicas': 'environment',
      '/env/TZ': 'environment',
      '/env/LITELLM_MODE': 'you',
      '/resources/limits/cpu': 'module',
    }
    const preview = await kade.previewDeployment(ada, { body })
    expect(preview).toMatchObject({ environment: 'prod', origins })
    expect(preview.values).toMatchObject({
      settings: { retries: 3, logLevel: 'ERROR' },
      replicas: 2,
      env: { TZ: 'Europe/Amsterdam', LITELLM_MODE: 'PRODUCTION' },
      resources: { limits: { cpu: expect.any(String), memory: expect.any(String) } },
    })
    const made = await serve(await kade.createDeployment(ada, { body }))
    const { desired } = await kade.readDeployment(ada, at(made))
    expect(desired).toMatchObject({ replicas: 2, settings: { retries: 3 }, origins })
    const { items } = await kade.listRevisions(ada, { ...at(made), query: { limit: 1 } })
    expect(items[0]).toMatchObject({ number: 1, origins, env: desired.env })
  })

  it('comes from the module where the environment says nothing of it', async () => {
    const preview = await kadeWith({}).previewDeployment(ada, { body: bodyOf({}) })
    expect(new Set(Object.values(preview.origins))).toEqual(new Set(['module']))
  })

  it('is judged as if it had been asked for', async () => {
    const kade = kadeWith({ defaults: { resources: { requests: { cpu: '4000' } } } })
    const body = bodyOf({})
    const { allowed, findings } = await kade.previewDeployment(ada, { body })
    expect(allowed).toBe(false)
    const [finding] = findings.filter(each => each.path === '/resources/requests/cpu')
    // The fix is a change of what was sent, which says nothing of resources.
    expect(applyPatch(structuredClone(body), [...(finding?.fix ?? [])] as never)).toEqual([null])
    const most = kadeWith({
      defaults: { replicas: 10, resources: { limits: { memory: '3000Gi' } } },
    })
    const { findings: others } = await most.previewDeployment(ada, { body })
    const [replicas] = others.filter(each => each.path === '/replicas')
    expect(applyPatch(structuredClone(body), [...(replicas?.fix ?? [])] as never)).toEqual([null])
  })
})

describe('an environment that changed', () => {
  const later = { defaults: { replicas: 4, env: { TZ: 'Europe/Paris' } } }
  const asThen = { replicas: 2, env: { TZ: 'Europe/Amsterdam' } }

  it('leaves a restart and a rollback as they were, and reaches the next update', async () => {
    const made = await serve(await usual().createDeployment(ada, { body: bodyOf({}) }))
    const kade = kadeWith(later)
    const read = async () => (await kade.readDeployment(ada, at(made))).desired
    const { origins } = await read()

    await serve(await kade.restartDeployment(ada, at(made)))
    expect(await read()).toMatchObject({ revision: 2, ...asThen, origins })

    const body: DeploymentInput = { settings: {} }
    await serve(await kade.updateDeployment(ada, { ...at(made), body }))
    expect(await read()).toMatchObject({
      revision: 3,
      replicas: 4,
      env: { TZ: 'Europe/Paris' },
      origins: { '/replicas': 'environment', '/settings/retries': 'module' },
    })

    const back = { revision: 1, configuration: 'now' as const }
    await serve(await kade.rollbackDeployment(ada, { ...at(made), body: back }))
    expect(await read()).toMatchObject({ revision: 4, ...asThen, origins })
  })
})

describe('the storage class of an environment', () => {
  const fast = { storageClass: 'fast' }

  /** The class of the claims that a worker would apply. */
  async function classesOf(made: OperationOfDeployment, cluster = 'amsterdam'): Promise<unknown[]> {
    const order = await ground.hub.start(made.id, cluster, 'w1')
    if (order?.step.type !== 'apply') throw new Error('there is nothing to apply')
    const claims = order.step.work.objects.filter(each => each.kind === 'PersistentVolumeClaim')
    if (cluster === 'amsterdam') await serve(made)
    return claims.map(each => (each.spec as { storageClassName?: string }).storageClassName)
  }

  /** What is on a cluster of which nothing was heard for two hours, while others speak. */
  async function forget(made: OperationOfDeployment, data: 'keep' | 'delete'): Promise<void> {
    await ground.cluster('paris', 0)
    await ground.context.database.query(
      `update kade.cluster set since = now() - interval '2 h', heartbeat_at = now() - interval '2 h'
        where name = 'amsterdam'`,
    )
    const query = { data, forget: made.name }
    await ground.platform.deleteDeployment(ada, { ...at(made), query })
    await ground.cluster('amsterdam', 0)
  }

  async function remove(made: OperationOfDeployment, data: 'keep' | 'delete'): Promise<void> {
    const gone = await ground.platform.deleteDeployment(ada, { ...at(made), query: { data } })
    await ground.hub.start(gone.id, 'amsterdam', 'w1')
    await ground.hub.removed(await ground.claim(gone.id))
  }

  it('is that of new claims, and a claim that stands keeps its own', async () => {
    const body = bodyOf({ app: 'qdrant' })
    const made = await kadeWith({}).createDeployment(ada, { body })
    expect(await classesOf(made)).toEqual([undefined])
    const kade = kadeWith(fast)
    const { settings } = body
    const updated = await kade.updateDeployment(ada, { ...at(made), body: { settings } })
    expect(await classesOf(updated)).toEqual([undefined])

    await remove(made, 'keep')
    const again = await kade.createDeployment(ada, { body })
    expect(await classesOf(again)).toEqual([undefined])

    await remove(again, 'delete')
    const anew = await kade.createDeployment(ada, { body })
    expect(await classesOf(anew)).toEqual(['fast'])
    const back = await kadeWith({}).updateDeployment(ada, { ...at(anew), body: { settings } })
    expect(await classesOf(back)).toEqual(['fast'])
  })

  it('is not that of a claim that a revision left out, which stands all the same', async () => {
    const body = bodyOf({ app: 'qdrant' })
    const { settings } = body
    const made = await kadeWith({}).createDeployment(ada, { body })
    expect(await classesOf(made)).toEqual([undefined])
    const diskless = createPlatform({ ...ground.context, catalog: catalog.map(withoutClaims) })
    const update = { ...at(made), body: { settings } }
    expect(await classesOf(await diskless.updateDeployment(ada, update))).toEqual([])
    const kade = kadeWith(fast)
    expect(await classesOf(await kade.updateDeployment(ada, update))).toEqual([undefined])

    expect(await classesOf(await diskless.updateDeployment(ada, update))).toEqual([])
    await remove(made, 'keep')
    expect(await classesOf(await kade.createDeployment(ada, { body }))).toEqual([undefined])
  })

  it('is that of a claim that no worker ever began to make', async () => {
    const body = bodyOf({ app: 'qdrant' })
    const made = await kadeWith({}).createDeployment(ada, { body })
    const update = { ...at(made), body: { settings: body.settings } }
    expect(await classesOf(await kadeWith(fast).updateDeployment(ada, update))).toEqual(['fast'])
  })

  it('is not that of what was forgotten on this cluster, and is that of a claim on another', async () => {
    await ground.cluster('paris', 0)
    await ground.namespace('prod-both', 'a', ['amsterdam', 'paris'], 'prod')
    const body = bodyOf({ app: 'qdrant', namespace: 'prod-both', cluster: 'amsterdam' })
    const create = (prod: EnvironmentDefinition, cluster: string) =>
      kadeWith(prod).createDeployment(ada, { body: { ...body, cluster } })
    const made = await create({}, 'amsterdam')
    expect(await classesOf(made)).toEqual([undefined])
    await forget(made, 'delete')
    const again = await create(fast, 'amsterdam')
    expect(await classesOf(again)).toEqual([undefined])
    await forget(again, 'keep')
    expect(await classesOf(await create(fast, 'paris'), 'paris')).toEqual(['fast'])
  })

  it('is that of a claim again that the last twenty revisions did not have', async () => {
    const body = bodyOf({ app: 'qdrant' })
    const made = await kadeWith({}).createDeployment(ada, { body })
    expect(await classesOf(made)).toEqual([undefined])
    const diskless = createPlatform({ ...ground.context, catalog: catalog.map(withoutClaims) })
    const update = (n: number) => ({ ...at(made), body: { settings: {}, env: { N: `${n}` } } })
    for (let n = 1; n <= 19; n++) await classesOf(await diskless.updateDeployment(ada, update(n)))
    const look = async () => {
      const input = { ...body, env: { N: 'look' } }
      const { operation } = await ground.platform.readDeployment(ada, at(made))
      const order = await kadeWith(fast).updateDeployment(ada, {
        ...at(made),
        body: { settings: {}, env: input.env },
      })
      expect(order.id).not.toBe(operation.id)
      const [row] = await ground.context.database.query<{ digest: string }>(
        'select objects_digest as digest from kade.revision where deployment = $1 order by number desc limit 1',
        [made.deployment],
      )
      await ground.platform.cancelOperation(ada, { params: { operation: order.id } })
      const objects = (await readBlob(ground.context.database, row?.digest ?? '')) as {
        kind: string
        spec: { storageClassName?: string }
      }[]
      return objects.flatMap(each =>
        each.kind === 'PersistentVolumeClaim' ? [each.spec.storageClassName] : [],
      )
    }
    expect(await look()).toEqual([undefined])
    await classesOf(await diskless.updateDeployment(ada, update(20)))
    expect(await look()).toEqual(['fast'])
  })
})

/** The app in a version that keeps nothing. */
function withoutClaims(entry: CatalogueEntry): CatalogueEntry {
  const { app } = entry
  if (app.id !== 'qdrant' || app.digest !== undefined) return entry
  const render = (input: RenderInput) =>
    app.render(input).filter(each => each.kind !== 'PersistentVolumeClaim')
  return { ...entry, app: { ...app, render } }
}

describe('the figures of an app', () => {
  const body = bodyOf({ app: 'vllm' })
  const monitoring = { namespace: 'monitoring' }
  const report = (monitors?: MonitorKind[]) =>
    writeHeartbeat(ground.context.database, {
      worker: 'w1',
      clusters: [{ name: 'amsterdam', reachable: true, ...(monitors && { monitors }) }],
    })
  const look = async (prod: EnvironmentDefinition, app = 'vllm') =>
    (await kadeWith(prod).previewDeployment(ada, { body: { ...body, app } })).monitoring

  it('are collected where app, environment and cluster can, and what is not known is said', async () => {
    expect(await look({ monitoring })).toBe('unknown')
    await report([])
    expect(await look({ monitoring })).toBe('no-operator')
    await report(['ServiceMonitor'])
    // A worker that cannot tell leaves what was told last.
    await report()
    expect(await look({ monitoring })).toBe('collected')
    expect(await look({ monitoring }, 'litellm')).toBe('app-has-none')
    expect(await look({})).toBe('not-wanted')

    const made = await kadeWith({ monitoring }).createDeployment(ada, { body })
    const order = await ground.hub.start(made.id, 'amsterdam', 'w1')
    if (order?.step.type !== 'apply') throw new Error('there is nothing to apply')
    expect(order.step.work.objects.map(each => each.kind)).toContain('ServiceMonitor')
    const clusters = await ground.platform.listClusters(ada, { query: { limit: 50 } })
    expect(clusters.items[0]).toMatchObject({ name: 'amsterdam', monitors: ['ServiceMonitor'] })
  })
})
