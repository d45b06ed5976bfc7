import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '#api/client.ts'
import { contextsOf } from '#cli/processes/kubeconfig.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { startTestCluster, type TestCluster } from '#tests/support/control-plane.ts'
import { startTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import {
  deployed,
  ended,
  ownedObjects,
  preparedNamespace,
  succeeded,
  until,
} from '#tests/support/deployments.ts'
import { allEnded, expectSound } from '#tests/support/invariants.ts'
import { doorOf, type LaunchedKade, launchKade } from '#tests/support/kade.ts'
import { kill } from '#tests/support/killed.ts'
import { startTcpProxy, type TcpProxy } from '#tests/support/tcp-proxy.ts'

const namespace = 'harbour'
const name = 'vectors'
const params = { namespace, name }

let home: string
let server: TestDatabase
let cluster: TestCluster
let clusterName: string
let admin: KubeApi
let database: Database
let doors: { client: Client }
let proxy: TcpProxy
let worker: LaunchedKade
const launched: LaunchedKade[] = []

/** A worker as on a machine elsewhere: it knows the way to the gateway, a token and a kubeconfig, and nothing of the database. */
function startWorker(): LaunchedKade {
  const env = {
    KADE_HOME: path.join(home, 'worker'),
    KADE_YES: '1',
    KADE_KUBECONFIG: cluster.kubeconfigPath,
    KADE_DATABASE_URL: '',
    KADE_DATABASE_ADMIN_URL: '',
  }
  const gateway = `http://127.0.0.1:${proxy.port}`
  const file = path.join(home, 'worker.token')
  const flags = ['--clusters', clusterName, '--gateway', gateway, '--token-file', file]
  const started = launchKade(['worker', ...flags], env)
  launched.push(started)
  return started
}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'kade-regional-'))
  const keyFile = path.join(home, 'secret.key')
  await writeFile(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  ;[server, cluster] = await Promise.all([startTestDatabase(), startTestCluster('paris')])
  const { adminUrl } = server
  const { runtimeUrl } = await migrate({ adminUrl })
  database = await openDatabase(adminUrl)
  const connection = { kubeconfig: cluster.kubeconfigPath }
  clusterName = (await contextsOf(cluster.kubeconfigPath))[0]?.spec.name ?? ''
  admin = await createKubeApi({ cluster: clusterName, connection })
  const gateway = launchKade(['gateway'], {
    KADE_HOME: path.join(home, 'gateway'),
    KADE_PORT: '0',
    KADE_KEY_FILE: keyFile,
    KADE_DATABASE_URL: runtimeUrl,
    KADE_DATABASE_ADMIN_URL: adminUrl,
  })
  launched.push(gateway)
  await gateway.said('Kade portal: ')
  const door = await doorOf(path.join(home, 'gateway'))
  doors = door
  proxy = await startTcpProxy(Number(new URL(door.url).port))
  const clusters = [{ name: clusterName, region: 'fr-par', jurisdiction: 'FR' }]
  const { token } = await door.client.createWorkerCredential({ body: { name: 'paris', clusters } })
  await writeFile(path.join(home, 'worker.token'), token, { mode: 0o600 })
  worker = startWorker()
  await worker.said(' serves ')
  await preparedNamespace(doors, namespace)
})

afterAll(async () => {
  await Promise.all(launched.map(one => one.stop()))
  await proxy?.stop()
  await admin?.close()
  await database?.close()
  await Promise.all([cluster?.stop(), server?.stop()])
  await rm(home, { recursive: true, force: true })
})

async function only(kind: string): Promise<LiveObject> {
  const found = (await ownedObjects(admin, namespace)).filter(one => one.kind === kind)
  const [one] = found
  if (!one || found.length > 1) throw new Error(`There are ${found.length} of ${kind}.`)
  return one
}

