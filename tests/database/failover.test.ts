import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { SetFailover } from '#api/failover.ts'
import { readStream } from '#platform/events/store.ts'
import { writeHeartbeat } from '#platform/federation/carriers/worker-side.ts'
import { lookAround } from '#platform/federation/health-watch.ts'
import { registerClusters, setClusterState, setEndpoint } from '#platform/federation/registry.ts'
import { failOver, type RequestMove } from '#platform/orchestration/failover-watch.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
const names = ['amsterdam', 'paris', 'warsaw'] as const
const down = new Set<string>()
/** What was asked for. */
let asked: { deployment: string; clusters: readonly string[] }[] = []

beforeEach(async () => {
  await ground?.stop()
  ground = await platformGround()
  down.clear()
  asked = []
  const { context } = ground
  await registerClusters(
    context.database,
    names.map(name => ({
      ...{ name, region: name, primary: name === 'paris', simulated: true },
      jurisdiction: name === 'warsaw' ? 'US' : 'NL',
    })),
    new Date(),
  )
  for (const name of names) {
    await setClusterState(context, name, 'ready', { en: 'Joined.', nl: 'Aangesloten.' })
    await setEndpoint(context.database, name, { server: `https://${name}.example:6443` })
  }
  await ground.namespace('team-a', 'a', names)
  await looks(6)
})
afterAll(() => ground?.stop())

/** Looks at all clusters as they are now, five seconds apart. */
async function looks(times: number) {
  const { context } = ground
  const clusters = names.map(name => ({ name, reachable: !down.has(name) }))
  for (let i = 0; i < times; i++) {
    ground.pass(5)
    await writeHeartbeat(context.database, { worker: 'w1', clusters })
    await context.database.query(`update kade.cluster set heartbeat_at = now() + interval '1 day'`)
    const probe = async ({ server }: { server: string }) =>
      down.has(new URL(server).hostname.split('.')[0] ?? '')
        ? ('silent' as const)
        : ('well' as const)
    expect(await lookAround(context, probe)).toBe(true)
  }
}

const move: RequestMove = async (_context, _tx, { deployment, clusters }) => {
  asked.push({ deployment, clusters })
  return { operation: randomUUID() }
}

/** A deployment that serves on Paris, the usual choice; without volumes unless the app has some. */
async function served(app = 'tika', more: { dataClass?: 'personal' } = {}) {
  const made = await ground.platform.createDeployment(ada, {
    body: { app, namespace: 'team-a', name: freshName(), settings: {}, ...more },
  })
  await ground.context.database.query(
    `update kade.operation set state = 'succeeded', ended_at = now() where id = $1`,
    [made.id],
  )
  return made
}
const at = ({ namespace, name }: { namespace: string; name: string }) => ({
  params: { namespace, name },
})
const read = (one: { namespace: string; name: string }) =>
  ground.platform.readFailover(ada, at(one))

async function held(deployment: string) {
  const events = await readStream(ground.context.database, `observed-${deployment}`)
  return events.flatMap(one => (one.type === 'FailoverHeld' ? [one.data.code] : []))
}
const noLog = () => {}
const round = () => failOver(ground.context, move, noLog)

