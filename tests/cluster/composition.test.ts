/** BeTrace as one composition on a real control plane, with a worker and its engine, and no sweep to help it along. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CreateComposition } from '#api/compositions.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import { entry } from '#catalog/entry.ts'
import { backend } from '#examples/betrace/backend/backend.ts'
import { bff } from '#examples/betrace/bff/bff.ts'
import { worker } from '#examples/betrace/worker/worker.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import { readStream } from '#platform/events/store.ts'
import { label } from '#platform/labels.ts'
import { createWorker, type Worker } from '#platform/orchestration/worker.ts'
import { until } from '#tests/support/deployments.ts'
import { accessTo } from '#tests/support/engine-work.ts'
import { type JoinedCluster, startJoinedCluster } from '#tests/support/joined-cluster.ts'
import { ada, type PlatformGround, platformGround } from '#tests/support/platform-ground.ts'
import { playedBy, podStages } from '#tests/support/pod-stages.ts'

const folder = new URL('../../examples/betrace/', import.meta.url)
const text = (file: string) => readFileSync(new URL(file, folder), 'utf8')
const shelf = Object.entries({ backend, bff, worker }).map(([name, app]) =>
  entry(app, new URL(`${name}/`, folder)),
)
const file = CreateComposition.parse(parse(text('betrace.yaml')))
const key = { params: { namespace: file.namespace, name: file.name } }
/** Only asked for, never seen: what the cluster gets is its own matter. */
const databaseUrl = 'postgresql://betrace:not-a-secret@db.example.org/sessions'

let ground: PlatformGround
let cluster: JoinedCluster
let serving: Worker

beforeAll(async () => {
  ;[ground, cluster] = await Promise.all([
    platformGround(shelf),
    startJoinedCluster('amsterdam', { stages: podStages }),
  ])
  await ground.cluster('amsterdam', 0)
  serving = createWorker({
    id: 'w1',
    hub: ground.hub,
    agent: ground.agent,
    policy: ground.context.policy,
    log: () => {},
  })
  await serving.serve('amsterdam', createEngine(accessTo(cluster)))
  const body = { name: file.namespace, environment: 'prod', team: 'a' } as const
  await ground.platform.createNamespace(ada, { body })
})

afterAll(async () => {
  await serving?.stop()
  await ground?.stop()
  await cluster?.stop()
})

/** The file, with the secret of the web side, and with a backend that is never ready where asked. */
function members(isReady: boolean) {
  const never = playedBy['never-ready']
  return file.members.map(member => {
    if (member.name === 'bff') return { ...member, secrets: { databaseUrl } }
    if (member.name !== 'backend' || isReady) return member
    return { ...member, resources: { requests: { memory: never }, limits: { memory: '1Gi' } } }
  })
}

function look() {
  return ground.platform.readComposition(ada, key)
}

function operationOf(name: string) {
  return look().then(
    one => one.members.find(({ deployment }) => deployment.name === name)?.deployment.operation,
  )
}

function live(name: string) {
  return cluster.admin.get({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: file.namespace,
    name,
  })
}

async function ended({ id }: OperationOfDeployment): Promise<OperationOfDeployment> {
  return until(async () => {
    const operation = await ground.platform.readOperation(ada, { params: { operation: id } })
    expect(operation, `${operation.kind} ${operation.name}`).toMatchObject({ state: 'succeeded' })
    return operation
  })
}

/** When something last happened to a deployment. */
async function lastOf(deployment: string, type: string): Promise<number> {
  const events = await readStream(ground.context.database, `deployment-${deployment}`)
  return events.findLast(event => event.type === type)?.at.getTime() ?? Number.NaN
}

it('blocks what needs a provider that is not ready, by name, and applies none of it', async () => {
  const { operations } = await ground.platform.createComposition(ada, {
    body: { ...file, members: members(false) },
  })
  expect(operations.map(one => one.name)).toEqual(['backend', 'bff', 'worker'])
  await until(async () => {
    expect(await operationOf('backend')).toMatchObject({ step: 'waiting' })
    for (const name of ['bff', 'worker'])
      expect(await operationOf(name)).toMatchObject({
        step: 'blocked',
        attempt: 0,
        waitsFor: [
          {
            target: 'production/backend',
            message: {
              en: 'Waits for production/backend (betrace-api) to be ready: it is still being deployed.',
            },
          },
        ],
      })
  })
  expect(await live('backend')).not.toBeNull()
  expect(await live('bff')).toBeNull()
})

it('goes on by itself when the provider is put right, and never before it serves', async () => {
  const { operations } = await ground.platform.updateComposition(ada, {
    ...key,
    body: { members: members(true) },
  })
  expect(operations.map(one => `${one.kind} ${one.name}`)).toEqual(['update backend'])
  await until(async () => expect(await look()).toMatchObject({ state: 'ready' }))
  const composition = await look()
  const [first, ...consumers] = composition.members.map(one => one.deployment.id)
  const served = await lastOf(first ?? '', 'DeploymentCompleted')
  for (const id of consumers)
    expect(await lastOf(id, 'DeploymentStarted')).toBeGreaterThanOrEqual(served)
  const web = await live('bff')
  expect(web?.metadata.labels).toMatchObject({ [label.partOf]: 'betrace', [label.instance]: 'bff' })
  expect(web?.spec).toMatchObject({ replicas: 3 })
  expect(JSON.stringify(web)).toContain('"DATABASE_URL"')
  expect(JSON.stringify(web)).not.toContain(databaseUrl)
})

it('keeps a provider that is in use, and deletes the whole in reverse order', async () => {
  const params = { namespace: file.namespace, name: 'backend' }
  const query = { data: 'keep' } as const
  await expect(ground.platform.deleteDeployment(ada, { params, query })).rejects.toMatchObject({
    code: 'in-use',
    text: { en: 'production/backend is in use by production/bff, production/worker.' },
  })
  const before = (await look()).members.map(one => one.deployment.id)
  const { operations } = await ground.platform.deleteComposition(ada, { ...key, query })
  expect(operations.map(one => one.name)).toEqual(['worker', 'bff', 'backend'])
  for (const operation of operations) await ended(operation)
  const [provider = '', ...consumers] = before
  const began = await lastOf(provider, 'DeploymentStarted')
  for (const id of consumers)
    expect(await lastOf(id, 'DeploymentDeleted')).toBeLessThanOrEqual(began)
  for (const name of ['bff', 'worker', 'backend']) expect(await live(name)).toBeNull()
})
