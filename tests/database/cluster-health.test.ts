import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Engine } from '#platform/deployments/engine/engine.ts'
import { readStream } from '#platform/events/store.ts'
import { writeHeartbeat } from '#platform/federation/carriers/worker-side.ts'
import { lookAround, type ProbeServer } from '#platform/federation/health-watch.ts'
import { registerClusters, setClusterState, setEndpoint } from '#platform/federation/registry.ts'
import { createWorker } from '#platform/orchestration/worker.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
/** What each cluster answers who asks it without its worker. */
const answers = new Map<string, Awaited<ReturnType<ProbeServer>>>()
const names = ['amsterdam', 'paris', 'warsaw'] as const

beforeEach(async () => {
  await ground?.stop()
  ground = await platformGround()
  const { context } = ground
  const place = { region: 'nl', jurisdiction: 'EU', simulated: true }
  await registerClusters(
    context.database,
    names.map(name => ({ name, primary: name === 'amsterdam', ...place })),
    new Date(),
  )
  for (const name of names) {
    await setClusterState(context, name, 'ready', { en: 'Joined.', nl: 'Aangesloten.' })
    await setEndpoint(context.database, name, { server: `https://${name}.example:6443` })
    answers.set(name, 'well')
  }
  await ground.namespace('team-a', 'a', names)
  await says()
  // Past the time after a start in which nothing is decided.
  for (let i = 0; i < 6; i++) await look()
})
afterAll(() => ground?.stop())

const probe: ProbeServer = async ({ server }) =>
  answers.get(new URL(server).hostname.split('.')[0] ?? '') ?? 'silent'

/** What the worker of the clusters says: that it reaches all but these. */
async function says(...unreached: string[]) {
  const clusters = names.map(name => ({ name, reachable: !unreached.includes(name) }))
  await writeHeartbeat(ground.context.database, { worker: 'w1', clusters })
  // The clock of the platform runs ahead here, so the last heartbeat is not to decide.
  await ground.context.database.query(
    `update kade.cluster set heartbeat_at = now() + interval '1 day'`,
  )
}

async function look() {
  ground.pass(5)
  expect(await lookAround(ground.context, probe)).toBe(true)
}

async function fall(...gone: string[]) {
  for (const name of gone) answers.set(name, 'silent')
  await says(...gone)
}

const list = () => ground.platform.listClusters(ada, { query: { limit: 50 } })
async function healthOf(name: string) {
  return (await list()).items.find(one => one.name === name)?.health
}
async function told(stream: string) {
  const events = await readStream(ground.context.database, stream)
  return events.flatMap(({ type, data }) =>
    type === 'PlatformHealthCheck'
      ? [data.state]
      : type === 'ClusterUpdated' && data.health
        ? [data.health]
        : [],
  )
}
const preview = (cluster: string) =>
  ground.platform.previewDeployment(ada, {
    body: { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {}, cluster },
  })

describe('the health of a cluster', () => {
  it('goes down after three looks, stops what is new, and comes back after five; each is told once', async () => {
    await fall('paris')
    await look()
    expect(await healthOf('paris')).toMatchObject({
      state: 'ready',
      signals: { worker: { says: 'unreachable' }, probe: { says: 'silent' } },
    })
    await look()
    await look()
    const down = await healthOf('paris')
    expect(down).toMatchObject({ state: 'unknown', reason: { en: /does not answer others/ } })
    const { placement } = await preview('paris')
    expect(placement.find(one => one.cluster === 'paris')).toMatchObject({ code: 'unknown' })
    await look()
    answers.set('paris', 'well')
    await says()
    for (let i = 0; i < 4; i++) await look()
    expect(await healthOf('paris')).toMatchObject({ state: 'unknown', since: down?.since })
    await look()
    expect(await healthOf('paris')).toMatchObject({ state: 'ready' })
    expect(await told('cluster-paris')).toEqual(['degraded', 'unknown', 'ready'])
    expect(await told('cluster-amsterdam')).toEqual([])
  })

  it('is kept from one process to the next, and judged anew only after a while', async () => {
    await fall('paris')
    for (let i = 0; i < 3; i++) await look()
    answers.set('warsaw', 'silent')
    await says('paris', 'warsaw')
    // Nobody watched for ten minutes.
    ground.pass(600)
    for (let i = 0; i < 3; i++) await look()
    expect(await healthOf('warsaw')).toMatchObject({ state: 'ready' })
    await look()
    await look()
    expect(await healthOf('warsaw')).toMatchObject({ state: 'unknown' })
  })

  it('takes nobody for silent whom nobody but its worker ever reached', async () => {
    const { database } = ground.context
    await database.query(
      `update kade.cluster set probed_at = null, looks = '[]' where name = 'warsaw'`,
    )
    answers.set('warsaw', 'silent')
    for (let i = 0; i < 5; i++) await look()
    expect(await healthOf('warsaw')).toMatchObject({
      state: 'ready',
      signals: { worker: { says: 'well' }, probe: { says: 'none' } },
    })
  })

  it('has one signal where the way there is another one, or nobody but its worker came there for ten minutes', async () => {
    const { database } = ground.context
    await setEndpoint(database, 'warsaw', { server: 'https://warsaw.example:6443' })
    await setEndpoint(database, 'paris', { server: 'https://other.example:6443' })
    answers.set('warsaw', 'silent')
    await look()
    const says = async (name: string) => (await healthOf(name))?.signals.probe.says
    expect(await says('warsaw')).toBe('silent')
    expect(await says('paris')).toBe('none')
    for (let i = 0; i < 121; i++) await look()
    expect(await says('warsaw')).toBe('none')
    await fall('warsaw')
    for (let i = 0; i < 6; i++) await look()
    const [row] = await database.query<{ down: boolean }>(
      `select (health->>'down')::boolean as down from kade.cluster where name = 'warsaw'`,
    )
    expect(row).toEqual({ down: false })
  })

  it('is what the worker says that reaches it, where another does not', async () => {
    await writeHeartbeat(ground.context.database, {
      worker: 'w2',
      clusters: [{ name: 'paris', reachable: false }],
    })
    for (let i = 0; i < 5; i++) await look()
    expect(await healthOf('paris')).toMatchObject({ state: 'ready' })
  })

  it('is looked at by one process at a time', async () => {
    ground.pass(5)
    const done = await Promise.all([1, 2, 3].map(() => lookAround(ground.context, probe)))
    expect(done.filter(Boolean)).toHaveLength(1)
  })

  it('keeps no way to a cluster that needs a password', async () => {
    const { database } = ground.context
    await setEndpoint(database, 'paris', {
      server: 'https://paris.example:6443',
      proxyUrl: 'http://me:secret@proxy.example',
    })
    const [row] = await database.query('select endpoint from kade.cluster where name = $1', [
      'paris',
    ])
    expect(row).toEqual({ endpoint: null })
  })
})

