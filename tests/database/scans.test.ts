import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Leak } from '#api/clusters.ts'
import { readStream } from '#platform/events/store.ts'
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

const leak: Leak = {
  namespace: 'team-a',
  kind: 'ConfigMap',
  name: 'left',
  deployment: 'chat',
  why: { en: 'No revision has it.', nl: 'Geen revisie bevat het.' },
}

async function scanOf(cluster: string, actor = ada) {
  const { items } = await ground.platform.listClusters(actor, { query: { limit: 50 } })
  return items.find(one => one.name === cluster)?.scan
}

function scanned(cluster: string, leaks: readonly Leak[], unread: readonly string[] = []) {
  return ground.hub.scanned(cluster, { count: leaks.length, leaks, unread, repaired: 0 })
}

async function told(cluster: string): Promise<unknown[]> {
  const events = await readStream(ground.context.database, `cluster-${cluster}`)
  return events.filter(one => one.type === 'LeaksChanged').map(one => one.data)
}

describe('what a scan of a cluster found', () => {
  it('stands with its cluster, and is told when the number of leaks changes', async () => {
    const cluster = 'amsterdam'
    await ground.cluster(cluster, 0)
    expect(await scanOf(cluster)).toBeNull()
    await scanned(cluster, [])
    expect(await scanOf(cluster)).toMatchObject({ count: 0, leaks: [], unread: [] })
    expect(await told(cluster)).toEqual([])
    for (const leaks of [[leak], [leak], []]) await scanned(cluster, leaks)
    expect(await told(cluster)).toEqual([
      { cluster, count: 1 },
      { cluster, count: 0 },
    ])
  })

  it('names what is of a team to that team only, and what is of nobody to all', async () => {
    const cluster = 'berlin'
    await ground.cluster(cluster, 0)
    await ground.namespace('of-ada', 'a', [cluster])
    const hers = { ...leak, namespace: 'of-ada' }
    const nobodys = { ...leak, namespace: 'unknown' }
    await scanned(cluster, [hers, nobodys, { ...hers, name: 'other' }])
    expect((await scanOf(cluster))?.leaks).toEqual([hers, nobodys, { ...hers, name: 'other' }])
    expect(await scanOf(cluster, bob)).toMatchObject({ count: 3, leaks: [nobodys] })
  })

  it('keeps the leaks of the last whole scan while a kind cannot be read', async () => {
    const cluster = 'paris'
    await ground.cluster(cluster, 0)
    await scanned(cluster, [leak])
    const before = await scanOf(cluster)
    ground.pass(600)
    await scanned(cluster, [], ['Secret'])
    expect(await scanOf(cluster)).toEqual({
      at: expect.not.stringMatching(before?.at ?? ''),
      countedAt: before?.at,
      count: 1,
      leaks: [leak],
      unread: ['Secret'],
    })
    expect(await told(cluster)).toHaveLength(1)
  })

  it('has never been counted where the first scan could not read everything', async () => {
    await ground.cluster('leiden', 0)
    await scanned('leiden', [], ['Secret'])
    expect(await scanOf('leiden')).toMatchObject({ countedAt: null, unread: ['Secret'] })
  })

  it('is left out for a cluster that is not in the registry', async () => {
    await scanned('nowhere', [leak])
    expect(await told('nowhere')).toEqual([])
  })
})

it('knows which ids on labels are of no living deployment, whatever somebody wrote there', async () => {
  await ground.namespace('team-a', 'a')
  const body = { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {} }
  const { id } = await ground.platform.createDeployment(ada, { body })
  const [row] = await ground.context.database.query<{ deployment: string }>(
    'select deployment from kade.operation where id = $1',
    [id],
  )
  const gone = randomUUID()
  const strangers = await ground.hub.strangers([row?.deployment ?? '', gone, 'no uuid'])
  expect(strangers.toSorted()).toEqual([gone, 'no uuid'].toSorted())
})
