import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import { encodeCursor } from '#platform/deployments/pages.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.cluster('paris', 0)
  await ground.namespace('team-a', 'a')
  await ground.namespace('pages', 'a', ['amsterdam', 'paris'])
})
afterAll(() => ground?.stop())

type Asked = Partial<CreateDeployment>

function bodyOf(asked: Asked): CreateDeployment {
  return { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {}, ...asked }
}

function create(asked: Asked = {}, actor = ada): Promise<OperationOfDeployment> {
  return ground.platform.createDeployment(actor, { body: bodyOf(asked) })
}

async function served(asked: Asked = {}, actor = ada): Promise<OperationOfDeployment> {
  const made = await create(asked, actor)
  const cluster = asked.cluster ?? 'amsterdam'
  await ground.hub.start(made.id, cluster, 'w1')
  await ground.hub.applied(await ground.claim(made.id, cluster))
  await ground.hub.observed([seen(made, { cluster })])
  return made
}

function at({ namespace, name }: { namespace: string; name: string }) {
  return { params: { namespace, name } }
}

describe('pages', () => {
  const names = Array.from({ length: 7 }, (_, n) => `page-${n}`)
  beforeAll(async () => {
    for (const name of names) await create({ namespace: 'pages', name })
  })

  async function all<T>(page: (cursor?: string) => Promise<{ items: T[]; next: string | null }>) {
    const items: T[] = []
    let cursor: string | undefined
    for (let turn = 0; turn < 20; turn++) {
      const { items: found, next } = await page(cursor)
      items.push(...found)
      if (next === null) return items
      cursor = next
    }
    throw new Error('the pages have no end')
  }

  it.each(['name', '-createdAt', 'health'] as const)(
    'of deployments by %s show each one once',
    async sort => {
      const found = await all(cursor =>
        ground.platform.listDeployments(ada, {
          query: { limit: 3, sort, q: 'pages/page-', ...(cursor && { cursor }) },
        }),
      )
      expect(found.map(one => one.name).sort()).toEqual(names)
    },
  )

  it('of operations show each one once', async () => {
    const found = await all(cursor =>
      ground.platform.listOperations(ada, {
        query: { limit: 3, namespace: 'pages', ...(cursor && { cursor }) },
      }),
    )
    expect(found.map(one => one.name)).toEqual(expect.arrayContaining(names))
    expect(new Set(found.map(one => one.id)).size).toBe(found.length)
  })

  it('of a timeline show each event once, the newest first, whatever happens meanwhile', async () => {
    const made = await served()
    for (const state of ['degraded', 'healthy', 'degraded', 'healthy'] as const)
      await ground.hub.observed([seen(made, { state, ready: state === 'healthy' })])
    let news = 0
    const reason = () => ({ en: `news ${news++}`, nl: 'nieuws' })
    const found = await all(async cursor => {
      await ground.hub.observed([seen(made, { reason: reason(), state: 'progressing' })])
      await ground.hub.observed([seen(made, { reason: reason() })])
      return ground.platform.readTimeline(ada, {
        ...at(made),
        query: { limit: 3, ...(cursor && { cursor }) },
      })
    })
    expect(new Set(found.map(one => one.id)).size).toBe(found.length)
    expect(found.map(one => one.at)).toEqual(
      found
        .map(one => one.at)
        .toSorted()
        .reverse(),
    )
    expect(found.at(-1)?.event).toBe('DeploymentRequested')
    expect(found.filter(one => one.event === 'HealthChanged')).toHaveLength(7)
  })

  it('refuse a cursor of another sort instead of failing', async () => {
    const cursor = encodeCursor(['pages', 'page-1'])
    const query = { limit: 3, sort: '-createdAt', cursor } as const
    await expect(ground.platform.listDeployments(ada, { query })).rejects.toMatchObject({
      code: 'request-invalid',
    })
  })
})

describe('a deployment on a silent cluster', () => {
  it('is found by the state that is shown of it', async () => {
    await ground.cluster('paris', 0)
    const made = await served({ namespace: 'pages', cluster: 'paris' })
    await ground.cluster('paris', 60)
    const found = async (health: string) => {
      const query = { limit: 200, sort: 'name', cluster: 'paris', health } as const
      const { items } = await ground.platform.listDeployments(ada, { query })
      return items.map(one => one.name)
    }
    expect(await ground.platform.readDeployment(ada, at(made))).toMatchObject({
      health: { state: 'unknown' },
    })
    expect(await found('unknown')).toContain(made.name)
    expect(await found('healthy')).not.toContain(made.name)
    await ground.cluster('paris', 0)
    expect(await found('healthy')).toContain(made.name)
  })

  it('is shown as unknown too where the cluster never spoke, or is not in the registry', async () => {
    const { database } = ground.context
    await ground.cluster('paris', 0)
    const made = await served({ namespace: 'pages', cluster: 'paris' })
    const shown = async () => {
      const { health } = await ground.platform.readDeployment(ada, at(made))
      const query = { limit: 200, sort: 'name', cluster: 'paris', health: health.state } as const
      const { items } = await ground.platform.listDeployments(ada, { query })
      expect(items.find(one => one.id === made.deployment)?.health).toEqual(health)
      return health
    }
    const { since } = await shown()
    await database.query(`update kade.cluster set heartbeat_at = null where name = 'paris'`)
    expect(await shown()).toMatchObject({
      state: 'unknown',
      since,
      reason: { en: 'Nothing has been heard of its cluster yet' },
    })
    await database.query(`delete from kade.cluster where name = 'paris'`)
    expect(await shown()).toMatchObject({
      state: 'unknown',
      since,
      reason: { nl: 'Kade heeft het cluster niet' },
    })
    await ground.cluster('paris', 0)
    expect(await shown()).toMatchObject({ state: 'healthy' })
  })
})