it('suspects itself when more than half of the clusters fall silent together, and says when that is over', async () => {
  await fall('paris', 'warsaw')
  await look()
  expect((await list()).hub.suspect).toBeNull()
  await look()
  await look()
  const { hub } = await list()
  expect(hub.suspect).toMatchObject({ silent: ['paris', 'warsaw'] })
  answers.set('paris', 'well')
  await says('warsaw')
  for (let i = 0; i < 4; i++) await look()
  expect((await list()).hub.suspect).toMatchObject({ silent: ['paris', 'warsaw'] })
  await look()
  expect((await list()).hub.suspect).toBeNull()
  expect(await told('platform-hub')).toEqual(['suspect', 'well'])
})

it('a worker leaves the tasks of a cluster that it does not reach to another, and takes them again when it does', async () => {
  const tried: string[] = []
  const reaches = new Set(['w1', 'w2'])
  const serving = new Set<string>()
  const nothing = async () => {}
  const start = async (id: string) => {
    // Only what a worker calls here is there.
    const engine = {
      probe: async () => {
        if (!reaches.has(id)) throw new Error('No way there.')
        return { version: 'v1.36.3' }
      },
      observe: async () => nothing,
      prepareNamespace: async () => {
        tried.push(id)
        if (!reaches.has(id)) throw new Error('No way there.')
      },
      close: nothing,
    } as unknown as Engine
    const { hub, context } = ground
    const agent = {
      ...ground.agent,
      claim: async (...given: Parameters<typeof ground.agent.claim>) => {
        const stop = await ground.agent.claim(...given)
        serving.add(id)
        return async () => {
          await stop()
          serving.delete(id)
        }
      },
    }
    const pace = { first: 3_600_000, every: 3_600_000 }
    const worker = createWorker({
      ...{ id, hub, agent, policy: context.policy, log: () => {} },
      ...{ scans: pace, surveys: pace, beatEvery: 100 },
    })
    await worker.serve('paris', engine)
    return worker
  }
  const workers = [await start('w1'), await start('w2')]
  /** Who is tried with twelve new tasks, until all are done. */
  const triedWith = async () => {
    tried.splice(0)
    const made = Array.from({ length: 12 }, freshName)
    for (const name of made)
      await ground.platform.createNamespace(ada, {
        body: { name, environment: 'dev', clusters: ['paris'] },
      })
    await vi.waitFor(
      async () => {
        const params = (namespace: string) => ({ params: { namespace } })
        for (const name of made)
          expect((await ground.platform.readNamespace(ada, params(name))).clusters).toEqual([
            { name: 'paris', state: 'ready' },
          ])
      },
      { timeout: 30_000, interval: 200 },
    )
    return [...new Set(tried)]
  }
  reaches.delete('w1')
  await vi.waitFor(() => expect([...serving]).toEqual(['w2']), { timeout: 10_000 })
  expect(await triedWith()).toEqual(['w2'])
  reaches.add('w1')
  await vi.waitFor(() => expect(serving.size).toBe(2), { timeout: 10_000 })
  reaches.delete('w2')
  await vi.waitFor(() => expect([...serving]).toEqual(['w1']), { timeout: 10_000 })
  expect(await triedWith()).toEqual(['w1'])
  for (const worker of workers) await worker.stop()
})
