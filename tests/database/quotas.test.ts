import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import type { QuotaLimits, QuotaScope } from '#api/quotas.ts'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import type { Actor } from '#platform/platform.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
/** Each test has a team of its own, and two namespaces of it. */
let team: string
let mine: string
let other: string
let member: Actor
const engineer: Actor = { ...ada, id: 'eve', roles: ['platform-engineer'] }

beforeAll(async () => {
  ground = await platformGround()
  for (const cluster of ['amsterdam', 'paris']) await ground.cluster(cluster, 0)
})
beforeEach(async () => {
  team = freshName()
  await ground.context.database.query('insert into kade.team (name) values ($1)', [team])
  member = { id: 'ada', roles: [], memberships: { [team]: 'developer' }, teams: [team], via: 'api' }
  mine = freshName()
  other = freshName()
  for (const name of [mine, other]) await ground.namespace(name, team, ['amsterdam', 'paris'])
})
afterAll(() => ground?.stop())

/** Requests one core and 1 GiB a replica, and 10 GiB of storage. */
const bodyOf = (more: Partial<CreateDeployment> = {}): CreateDeployment => ({
  app: 'qdrant',
  namespace: mine,
  name: freshName(),
  settings: { storage: '10Gi' },
  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
  cluster: 'amsterdam',
  ...more,
})
/** An app of which several replicas can run. */
const manyOf = (replicas: number): CreateDeployment => ({
  ...bodyOf(),
  app: 'tika',
  settings: {},
  replicas,
})
const create = (body = bodyOf()) => ground.platform.createDeployment(member, { body })
const foresee = (body = bodyOf()) => ground.platform.previewDeployment(member, { body })
const set = (scope: QuotaScope, name: string, limits: QuotaLimits) =>
  ground.platform.setQuota(
    { ...engineer, teams: [team] },
    { params: { scope, name }, body: limits },
  )
const useOf = async (scope: QuotaScope, name: string, resource: string) => {
  const { items } = await ground.platform.listQuotas(member, { query: undefined } as never)
  return items
    .find(one => one.scope === scope && one.name === name)
    ?.uses.find(one => one.resource === resource)
}

