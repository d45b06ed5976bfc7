import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openBus } from '#platform/events/bus.ts'
import { spreadNamespaces } from '#platform/events/handlers/spread-namespaces.ts'
import { readStream } from '#platform/events/store.ts'
import { registerClusters, setClusterState } from '#platform/federation/registry.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
const stops: (() => Promise<void>)[] = []

beforeAll(async () => {
  ground = await platformGround()
  for (const name of ['amsterdam', 'paris']) await ground.cluster(name, 0)
})
afterAll(async () => {
  for (const stop of stops) await stop()
  await ground?.stop()
})

const tasksOf = async (name: string) => {
  const rows = await ground.context.database.query<{ cluster: string }>(
    `select data->>'cluster' as cluster from pgboss.job where data->>'subject' = $1 order by 1`,
    [name],
  )
  return rows.map(row => row.cluster)
}
const create = (name: string, clusters?: string[]) =>
  ground.platform.createNamespace(ada, { body: { name, environment: 'dev', clusters } })
const spread = (name: string, clusters?: string[], actor = ada) =>
  ground.platform.spreadNamespace(actor, { params: { namespace: name }, body: { clusters } })

it('a namespace is prepared on more clusters when somebody asks, once', async () => {
  const name = freshName()
  expect((await create(name, ['amsterdam'])).everywhere).toBe(false)
  await ground.hub.prepared(name, 'amsterdam', null)
  const now = await spread(name, ['paris'])
  expect(now.clusters).toEqual([
    { name: 'amsterdam', state: 'ready' },
    { name: 'paris', state: 'preparing' },
  ])
  await spread(name, ['paris'])
  expect(await tasksOf(name)).toEqual(['amsterdam', 'paris'])
  const told = await readStream(ground.context.database, `namespace-${name}`)
  expect(told.filter(event => event.type === 'NamespaceSpread')).toMatchObject([
    { data: { namespace: name, clusters: ['paris'], everywhere: false, actor: ada.id } },
  ])
})

it('of another team is as one that is not there, and so is a cluster that is not', async () => {
  const name = freshName()
  await create(name, ['amsterdam'])
  await expect(spread(name, undefined, bob)).rejects.toMatchObject({ code: 'not-found' })
  await expect(spread(name, ['utopia'])).rejects.toMatchObject({ code: 'cluster-unknown' })
})

it('one that is to stand everywhere is prepared on a cluster that joins later, others are not', async () => {
  const { database, queue } = ground.context
  const [everywhere, later, here] = [freshName(), freshName(), freshName()]
  await create(everywhere)
  await create(later, ['amsterdam'])
  expect((await spread(later)).everywhere).toBe(true)
  await create(here, ['amsterdam', 'paris'])
  const bus = openBus({ database, queue, source: '/kade' })
  stops.push(() => bus.stop())
  await bus.subscribe([spreadNamespaces(ground.context)])
  const place = { region: 'eu-pl', jurisdiction: 'PL', primary: false, simulated: true }
  await registerClusters(database, [{ name: 'warsaw', ...place }], new Date())
  await setClusterState(ground.context, 'warsaw', 'ready', { en: 'Joined.', nl: 'Aangesloten.' })
  const all = ['amsterdam', 'paris', 'warsaw']
  const soon = { timeout: 20_000, interval: 50 }
  await vi.waitFor(async () => expect(await tasksOf(everywhere)).toEqual(all), soon)
  await vi.waitFor(async () => expect(await tasksOf(later)).toEqual(all), soon)
  expect(await tasksOf(here)).toEqual(['amsterdam', 'paris'])
  const { clusters } = await ground.platform.readNamespace(ada, {
    params: { namespace: everywhere },
  })
  expect(clusters.map(one => one.name)).toEqual(all)
})
