import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CreateDeployment, Preview } from '#api/deployments.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import {
  adminOf,
  ask,
  deployed,
  ended,
  keyOf,
  preparedNamespace,
  problemOf,
  succeeded,
  until,
} from '#tests/support/deployments.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { monitorDefinition } from '#tests/support/monitor-definition.ts'

let kade: RunningKade
let admin: KubeApi
let folder: string
const namespace = 'harbour'

const production = 'harbour-prod'
const toleration = { key: 'dedicated', operator: 'Equal', value: 'ai', effect: 'NoSchedule' }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kade-environments-'))
  const file = join(folder, 'environments.yaml')
  const prod = {
    labels: { owner: '{team}', 'cost-centre': 'ai-7' },
    tolerations: [toleration],
    storageClass: 'fast',
    monitoring: { namespace: 'monitoring' },
  }
  await writeFile(file, JSON.stringify({ prod }))
  kade = await startKade({ env: { KADE_ENVIRONMENTS: file } })
  admin = await adminOf(kade.home)
  await preparedNamespace(kade, namespace)
  await preparedNamespace(kade, production, 'prod')
})

afterAll(async () => {
  await admin?.close()
  await kade?.stop()
  if (kade) await removeHome(kade.home)
  await rm(folder, { recursive: true, force: true })
})

function wish(name: string, settings: Record<string, unknown> = {}) {
  return { app: 'qdrant', namespace, name, settings }
}

/** The preview of a wish, and the hash that stands for it. */
async function seen(body: CreateDeployment): Promise<Preview & { readonly hash: string }> {
  const preview = await kade.client.previewDeployment({ body })
  if (preview.hash === null) throw new Error(`no hash: ${JSON.stringify(preview)}`)
  return { ...preview, hash: preview.hash }
}

function update(name: string, settings: Record<string, unknown>, preview: string) {
  return kade.client.updateDeployment({ params: { namespace, name }, body: { settings, preview } })
}

async function byHand(name: string, spec: object): Promise<void> {
  const metadata = { name, namespace }
  await admin.apply(
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec },
    { manager: 'kubectl-edit', force: true },
  )
}

describe('a change that was asked for with the hash of its preview', () => {
  it('is a first install of what was shown', async () => {
    const body = wish('fresh')
    const { hash } = await seen(body)
    expect((await seen(body)).hash).toBe(hash)
    await succeeded(kade, await ask(kade, { ...body, preview: hash }))
  })

  it('is refused at once where something else would be applied, and the name stays free', async () => {
    const { hash } = await seen(wish('other'))
    const asked = ask(kade, { ...wish('other', { logLevel: 'DEBUG' }), preview: hash })
    expect(await problemOf(asked)).toMatchObject({
      code: 'stale',
      status: 412,
      violations: [{ pointer: '/preview' }],
    })
    const read = kade.client.readDeployment({ params: keyOf(wish('other')) })
    expect(await problemOf(read)).toMatchObject({ code: 'not-found' })
  })

  it('is not taken for a hash that is none', async () => {
    const asked = ask(kade, { ...wish('odd'), preview: 'sha256:abc' })
    expect(await problemOf(asked)).toMatchObject({ code: 'request-invalid' })
  })

  it('fails before anything is written once somebody changed the cluster, and goes on with a new look', async () => {
    await deployed(kade, wish('edited'))
    const settings = { logLevel: 'DEBUG' }
    const first = await seen(wish('edited', settings))
    await byHand('edited', { replicas: 2 })
    const failed = await ended(kade, await update('edited', settings, first.hash))
    expect(failed).toMatchObject({ state: 'failed', cause: { code: 'preview-stale' } })
    expect(failed.next?.nl).toContain('voorbeeld')
    const params = keyOf(wish('edited'))
    const stands = await kade.client.readDeployment({ params })
    expect(stands.applied?.revision).toBe(1)

    const again = await seen(wish('edited', settings))
    const fields = again.changes.find(one => one.kind === 'Deployment')?.fields ?? []
    expect(fields.map(({ path, by }) => [path, by])).toEqual([
      ['spec.replicas', 'somebody-else'],
      [expect.stringContaining('LOG_LEVEL'), 'you'],
    ])
    await succeeded(kade, await update('edited', settings, again.hash))
  })

  it('goes back to an old revision as its preview showed it', async () => {
    await deployed(kade, wish('back'))
    const params = keyOf(wish('back'))
    const settings = { logLevel: 'DEBUG' }
    await succeeded(kade, await update('back', settings, (await seen(wish('back', settings))).hash))
    const stale = kade.client.rollbackDeployment({
      params,
      body: { revision: 1, preview: (await seen(wish('back', settings))).hash },
    })
    expect(await problemOf(stale)).toMatchObject({ code: 'stale' })
    const { hash } = await seen(wish('back'))
    const body = { revision: 1, preview: hash }
    await succeeded(kade, await kade.client.rollbackDeployment({ params, body }))
  })
})

describe('what an environment gives every app', () => {
  const made = (apiVersion: string, kind: string, name: string) =>
    until(async () => {
      const live = await admin.get({ apiVersion, kind, namespace: production, name })
      if (live === null) throw new Error(`there is no ${kind} ${name} yet`)
      return live
    })

  it('stands on the objects in the cluster, in the environment that says so', async () => {
    await ask(kade, { app: 'qdrant', namespace: production, name: 'costly' })
    const labels = { owner: 'platform', 'cost-centre': 'ai-7', 'kade.dev/environment': 'prod' }
    const deployment = await made('apps/v1', 'Deployment', 'costly')
    expect(deployment.metadata.labels).toMatchObject(labels)
    expect(deployment.spec).toMatchObject({
      template: { metadata: { labels }, spec: { tolerations: [toleration] } },
    })
    const claim = await made('v1', 'PersistentVolumeClaim', 'costly-storage')
    expect(claim.spec).toMatchObject({ storageClassName: 'fast' })

    const { cluster, changes } = await seen({ ...wish('cheap'), app: 'qdrant' })
    expect(cluster).toBe('amsterdam')
    expect(JSON.stringify(changes)).not.toMatch(/cost-centre|"fast"|dedicated/)
  })

  it('has figures collected once the cluster has the kind for it', async () => {
    const body = { app: 'vllm', namespace: production, name: 'models', settings: {} }
    const monitoring = async () => (await kade.client.previewDeployment({ body })).monitoring
    expect(await monitoring()).toBe('no-operator')
    await admin.apply(monitorDefinition)
    await until(async () => expect(await monitoring()).toBe('collected'))
    await ask(kade, body)
    const { id } = await kade.client.readDeployment({ params: keyOf(body) })
    const monitor = await made('monitoring.coreos.com/v1', 'PodMonitor', 'models')
    expect(monitor.spec).toMatchObject({
      selector: { matchLabels: { 'kade.dev/deployment': id } },
      podMetricsEndpoints: [{ port: 'http', path: '/metrics' }],
    })
  })
})
