import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endpointOf } from '#platform/adapters/kubernetes/connection.ts'
import { componentProcesses } from '#platform/adapters/kubernetes/embedded/component-processes.ts'
import { probeServer } from '#platform/adapters/kubernetes/server-probe.ts'
import { startTestCluster, type TestCluster } from '#tests/support/control-plane.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startTestCluster('paris')
})
afterAll(() => cluster?.stop())

async function pidOf(component: string): Promise<number> {
  const processes = await componentProcesses(path.dirname(cluster.kubeconfigPath))
  const found = processes.find(one => one.name === component)
  if (!found) throw new Error(`${component} is not there.`)
  return found.pid
}

it('tells a cluster that is well from one that is not, one that is silent and one that is another', async () => {
  const endpoint = await endpointOf({ kubeconfig: cluster.kubeconfigPath })
  expect(await probeServer(endpoint)).toBe('well')
  const { caData: _, ...stranger } = endpoint
  expect(await probeServer(stranger)).toBe('silent')
  expect(await probeServer({ ...endpoint, tlsServerName: 'elsewhere.example' })).toBe('silent')
  const server = await pidOf('kube-apiserver')
  process.kill(server, 'SIGSTOP')
  expect(await probeServer(endpoint)).toBe('silent')
  process.kill(server, 'SIGCONT')
  await expect.poll(() => probeServer(endpoint), { timeout: 30_000 }).toBe('well')
  process.kill(await pidOf('etcd'), 'SIGSTOP')
  await expect.poll(() => probeServer(endpoint), { timeout: 60_000 }).not.toBe('well')
  process.kill(server, 'SIGKILL')
  await expect.poll(() => probeServer(endpoint), { timeout: 30_000 }).toBe('silent')
})
