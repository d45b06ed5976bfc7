import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Deployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { label } from '#platform/labels.ts'
import {
  adminOf,
  ask,
  databaseOf,
  deployed,
  keyOf,
  ownedObjects,
  preparedNamespace,
  until,
} from '#tests/support/deployments.ts'
import { allEnded, expectSound } from '#tests/support/invariants.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { killApiServer, signalApiServer } from '#tests/support/killed.ts'
import { inLanes } from '#tests/support/lanes.ts'

/** Three real control planes, of which one after the other is lost in the middle of two hundred operations. */
const clusters = ['amsterdam', 'paris', 'warsaw'] as const
type Cluster = (typeof clusters)[number]
const namespaces = ['one', 'two', 'three', 'four', 'five']
const running = 200
/** Deployments of each cluster that are to be moved away from it when it is down. */
const movable = 3

let kade: RunningKade
let database: Database
let admins: Record<Cluster, KubeApi>
const accepted: string[] = []

beforeAll(async () => {
  kade = await startKade({ clusters })
  database = await databaseOf(kade.home)
  admins = {
    amsterdam: await adminOf(kade.home, 'amsterdam'),
    paris: await adminOf(kade.home, 'paris'),
    warsaw: await adminOf(kade.home, 'warsaw'),
  }
  for (const name of namespaces) await preparedNamespace(kade, name)
})

