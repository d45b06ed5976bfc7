import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { label } from '#platform/labels.ts'
import { readModel } from '#tests/faults/snapshot.ts'
import {
  adminOf,
  ask,
  databaseOf,
  deployed,
  ended,
  preparedNamespace,
  succeeded,
  until,
} from '#tests/support/deployments.ts'
import { allEnded } from '#tests/support/invariants.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'

let kade: RunningKade
let database: Database
const namespace = 'archive'

beforeAll(async () => {
  kade = await startKade()
  database = await databaseOf(kade.home)
  await preparedNamespace(kade, namespace)
})

afterAll(async () => {
  await database?.close()
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

function at(name: string) {
  return { params: { namespace, name } }
}

/** Lives that end in every way: updated, gone back, restarted, cancelled, failed, deleted, made again, changed by hand. */
async function variedLives(): Promise<void> {
  const { client } = kade
  await Promise.all([
    deployed(kade, { app: 'qdrant', namespace, name: 'long', reason: 'first' }),
    deployed(kade, { app: 'litellm', namespace, name: 'proxy', secrets: { openaiKey: 'k' } }),
    deployed(kade, { app: 'mlflow', namespace, name: 'short', ingress: { host: 'runs.example' } }),
  ])
  const env = { LOG_FORMAT: 'json' }
  const update = await client.updateDeployment({ ...at('long'), body: { settings: {}, env } })
  await succeeded(kade, update)
  const then = { revision: 1, configuration: 'then', reason: 'it was better' } as const
  await succeeded(kade, await client.rollbackDeployment({ ...at('long'), body: then }))
  const now = { revision: 2, configuration: 'now' } as const
  await succeeded(kade, await client.rollbackDeployment({ ...at('long'), body: now }))
  await succeeded(kade, await client.restartDeployment(at('long')))
  await succeeded(kade, await client.deleteDeployment(at('short')))
  await deployed(kade, { app: 'mlflow', namespace, name: 'short' })
  const chat = { app: 'open-webui', namespace, name: 'chat' }
  await ask(kade, { ...chat, bindings: { llm: `${namespace}/proxy` } })
  const resources = { requests: { cpu: '1' }, limits: { cpu: '1' } }
  const body = {
    settings: {},
    replicas: 0,
    resources,
    bindings: { llm: { url: 'http://llm.example' } },
  }
  await client.updateDeployment({ ...at('chat'), body })
  const restart = await client.restartDeployment(at('proxy'))
  await client.cancelOperation({ params: { operation: restart.id } })
  await allEnded(database)
}

/** A question, a failure, an operation that is still open, and drift: what the model says of the present. */
async function unfinishedBusiness(): Promise<void> {
  const admin = await adminOf(kade.home)
  const service = (name: string, labels = {}) =>
    admin.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels },
      spec: { ports: [{ port: 80, protocol: 'TCP' }] },
    })
  await service('taken')
  await service('held', { [label.deployment]: randomUUID() })
  const end = async (name: string) =>
    (await ended(kade, await ask(kade, { app: 'qdrant', namespace, name }))).state
  expect(await end('taken')).toBe('needs-approval')
  expect(await end('held')).toBe('failed')
  const volume = { apiVersion: 'v1', kind: 'Service', namespace, name: 'long' }
  await admin.patch(volume, [{ op: 'add', path: '/spec/selector/by', value: 'hand' }])
  await until(async () =>
    expect(await kade.client.readDeployment(at('long'))).toMatchObject({ drift: true }),
  )
  // A pod that no node takes keeps its operation open.
  for (const { metadata } of (await admin.list('v1', 'Node')).items)
    await admin.patch({ apiVersion: 'v1', kind: 'Node', name: metadata.name }, [
      { op: 'add', path: '/spec/unschedulable', value: true },
    ])
  await ask(kade, { app: 'qdrant', namespace, name: 'waiting' })
  await until(async () =>
    expect(await kade.client.readDeployment(at('waiting'))).toMatchObject({
      applied: { revision: 1 },
      health: { state: 'progressing' },
    }),
  )
  await admin.close()
}

it('the read model, thrown away and made again from the events, is what it was to the last field', async () => {
  await variedLives()
  await unfinishedBusiness()
  // Once more where something was seen of what still goes on in between.
  await until(async () => {
    const before = await readModel(database)
    expect(before.operation?.length).toBeGreaterThan(12)
    const count = await rebuildDeployments(database)
    expect(count).toBeGreaterThan(40)
    const after = await readModel(database)
    for (const table of Object.keys(before)) expect(after[table], table).toEqual(before[table])
  })
})

it('goes on from there', async () => {
  await succeeded(kade, await kade.client.deleteDeployment(at('waiting')))
})