describe('a cluster that is down', () => {
  it('is left by what may be moved when its time has come, by what may not never, and each says why', async () => {
    const free = await served('tika', { dataClass: 'personal' })
    const bound = await served('qdrant')
    down.add('paris')
    await looks(3)
    await round()
    expect(asked).toEqual([])
    expect(await read(free)).toMatchObject({
      held: { code: 'waits' },
      mode: 'graceful',
      after: 300,
    })
    expect(await read(bound)).toMatchObject({
      ...{ mode: 'never', chosen: false, held: { code: 'never', clusters: ['paris'] } },
      why: { en: expect.stringContaining('volumes of its own') },
    })
    await looks(60)
    expect(await round()).toBeTruthy()
    expect(asked).toEqual([{ deployment: free.deployment, clusters: ['amsterdam'] }])
    expect(await held(free.deployment)).toEqual([])
    expect(await held(bound.deployment)).toEqual(['never'])
    const { items } = await ground.platform.readTimeline(ada, { ...at(bound), query: { limit: 5 } })
    expect(items[0]?.text.en).toContain('paris is down')
  })

  it('keeps what finds no other place, with why of every cluster, and tells of it once', async () => {
    const one = await served('tika', { dataClass: 'personal' })
    await ground.platform.cordonCluster(ada, { params: { cluster: 'amsterdam' }, body: {} })
    down.add('paris')
    await looks(66)
    for (let i = 0; i < 3; i++) await round()
    expect(asked).toEqual([])
    const { held: why } = await read(one)
    expect(why?.verdicts?.map(each => [each.cluster, each.code])).toEqual([
      ['amsterdam', 'cordoned'],
      ['paris', 'unknown'],
      ['warsaw', 'residency'],
    ])
    expect(await held(one.deployment)).toEqual(['no-target'])
    down.clear()
    await looks(1)
    await round()
    expect((await read(one)).held).toBeNull()
  })

  it('is left one deployment at a time, once in two seconds', async () => {
    for (let i = 0; i < 3; i++) await served()
    down.add('paris')
    await looks(66)
    await Promise.all([round(), round(), round()])
    expect(asked).toHaveLength(1)
    await round()
    expect(asked).toHaveLength(1)
    ground.pass(2)
    await round()
    expect(asked).toHaveLength(2)
  })

  it('is left by nothing while most clusters are silent', async () => {
    const one = await served()
    down.add('paris').add('warsaw')
    await looks(66)
    await round()
    expect(asked).toEqual([])
    expect(await read(one)).toMatchObject({ held: { code: 'suspect' } })
  })

  it('is left by nothing at the first good look of another, and not for the time of the suspicion', async () => {
    const one = await served()
    down.add('paris').add('warsaw')
    await looks(72)
    down.delete('warsaw')
    await looks(1)
    await round()
    expect(await read(one)).toMatchObject({ held: { code: 'suspect' } })
    await looks(4)
    await round()
    expect(await read(one)).toMatchObject({ held: { code: 'waits' } })
    expect(asked).toEqual([])
    await looks(60)
    await round()
    expect(asked).toHaveLength(1)
  })

  it('is left by nothing where nobody has looked for a while', async () => {
    await served()
    down.add('paris')
    await looks(66)
    ground.pass(16)
    await round()
    expect(asked).toEqual([])
  })

  it('is not asked again at once to give up what was refused', async () => {
    const [first, second] = [await served(), await served()]
    down.add('paris')
    await looks(66)
    const message = { en: 'It is in use.', nl: 'Hij is in gebruik.' }
    const refuse: RequestMove = async (_context, _tx, { deployment, clusters }) => {
      asked.push({ deployment, clusters })
      return { refused: { message } }
    }
    for (let i = 0; i < 4; i++) {
      ground.pass(2)
      await failOver(ground.context, refuse, noLog)
    }
    expect(asked.map(one => one.deployment).toSorted()).toEqual(
      [first.deployment, second.deployment].toSorted(),
    )
    expect(await held(first.deployment)).toContain('refused')
    // Ten minutes after it was first refused, each is asked once more, and not in every round.
    asked = []
    await looks(118)
    for (let i = 0; i < 12; i++) {
      ground.pass(2)
      await failOver(ground.context, refuse, noLog)
    }
    expect(asked.map(one => one.deployment).toSorted()).toEqual(
      [first.deployment, second.deployment].toSorted(),
    )
  })

  it('is waited for while a worker joins it, and not when that takes longer than two minutes', async () => {
    const one = await served()
    down.add('paris')
    await looks(66)
    const { context } = ground
    await setClusterState(context, 'paris', 'joining', { en: 'Joining.', nl: 'Aansluiten.' })
    await round()
    expect(await read(one)).toMatchObject({ held: { code: 'coming' } })
    await looks(24)
    await round()
    expect(asked).toHaveLength(1)
  })

  it('is left by what is on a later page, too', async () => {
    const first = [await served('qdrant'), await served('qdrant')]
    const free = await served()
    // Ids that come first.
    const page = { after: null, most: 1 }
    down.add('paris')
    await looks(66)
    for (let i = 0; i < 4; i++) await failOver(ground.context, move, noLog, page)
    expect(asked.map(one => one.deployment)).toEqual([free.deployment])
    for (const one of first) expect(await read(one)).toMatchObject({ held: { code: 'never' } })
    down.clear()
    await looks(1)
    await round()
    expect((await read(first[0] ?? expect.fail())).held).toBeNull()
  })

  it('is left by others where one cannot be read, or asking for its move fails', async () => {
    const { database } = ground.context
    const broken = await served('qdrant')
    const [one, other] = [await served(), await served()]
    await database.query(`update kade.revision set objects_digest = 'gone' where deployment = $1`, [
      broken.deployment,
    ])
    down.add('paris')
    await looks(66)
    const said: string[] = []
    const failing: RequestMove = async (context, tx, wish) => {
      if (asked.length > 0) return move(context, tx, wish)
      asked.push({ deployment: wish.deployment, clusters: [] })
      await tx.query('select 1 / 0')
      throw new Error('It comes no further than this.')
    }
    for (let i = 0; i < 2; i++) {
      ground.pass(2)
      await failOver(ground.context, failing, message => said.push(message))
    }
    expect(asked.map(each => each.deployment).toSorted()).toEqual(
      [one.deployment, other.deployment].toSorted(),
    )
    expect(said).toEqual([
      expect.stringContaining('cannot be read'),
      expect.stringContaining('could not be asked for'),
      expect.stringContaining('cannot be read'),
    ])
    const [row] = await database.query<{ codes: string[] }>(
      `select array_agg(code order by deployment) as codes from kade.failover_held where code = 'refused'`,
    )
    expect(row?.codes).toHaveLength(2)
  })
})

