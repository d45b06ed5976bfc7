import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import type { Amounts } from '#platform/federation/amounts.ts'
import type { Survey } from '#platform/federation/survey.ts'
import { readSurveys } from '#platform/federation/surveys.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
  seen as sighting,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.cluster('leiden', 0)
  await ground.namespace('team-a', 'a')
})
afterAll(() => ground?.stop())

const all: Amounts = { cpu: 8000, memory: 2 ** 34, pods: 20, devices: { 'nvidia.com/gpu': 2 } }
const part: Amounts = { cpu: 500, memory: 2 ** 30, pods: 1, devices: {} }

function survey(more: Partial<Survey> = {}): Survey {
  const [allocatable, requested] = [all, part]
  const rooms = [{ ...all, pods: 19 }]
  const rest = { at: new Date(), labels: {}, elastic: false }
  return { ...rest, nodes: 2, usable: 1, allocatable, requested, rooms, seen: {}, ...more }
}

async function clusterOf(name: string) {
  const { items } = await ground.platform.listClusters(ada, { query: { limit: 50 } })
  return items.find(one => one.name === name)
}

it('shows what a cluster has and what is asked of it, and null before anybody counted', async () => {
  expect(await clusterOf('amsterdam')).toMatchObject({ capacity: null, labels: {} })
  const labels = { 'topology.kubernetes.io/region': 'eu-nl' }
  const counted = survey({ labels })
  await ground.hub.surveyed('amsterdam', counted)
  expect(await clusterOf('amsterdam')).toMatchObject({
    labels,
    capacity: {
      at: counted.at.toISOString(),
      nodes: 2,
      usableNodes: 1,
      allocatable: all,
      requested: part,
    },
  })
})

it('lets no clock that is ahead keep later surveys out', async () => {
  await ground.cluster('ahead', 0)
  const inAnHour = new Date(Date.now() + 3_600_000)
  await ground.hub.surveyed('ahead', survey({ at: inAnHour, nodes: 7 }))
  expect((await clusterOf('ahead'))?.capacity).toMatchObject({ nodes: 7 })
  await vi.waitFor(async () => {
    await ground.hub.surveyed('ahead', survey({ nodes: 8 }))
    expect((await clusterOf('ahead'))?.capacity).toMatchObject({ nodes: 8 })
  })
})

it('keeps the newest survey, whichever arrives last, and none of a cluster nobody knows', async () => {
  const newer = survey({ at: new Date('2026-11-28T10:00:10Z'), nodes: 5 })
  await ground.hub.surveyed('leiden', newer)
  await ground.hub.surveyed('leiden', survey({ at: new Date('2026-11-28T10:00:00Z'), nodes: 4 }))
  await ground.hub.surveyed('nowhere', newer)
  const kept = await readSurveys(ground.context.database)
  expect(kept.get('leiden')).toEqual(newer)
  expect(kept.has('nowhere')).toBe(false)
})

it('keeps the sums of those deployments alone whose operation it saw under way', async () => {
  const body: CreateDeployment = {
    app: 'qdrant',
    namespace: 'team-a',
    name: freshName(),
    settings: {},
  }
  const done = await ground.platform.createDeployment(ada, { body })
  await ground.hub.start(done.id, 'amsterdam', 'w1')
  await ground.hub.applied(await ground.claim(done.id))
  await ground.hub.observed([sighting(done)])
  const open = await ground.platform.createDeployment(ada, { body: { ...body, name: freshName() } })
  const seen = { [done.deployment]: part, [open.deployment]: part, 'no-uuid': part }
  const soon = new Date(Date.now() + 60_000)
  await ground.hub.surveyed('amsterdam', survey({ at: soon, seen }))
  const kept = async () => (await readSurveys(ground.context.database)).get('amsterdam')?.seen
  expect(await kept()).toEqual({ [open.deployment]: part })
  // One that began before the operation ended may have missed its last pods.
  await ground.context.database.query('delete from kade.cluster_survey')
  await ground.hub.surveyed('amsterdam', survey({ at: new Date(0), seen }))
  expect(Object.keys((await kept()) ?? {}).toSorted()).toEqual(
    [done.deployment, open.deployment].toSorted(),
  )
})