const workload = async () => {
  const found = await ownedObjects(admin, namespace)
  const one = found.find(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
  if (!one) throw new Error('There is no workload.')
  return one
}

async function remove({ apiVersion, kind, metadata }: LiveObject): Promise<void> {
  const ref = { apiVersion, kind, namespace, name: metadata.name }
  await admin.remove(ref, { uid: metadata.uid }, 'Background')
}

describe('a cluster whose worker has no database', () => {
  it('is as any other: it deploys, is counted, and answers', async () => {
    const made = await deployed(doors, { app: 'qdrant', ...params })
    expect(made).toMatchObject({ health: { state: 'healthy' } })
    const { items: clusters } = await doors.client.listClusters({})
    const place = { region: 'fr-par', jurisdiction: 'FR', simulated: true, state: 'ready' }
    expect(clusters).toMatchObject([{ name: clusterName, ...place }])
    await until(async () => {
      const [counted] = (await doors.client.listClusters({})).items
      expect(counted?.capacity?.nodes).toBeGreaterThan(0)
    })
    const logs = await doors.client.readLogs({ params, query: { lines: 20 } })
    expect(logs.simulated).toBe(true)
    const objects = await doors.client.listObjects({ params })
    expect(objects.items.map(one => one.state)).toEqual(objects.items.map(() => 'Current'))
    const preview = await doors.client.previewDeployment({
      body: { app: 'qdrant', namespace, name: 'more', settings: {} },
    })
    expect(preview).toMatchObject({ checked: 'cluster', cluster: clusterName })
    await doors.client.readMetrics({ params })
  })

  it('cut off in the middle of an operation, ends it once', async () => {
    const asked = await doors.client.restartDeployment({ params })
    await until(async () => {
      const operation = await doors.client.readOperation({ params: { operation: asked.id } })
      expect(operation.attempt).toBe(1)
    })
    proxy.cut()
    await until(() => expect(worker.output()).toContain('The gateway does not answer.'))
    proxy.restore()
    expect(await succeeded(doors, asked)).toMatchObject({ attempt: 1 })
  })

  it('cut off, makes a deleted object again, also after a restart, and goes on in order when it is back', async () => {
    const service = await only('Service')
    const before = await workload()
    proxy.cut()
    const asked = await doors.client.restartDeployment({ params })
    await remove(service)
    await until(async () => {
      expect((await only('Service')).metadata.uid).not.toBe(service.metadata.uid)
    }, 90_000)
    // Changed by hand is reported, and left.
    const account = await only('ServiceAccount')
    await admin.patch(
      { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: account.metadata.name },
      [{ op: 'add', path: '/automountServiceAccountToken', value: true }],
    )
    const [row] = (await doors.client.listClusters({})).items
    expect(row).toMatchObject({ state: 'unreachable' })
    await kill(worker.process)
    worker = startWorker()
    await remove(before)
    await until(async () => {
      expect((await workload()).metadata.uid).not.toBe(before.metadata.uid)
    }, 120_000)
    expect((await only('ServiceAccount')).automountServiceAccountToken).toBe(true)
    expect(await doors.client.readOperation({ params: { operation: asked.id } })).toMatchObject({
      state: 'queued',
      attempt: 0,
    })
    proxy.restore()
    expect(await ended(doors, asked)).toMatchObject({ state: 'succeeded', attempt: 1 })
    await worker.said(' serves ')
    await until(async () => {
      const { items } = await doors.client.readTimeline({ params, query: { limit: 200 } })
      const told = items.map(one => one.text.en).find(text => text.startsWith('Made again on'))
      expect(told).toContain(`${before.kind}/${before.metadata.name}`)
    })
    await until(async () => {
      const { health } = await doors.client.readDeployment({ params })
      expect(health.state).toBe('healthy')
    })
    await allEnded(database)
    expect(await expectSound(database, admin, [namespace])).toBeGreaterThan(2)
  })

  it('is served no more when its credential is revoked, and says why', async () => {
    const { items } = await doors.client.listWorkerCredentials({})
    const [one] = items
    expect(one).toMatchObject({ name: 'paris', state: 'active', usedBy: expect.any(String) })
    await doors.client.revokeWorkerCredential({ params: { credential: one?.id ?? '' } })
    await worker.said('The gateway refuses the credential of this worker.')
    const preview = await doors.client.previewDeployment({
      body: { app: 'qdrant', namespace, name: 'more', settings: {} },
    })
    expect(preview.checked).toBe('offline')
  })
})
