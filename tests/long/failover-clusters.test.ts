import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { componentProcesses } from '#platform/adapters/kubernetes/embedded/component-processes.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import {
  adminOf,
  deployed,
  ownedObjects,
  preparedNamespace,
  until,
} from '#tests/support/deployments.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'

let kade: RunningKade
const paused: number[] = []
const admins: KubeApi[] = []

beforeAll(async () => {
  kade = await startKade({ clusters: ['amsterdam', 'paris'] })
  await preparedNamespace(kade, 'harbour')
})
afterAll(async () => {
  for (const pid of paused) process.kill(pid, 'SIGCONT')
  for (const admin of admins) await admin.close()
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

async function serverOf(cluster: string): Promise<number> {
  const workdir = path.join(kade.home, 'clusters', cluster)
  const found = (await componentProcesses(workdir)).find(one => one.name === 'kube-apiserver')
  if (!found) throw new Error(`The API server of ${cluster} is not there.`)
  return found.pid
}

async function objectsOn(cluster: string, deployment: string) {
  const admin = await adminOf(kade.home, cluster)
  admins.push(admin)
  return ownedObjects(admin, 'harbour', deployment)
}

const params = (name: string) => ({ params: { namespace: 'harbour', name } })
const read = (name: string) => kade.client.readDeployment(params(name))

async function healthIs(cluster: string, state: string) {
  await until(async () => {
    const { items } = await kade.client.listClusters({ query: { limit: 50 } })
    expect(items.find(one => one.name === cluster)?.health.state).toBe(state)
  }, 180_000)
}

async function runsOn(name: string, cluster: string) {
  return until(async () => {
    const seen = await read(name)
    expect(seen).toMatchObject({ clusters: [cluster], health: { state: 'healthy' } })
    return seen
  }, 300_000)
}

it('what may move leaves a cluster that is down, what may not stays, and nothing runs twice once it is back', async () => {
  const free = await deployed(kade, { app: 'tika', namespace: 'harbour', name: 'free' })
  expect(free.clusters).toEqual(['amsterdam'])
  const bound = await deployed(kade, { app: 'qdrant', namespace: 'harbour', name: 'bound' })
  await kade.client.setFailover({ ...params('free'), body: { mode: 'immediate', after: 300 } })

  const server = await serverOf('amsterdam')
  process.kill(server, 'SIGSTOP')
  paused.push(server)
  await healthIs('amsterdam', 'unknown')
  const moved = await runsOn('free', 'paris')
  expect(moved.operation).toMatchObject({ kind: 'move', via: 'platform' })
  expect(await read('bound')).toMatchObject({
    ...{ clusters: ['amsterdam'], health: { state: 'unknown' } },
  })
  expect(await kade.client.readFailover(params('bound'))).toMatchObject({
    ...{ mode: 'never', held: { code: 'never', clusters: ['amsterdam'] } },
  })

  for (const pid of paused.splice(0)) process.kill(pid, 'SIGCONT')
  await healthIs('amsterdam', 'ready')
  // It counts again, so what was moved away is gone there by now.
  expect(await objectsOn('amsterdam', free.id)).toEqual([])
  expect(await objectsOn('paris', free.id)).not.toEqual([])
  expect((await objectsOn('amsterdam', bound.id)).length).toBeGreaterThan(3)
  await runsOn('bound', 'amsterdam')
  await runsOn('free', 'paris')
  await until(async () =>
    expect((await kade.client.readFailover(params('free'))).back?.clusters).toEqual(['amsterdam']),
  )

  process.kill(await serverOf('paris'), 'SIGKILL')
  await runsOn('free', 'amsterdam')
  const { items } = await kade.client.readTimeline({ ...params('free'), query: { limit: 100 } })
  expect(items.filter(one => one.event === 'DeploymentMoved')).toHaveLength(2)
})
