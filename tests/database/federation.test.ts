import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readStream } from '#platform/events/store.ts'
import {
  type ClusterSpec,
  registerClusters,
  setClusterState,
} from '#platform/federation/registry.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
})
afterAll(() => ground?.stop())

const message = { en: 'Joined.', nl: 'Aangesloten.' }

function spec(name: string, primary: boolean): ClusterSpec {
  return { name, region: 'nl', jurisdiction: 'EU', primary, simulated: true }
}

async function primaries(): Promise<string[]> {
  const { items } = await ground.platform.listClusters(ada, { query: { limit: 50 } })
  return items.filter(one => one.primary).map(one => one.name)
}

describe('the registry', () => {
  it('has one primary cluster, whichever clusters are started the next time', async () => {
    const { database } = ground.context
    await registerClusters(database, [spec('amsterdam', true), spec('paris', false)], new Date())
    expect(await primaries()).toEqual(['amsterdam'])
    await registerClusters(database, [spec('paris', true)], new Date())
    expect(await primaries()).toEqual(['paris'])
    await registerClusters(database, [spec('warsaw', false)], new Date())
    expect(await primaries()).toEqual(['paris'])
  })

  it('tells once that a cluster was created, although its worker spoke first', async () => {
    const { context } = ground
    await registerClusters(context.database, [spec('utrecht', false)], new Date())
    await context.database.query(
      `update kade.cluster set version = 'v1.36.3' where name = 'utrecht'`,
    )
    for (const state of ['joining', 'ready', 'failed', 'ready'] as const)
      await setClusterState(context, 'utrecht', state, message)
    const told = await readStream(context.database, 'cluster-utrecht')
    expect(told.map(event => event.type)).toEqual([
      'ClusterUpdated',
      'ClusterCreated',
      'ClusterUpdated',
      'ClusterUpdated',
      'ClusterUpdated',
    ])
  })

  it('is not talked out of a cluster that one worker serves by another that cannot join it', async () => {
    const { context } = ground
    const state = async () => {
      const { items } = await ground.platform.listClusters(ada, { query: { limit: 50 } })
      return items.find(one => one.name === 'gouda')?.state
    }
    await registerClusters(context.database, [spec('gouda', false)], new Date())
    const beat = () =>
      ground.agent.heartbeat({ worker: 'w1', clusters: [{ name: 'gouda', reachable: true }] })
    await beat()
    for (const said of ['joining', 'failed'] as const)
      await setClusterState(context, 'gouda', said, message)
    expect(await state()).toBe('ready')
    // Nobody serves it for a while; then the first worker is heard of again.
    await context.database.query(`update kade.worker_report set at = at - interval '1 minute'`)
    await setClusterState(context, 'gouda', 'failed', message)
    expect(await state()).toBe('failed')
    await beat()
    expect(await state()).toBe('ready')
    const told = await readStream(context.database, 'cluster-gouda')
    expect(told.map(event => event.data)).toMatchObject([
      { cluster: 'gouda', region: 'nl' },
      { state: 'ready' },
      { state: 'failed' },
      { state: 'ready' },
    ])
  })

  it('calls a cluster unreachable from its last heartbeat on', async () => {
    await ground.cluster('leiden', 60)
    const { items } = await ground.platform.listClusters(ada, { query: { limit: 50 } })
    const leiden = items.find(one => one.name === 'leiden')
    expect(leiden?.state).toBe('unreachable')
    expect(Date.now() - Date.parse(leiden?.since ?? '')).toBeGreaterThan(59_000)
  })
})

describe('a namespace', () => {
  const clusters = ['amsterdam', 'paris']
  const tasksOf = (name: string) =>
    ground.context.database.query<{ cluster: string }>(
      `select data->>'cluster' as cluster from pgboss.job
        where data->>'subject' = $1 and state = 'created' order by 1`,
      [name],
    )
  const ask = (name: string, environment: 'dev' | 'prod' = 'dev', actor = ada) =>
    ground.platform.createNamespace(actor, { body: { name, environment, clusters } })

  it('is prepared again where it failed, when it is asked for again', async () => {
    const name = freshName()
    await ask(name)
    await ground.hub.prepared(name, 'amsterdam', null)
    await ground.hub.prepared(name, 'paris', 'The cluster did not answer.')
    await ground.context.database.query(`delete from pgboss.job where data->>'subject' = $1`, [
      name,
    ])
    const again = await ask(name)
    expect(again.clusters).toEqual([
      { name: 'amsterdam', state: 'ready' },
      { name: 'paris', state: 'preparing' },
    ])
    expect(await tasksOf(name)).toEqual([{ cluster: 'paris' }])
    await ground.hub.prepared(name, 'paris', null)
    const { clusters: now } = await ground.platform.readNamespace(ada, {
      params: { namespace: name },
    })
    expect(now.map(one => one.state)).toEqual(['ready', 'ready'])
  })

  it('changes nothing where it is ready, and tells once that it stands', async () => {
    const name = freshName()
    await ask(name)
    for (const cluster of clusters) await ground.hub.prepared(name, cluster, null)
    await ground.context.database.query(`delete from pgboss.job where data->>'subject' = $1`, [
      name,
    ])
    await ask(name)
    expect(await tasksOf(name)).toEqual([])
    for (const cluster of clusters) await ground.hub.prepared(name, cluster, null)
    const told = await readStream(ground.context.database, `namespace-${name}`)
    expect(told.map(event => event.type)).toEqual([
      'NamespaceRequested',
      'NamespaceCreated',
      'NamespaceCreated',
    ])
  })

  it('is taken for who asks for another environment, or is of another team', async () => {
    const name = freshName()
    await ask(name)
    await expect(ask(name, 'prod')).rejects.toMatchObject({ code: 'name-taken' })
    await expect(ask(name, 'dev', bob)).rejects.toMatchObject({ code: 'name-taken' })
  })

  it.each(['kube-system', 'kade-system', 'default', 'openshift-ingress'])(
    'cannot be called %s',
    async name => {
      await expect(ask(name)).rejects.toMatchObject({ code: 'request-invalid' })
    },
  )
})