afterAll(async () => {
  for (const admin of Object.values(admins ?? {})) await admin.close()
  await database?.close()
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

const kubeconfigOf = (cluster: Cluster) =>
  path.join(kade.home, 'clusters', cluster, 'kubeconfig.yaml')

/** What two hundred people ask for, each on a cluster of their choice: nobody asked for these to be moved. */
const targets = Array.from({ length: running }, (_, n) => ({
  namespace: namespaces[n % namespaces.length] ?? '',
  name: `app-${n}`,
  cluster: clusters[n % clusters.length] ?? 'amsterdam',
}))
type Target = (typeof targets)[number]

async function asked(request: (target: Target) => Promise<OperationOfDeployment>): Promise<void> {
  await inLanes(targets, 16, async target => {
    accepted.push((await request(target)).id)
  })
}

async function healthIs(cluster: Cluster, state: string): Promise<void> {
  await until(async () => {
    const { items } = await kade.client.listClusters({ query: { limit: 50 } })
    expect(items.find(one => one.name === cluster)?.health.state).toBe(state)
  }, 300_000)
}

const read = (one: Pick<Deployment, 'namespace' | 'name'>) =>
  kade.client.readDeployment({ params: keyOf(one) })

/** Deployed where it is wished to be, and to be moved from there as soon as that is down, where that may be. */
async function fleeing(
  cluster: Cluster,
  name: string,
  more: Partial<Parameters<typeof ask>[1]> = {},
): Promise<Deployment> {
  const placement = { affinity: [{ clusters: [cluster] }, { clusters: [...clusters] }] }
  const key = { namespace: 'one', name }
  const made = await deployed(kade, { app: 'tika', ...key, placement, ...more })
  expect(made.clusters).toEqual([cluster])
  await kade.client.setFailover({ params: key, body: { mode: 'immediate', after: 60 } })
  return made
}

/** Operations of the two hundred that are open, by the cluster they are about. */
async function openOn(which: (cluster: string) => boolean): Promise<number> {
  const rows = await database.query<{ cluster: string }>(
    `select unnest(clusters) as cluster from kade.operation where ended_at is null and name like 'app-%'`,
  )
  return rows.filter(one => which(one.cluster)).length
}

type Outage = {
  readonly lost: Cluster
  /** Takes the API server away; the function given back brings it back. */
  readonly strike: () => Promise<() => Promise<void>>
  readonly request: (target: Target) => Promise<OperationOfDeployment>
  /** By law or by wish it may stand nowhere else. */
  readonly bound: Partial<Parameters<typeof ask>[1]>
}

const outages: readonly Outage[] = [
  {
    lost: 'amsterdam',
    strike: () => killApiServer(kubeconfigOf('amsterdam')),
    request: target => ask(kade, { app: 'tika', ...target }),
    bound: { dataClass: 'confidential' },
  },
  {
    lost: 'paris',
    strike: async () => {
      await signalApiServer(kubeconfigOf('paris'), 'SIGSTOP')
      return () => signalApiServer(kubeconfigOf('paris'), 'SIGCONT')
    },
    request: target =>
      kade.client.updateDeployment({
        params: keyOf(target),
        body: { settings: {}, env: { TURN: 'second' } },
      }),
    bound: { placement: { regions: ['eu-fr'] } },
  },
]

describe.each(outages)('while two hundred operations run, $lost is lost', outage => {
  const { lost } = outage
  let bringBack: (() => Promise<void>) | undefined
  let free: Deployment[] = []
  let bound: Deployment

  afterAll(() => bringBack?.())

  it('in the middle of them', async () => {
    const names = Array.from({ length: movable }, (_, n) => `free-${lost}-${n}`)
    free = await Promise.all(names.map(name => fleeing(lost, name)))
    bound = await fleeing(lost, `bound-${lost}`, outage.bound)
    const before = accepted.length
    const asking = asked(outage.request)
    await until(() => expect(accepted.length - before).toBeGreaterThan(running / 2))
    bringBack = await outage.strike()
    const open = await openOn(cluster => cluster === lost)
    await asking
    console.log(`${lost} was lost with ${open} operations open on it`)
    expect(open).toBeGreaterThan(5)
  })

  it('the others finish theirs', async () => {
    await until(async () => expect(await openOn(one => one !== lost)).toBe(0), 240_000)
    expect(await openOn(one => one === lost)).toBeGreaterThan(0)
  })

  it('what may move moves, what may not stays', async () => {
    await healthIs(lost, 'unknown')
    for (const one of free)
      await until(async () => {
        const seen = await read(one)
        expect(seen.clusters).not.toContain(lost)
        expect(seen).toMatchObject({
          health: { state: 'healthy' },
          operation: { kind: 'move', via: 'platform', state: 'succeeded' },
        })
      }, 300_000)
    expect((await read(bound)).clusters).toEqual([lost])
    const { held } = await kade.client.readFailover({ params: keyOf(bound) })
    expect(held).toMatchObject({ code: 'no-target', clusters: [lost] })
    const rows = await database.query(
      `select name from kade.operation where kind = 'move' and name not like $1`,
      [`free-%`],
    )
    expect(rows).toEqual([])
  })

  it('and once it is back, nothing is lost, doubled, stuck, or runs twice', async () => {
    await bringBack?.()
    bringBack = undefined
    await healthIs(lost, 'ready')
    // It counts again, so what was moved away is gone there by now.
    for (const one of free)
      expect(await ownedObjects(admins[lost], one.namespace, one.id)).toEqual([])
    await allEnded(database, 300_000)
    const states = await database.query<{ state: string; count: number }>(
      `select state, count(*)::int as count from kade.operation where id = any($1) group by state`,
      [accepted],
    )
    expect(states).toEqual([{ state: 'succeeded', count: accepted.length }])
    await expectSound(database, Object.values(admins), namespaces, { accepted })
    await until(async () => expect(await strayPods()).toEqual([]))
    expect(await read(bound)).toMatchObject({ clusters: [lost], health: { state: 'healthy' } })
  })
})

/** Pods of deployments in clusters where these do not run. */
async function strayPods(): Promise<string[]> {
  const rows = await database.query<{ id: string; clusters: string[] }>(
    'select id, clusters from kade.deployment',
  )
  const homes = new Map(rows.map(one => [one.id, one.clusters]))
  const stray: string[] = []
  for (const cluster of clusters) {
    const { items } = await admins[cluster].list('v1', 'Pod', { labelSelector: label.deployment })
    for (const { metadata } of items)
      if (!homes.get(metadata.labels?.[label.deployment] ?? '')?.includes(cluster))
        stray.push(`${cluster}/${metadata.namespace}/${metadata.name}`)
  }
  return stray
}