describe('the quota of a team', () => {
  it('counts all of its namespaces and clusters together, before the click and after', async () => {
    await set('team', team, { cpu: '3', memory: '8Gi' })
    await create()
    await create(bodyOf({ namespace: other, cluster: 'paris' }))
    const preview = await foresee()
    expect(preview.quotas).toContainEqual({
      scope: 'team',
      name: team,
      resource: 'cpu',
      limit: 3000,
      used: 2000,
      after: 3000,
    })
    expect(preview).toMatchObject({ allowed: true, findings: [] })
    await create()
    expect(await useOf('team', team, 'cpu')).toMatchObject({ used: 3000 })
    expect(await useOf('team', team, 'memory')).toMatchObject({ used: 3 * 2 ** 30 })
    const full = await foresee()
    expect(full).toMatchObject({ allowed: false, findings: [{ policy: 'quota-team' }] })
    expect(full.findings[0]?.message).toEqual({
      en: `Team ${team} may take 3 cores of processor on all clusters together and takes 3 cores; with this it would be 4 cores.`,
      nl: `Team ${team} mag op alle clusters samen 3 kernen aan processor gebruiken en gebruikt 3 kernen; hiermee wordt dat 4 kernen.`,
    })
    await expect(create()).rejects.toMatchObject({
      code: 'quota-exceeded',
      details: { findings: full.findings },
    })
  })

  it('refuses one of two requests that fit only alone, whatever their namespaces', async () => {
    await set('team', team, { cpu: '1' })
    for (let round = 0; round < 5; round++) {
      const asked = [create(), create(bodyOf({ namespace: other }))]
      const ended = await Promise.allSettled(asked)
      const won = ended.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
      expect(won).toHaveLength(1)
      for (const one of won) await remove(one)
    }
  })

  it('takes what asks for less although there is too much, and refuses what asks for more', async () => {
    const { name } = await create(manyOf(2))
    await set('team', team, { cpu: '1' })
    const change = (replicas: number, cpu = '1') =>
      ground.platform.updateDeployment(member, {
        params: { namespace: mine, name },
        body: { settings: {}, replicas, resources: { requests: { cpu } } },
      })
    await expect(change(3)).rejects.toMatchObject({ code: 'quota-exceeded' })
    await change(2, '900m')
    expect(await useOf('team', team, 'cpu')).toMatchObject({ limit: 1000, used: 1800 })
  })

  it('is free again when a deployment is gone', async () => {
    await set('team', team, { deployments: 1, storage: '10Gi' })
    const first = await create()
    await expect(create()).rejects.toMatchObject({ code: 'quota-exceeded' })
    await remove(first)
    await create()
  })

  it('is counted for every cluster of a deployment, and once for replicas that are divided', async () => {
    await set('team', team, { cpu: '100' })
    const { cluster: _, ...anywhere } = manyOf(2)
    await create({ ...anywhere, placement: { clusters: 'all' } })
    expect(await useOf('team', team, 'cpu')).toMatchObject({ used: 4000 })
    const placement = { clusters: 'all', replicas: 'divided' } as const
    await create({ ...anywhere, name: freshName(), replicas: 3, placement })
    expect(await useOf('team', team, 'cpu')).toMatchObject({ used: 7000 })
  })

  it('is unknown to others, set by who runs Kade, and gone when it is taken away', async () => {
    await set('team', team, { cpu: '1' })
    const { items } = await ground.platform.listQuotas(ada, { query: undefined } as never)
    expect(items.filter(one => one.name === team)).toEqual([])
    const params = { scope: 'team', name: team } as const
    await ground.platform.removeQuota(engineer, { params })
    expect(await useOf('team', team, 'cpu')).toBeUndefined()
    await expect(ground.platform.removeQuota(engineer, { params })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(set('team', 'nobodys', { cpu: '1' })).rejects.toMatchObject({ code: 'not-found' })
  })
})

it('the quota of an environment holds over teams', async () => {
  const staging = freshName()
  await ground.namespace(staging, team, ['amsterdam'], 'staging')
  await set('environment', 'staging', { cpu: '1' })
  await create(bodyOf({ namespace: staging }))
  await expect(create(bodyOf({ namespace: staging }))).rejects.toMatchObject({
    text: { en: expect.stringMatching(/^Environment staging may take 1 cores /) },
  })
  await create()
})

it('the quota of a namespace is its bounds, which its clusters are told anew', async () => {
  await set('namespace', mine, { cpu: '2', devices: { 'nvidia.com/gpu': 2 } })
  expect(
    await ground.platform.readNamespace(member, { params: { namespace: mine } }),
  ).toMatchObject({
    bounds: { cpu: '2', memory: '4000Gi', devices: { 'nvidia.com/gpu': 2 } },
    clusters: [{ state: 'preparing' }, { state: 'preparing' }],
  })
  await create()
  await create()
  await expect(create()).rejects.toMatchObject({
    code: 'quota-exceeded',
    details: { findings: [{ policy: 'quota-namespace' }] },
  })
})

it('a composition is judged as a whole', async () => {
  await set('team', team, { cpu: '1' })
  const { namespace: _n, cluster: _c, ...wish } = bodyOf()
  const members = ['one', 'two'].map(name => ({ ...wish, name }))
  const body = { namespace: mine, name: 'both', members }
  const preview = await ground.platform.previewComposition(member, { body } as never)
  expect(preview).toMatchObject({ allowed: false, findings: [{ policy: 'quota-team' }] })
  await expect(ground.platform.createComposition(member, { body } as never)).rejects.toMatchObject({
    code: 'quota-exceeded',
  })
})

it('what is reserved follows from the events', async () => {
  await create(manyOf(2))
  const rows = () =>
    ground.context.database.query('select * from kade.deployment_name order by deployment')
  const before = await rows()
  await rebuildDeployments(ground.context.database)
  expect(await rows()).toEqual(before)
})

async function remove({ namespace, name }: { namespace: string; name: string }): Promise<void> {
  const params = { namespace, name }
  const gone = await ground.platform.deleteDeployment(member, { params, query: { data: 'delete' } })
  await ground.hub.start(gone.id, 'amsterdam', 'w1')
  await ground.hub.removed(await ground.claim(gone.id))
}
