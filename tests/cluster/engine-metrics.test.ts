import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import type { Engine } from '#platform/deployments/engine/engine.ts'
import { accessTo, never, workOf } from '#tests/support/engine-work.ts'
import {
  type JoinedCluster,
  namespaceSpec,
  startJoinedCluster,
} from '#tests/support/joined-cluster.ts'

let cluster: JoinedCluster
let engine: Engine
const here = { namespace: 'harbour', name: 'chat' }

beforeAll(async () => {
  cluster = await startJoinedCluster()
  engine = createEngine(accessTo(cluster))
  for (const namespace of ['harbour', 'other']) {
    await engine.prepareNamespace(namespaceSpec(namespace))
    await engine.apply(workOf({ namespace, name: 'chat' }, 1), {}, never)
  }
})

afterAll(() => cluster?.stop())

it('tells what the containers of a deployment take, and that it is only played', async () => {
  const { at, items, ...rest } = await measured(here)
  expect(rest).toEqual({ available: true, simulated: true })
  expect(Date.parse(at ?? '')).toBeGreaterThan(Date.now() - 120_000)
  const pods = await cluster.admin.list('v1', 'Pod', { namespace: here.namespace })
  const names = pods.items.map(({ metadata }) => metadata.name)
  expect(items.length).toBeGreaterThan(0)
  for (const { pod, container, cpu, memory } of items) {
    expect(names).toContain(pod)
    expect(container).toBe('app')
    expect(cpu.usage).toBeCloseTo((cpu.request ?? 0) / 2, 2)
    expect(memory.usage).toBe((memory.request ?? 0) / 2)
  }
}, 120_000)

it('says that nothing of a deployment runs', async () => {
  const nobody = await engine.metrics({ ...here, name: 'nobody' })
  expect(nobody).toMatchObject({ available: false, items: [] })
  expect(nobody.reason?.en).toContain('Nothing of it runs')
})

it('says that a cluster has no metrics API, and that one does not answer', async () => {
  const path = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io'
  const reason = async () => (await engine.metrics(here)).reason?.en ?? ''
  await cluster.admin.request('PATCH', path, {
    contentType: 'application/merge-patch+json',
    body: { spec: { service: { port: 1 } } },
  })
  await expect.poll(reason, { timeout: 60_000 }).toContain('does not answer now')
  await cluster.admin.request('DELETE', path)
  await expect.poll(reason, { timeout: 60_000 }).toContain('install metrics-server')
}, 130_000)

/** The first figures come after two looks of metrics-server. */
async function measured(target: typeof here) {
  const look = async () => (await engine.metrics(target)).available
  await expect.poll(look, { timeout: 90_000, interval: 500 }).toBe(true)
  return engine.metrics(target)
}