describe('what is done when its cluster is down', () => {
  it('is chosen with a new deployment, which a preview says before', async () => {
    const asked = (app: string, failover?: SetFailover) => ({
      body: {
        ...{ app, namespace: 'team-a', name: freshName(), settings: {} },
        ...(failover && { failover }),
      },
    })
    const { previewDeployment, createDeployment, readFailover } = ground.platform
    const look = (app: string, failover?: SetFailover) =>
      previewDeployment(ada, asked(app, failover))
    expect((await look('qdrant')).failover).toMatchObject({ mode: 'never', chosen: false })
    expect((await look('litellm')).failover).toMatchObject({ mode: 'graceful', chosen: false })
    const graceful = { mode: 'graceful', after: 600 } as const
    const violations = [{ pointer: '/failover/data' }]
    expect(await look('qdrant', graceful)).toMatchObject({ allowed: false, violations })
    await expect(createDeployment(ada, asked('qdrant', graceful))).rejects.toMatchObject({
      code: 'conflict',
      details: { violations },
    })
    const agreed = { ...graceful, data: 'leave' as const }
    expect(await look('qdrant', agreed)).toMatchObject({
      allowed: true,
      failover: { ...graceful, chosen: true, why: { en: expect.stringContaining('stay behind') } },
    })
    const body = asked('qdrant', agreed)
    const made = await createDeployment(ada, body)
    const key = { params: { namespace: made.namespace, name: made.name } }
    expect(await readFailover(ada, key)).toMatchObject({ ...graceful, chosen: true })
    // It has a call of its own from then on.
    expect(await previewDeployment(ada, body)).toMatchObject({
      allowed: false,
      failover: { ...graceful, chosen: true },
      violations: [{ pointer: '/failover' }],
    })
  })

  it('is chosen by its team, with consent where its data stays behind', async () => {
    const one = await served('qdrant')
    const choose = (body: object) =>
      ground.platform.setFailover(ada, {
        ...at(one),
        body: { mode: 'immediate', after: 300, ...body },
      })
    await expect(choose({})).rejects.toMatchObject({
      code: 'conflict',
      details: { violations: [{ pointer: '/data' }] },
    })
    expect(await choose({ data: 'leave' })).toMatchObject({ mode: 'immediate', chosen: true })
    const { items } = await ground.platform.readTimeline(ada, { ...at(one), query: { limit: 3 } })
    expect(items[0]).toMatchObject({ event: 'FailoverChosen', actor: 'ada' })
    down.add('paris')
    await looks(14)
    await round()
    expect(asked).toHaveLength(1)
    await expect(ground.platform.readFailover(bob, at(one))).rejects.toMatchObject({
      code: 'not-found',
    })
    const body = { mode: 'never' as const, after: 300 }
    await expect(ground.platform.setFailover(bob, { ...at(one), body })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('is nothing for what was asked to be on that cluster by name', async () => {
    const made = await ground.platform.createDeployment(ada, {
      body: { app: 'tika', namespace: 'team-a', name: freshName(), settings: {}, cluster: 'paris' },
    })
    expect(await read(made)).toMatchObject({ mode: 'never', why: { en: /paris by name/ } })
  })
})

describe('a cluster that is drained', () => {
  const preview = (cluster: string) => ground.platform.previewDrain(ada, { params: { cluster } })
  const drain = (cluster: string) =>
    ground.platform.drainCluster(ada, { params: { cluster }, body: { reason: 'repairs' } })

  it('says beforehand what leaves it and what does not, without a change, and names nothing of other teams', async () => {
    const free = await served()
    const bound = await served('qdrant')
    const plan = await preview('paris')
    expect(plan).toMatchObject({
      moves: [{ name: free.name, to: ['amsterdam'] }],
      stays: [{ name: bound.name, code: 'volumes' }],
      others: { moves: 0, stays: 0 },
    })
    expect(
      (await ground.platform.listClusters(ada, { query: { limit: 9 } })).items[1]?.cordon,
    ).toBeNull()
    const params = { cluster: 'paris' }
    expect(await ground.platform.previewDrain(bob, { params })).toMatchObject({
      ...{ moves: [], stays: [], others: { moves: 1, stays: 1 } },
    })
    await expect(preview('nowhere')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('takes nothing new and is left one by one, until somebody ends that', async () => {
    const all = [await served(), await served(), await served('qdrant')]
    await drain('paris')
    const where = await ground.platform.previewDeployment(ada, {
      body: { app: 'tika', namespace: 'team-a', name: freshName(), settings: {}, cluster: 'paris' },
    })
    expect(where.placement.find(one => one.cluster === 'paris')?.code).toBe('cordoned')
    await round()
    await round()
    expect(asked).toHaveLength(1)
    expect(await read(all[2] ?? expect.fail())).toMatchObject({ held: { code: 'volumes' } })
    await ground.platform.uncordonCluster(ada, { params: { cluster: 'paris' } })
    ground.pass(2)
    await round()
    expect(asked).toHaveLength(1)
  })

  it('is left by nothing while Kade suspects itself, and by what is on a cluster that is down first', async () => {
    await served()
    await drain('paris')
    down.add('amsterdam').add('warsaw')
    await looks(6)
    await round()
    expect(asked).toEqual([])
  })
})

describe('a cluster that is detached', () => {
  const detach = (cluster: string, leave?: string) =>
    ground.platform.detachCluster(ada, { params: { cluster }, query: leave ? { leave } : {} })
  const stopped = () => ground.context.database.query('delete from kade.worker_report')

  it('has no worker any more, and nothing on it, or who detaches it says that this is left', async () => {
    const one = await served()
    await expect(detach('paris', 'paris')).rejects.toMatchObject({
      ...{ code: 'conflict', message: expect.stringContaining('A worker serves paris') },
    })
    await stopped()
    await expect(detach('paris')).rejects.toMatchObject({
      ...{ code: 'conflict', details: { violations: [{ pointer: '/leave' }] } },
    })
    await expect(detach('paris', 'amsterdam')).rejects.toMatchObject({ code: 'conflict' })
    await detach('paris', 'paris')
    const { items } = await ground.platform.listClusters(ada, { query: { limit: 9 } })
    expect(items.map(each => [each.name, each.primary])).toEqual([
      ['amsterdam', true],
      ['warsaw', false],
    ])
    const { clusters } = await ground.platform.readNamespace(ada, {
      params: { namespace: 'team-a' },
    })
    expect(clusters.map(each => each.name)).toEqual(['amsterdam', 'warsaw'])
    expect((await ground.platform.readDeployment(ada, at(one))).health.state).toBe('unknown')
    const told = await readStream(ground.context.database, 'cluster-paris')
    expect(told.at(-1)).toMatchObject({ type: 'ClusterDetached', data: { left: 1, actor: 'ada' } })
    await expect(detach('paris')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('goes at once where nothing stands on it', async () => {
    await stopped()
    await detach('warsaw')
    const { items } = await ground.platform.listClusters(ada, { query: { limit: 9 } })
    expect(items.map(each => each.name)).not.toContain('warsaw')
  })
})
