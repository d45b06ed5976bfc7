import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { digestOf } from '#platform/deployments/digest.ts'
import { readStream } from '#platform/events/store.ts'
import type { Amounts } from '#platform/federation/amounts.ts'
import { placesOf } from '#tests/support/places.ts'
import { ada, type PlatformGround, platformGround, seen } from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  for (const name of ['amsterdam', 'paris', 'warsaw']) await ground.cluster(name, 0)
  await ground.namespace('team-a', 'a', ['amsterdam', 'paris', 'warsaw'])
})
afterAll(() => ground?.stop())

const { create, at, read, operation, settle } = placesOf(() => ground)
const divided = { clusters: 3, replicas: 'divided' } as const
const light = (more: Partial<CreateDeployment> = {}) =>
  create({ app: 'litellm', placement: divided, replicas: 7, ...more })
const update = (made: OperationOfDeployment, body: object) =>
  ground.platform.updateDeployment(ada, { ...at(made), body: { settings: {}, ...body } })

/** By cluster, as the page shows it. */
async function partsOf(made: OperationOfDeployment): Promise<Record<string, number | undefined>> {
  const { placements } = await read(made)
  return Object.fromEntries(placements.map(one => [one.cluster, one.replicas]))
}
const sum = (parts: Record<string, number | undefined>) =>
  Object.values(parts).reduce((all: number, part) => all + (part ?? 0), 0)

/** What a worker gets to apply there. */
async function orderedOn({ id }: OperationOfDeployment, cluster: string) {
  const order = await ground.hub.start(id, cluster, 'w1')
  if (order?.step.type !== 'apply') throw new Error('nothing to apply')
  await ground.hub.applied(order.claim)
  return order.step.work
}

function replicasIn(objects: readonly KubernetesObject[]): unknown[] {
  return objects.flatMap(one =>
    one.kind === 'Deployment' ? [(one.spec as { replicas?: number }).replicas] : [],
  )
}

it('divides a total, and each cluster gets the same objects but for its part', async () => {
  const made = await light()
  const parts = await partsOf(made)
  expect(sum(parts)).toBe(7)
  expect(Object.values(parts).toSorted()).toEqual([2, 2, 3])
  const [event] = await readStream(ground.context.database, `deployment-${made.deployment}`)
  expect(event?.data).toMatchObject({ replicas: parts, revision: { replicas: 7 } })
  const works = []
  for (const cluster of ['amsterdam', 'paris', 'warsaw']) {
    const work = await orderedOn(made, cluster)
    expect(replicasIn(work.objects)).toEqual([parts[cluster]])
    expect(digestOf(work.objects)).toBe(work.digest)
    works.push(work)
  }
  const alike = works.map(one =>
    JSON.stringify(one.objects).replace(/"replicas":\d+/g, '"replicas":0'),
  )
  expect(new Set(alike).size).toBe(1)
  for (const cluster of ['amsterdam', 'paris', 'warsaw'])
    await ground.hub.observed([seen(made, { cluster })])
  expect(await operation(made)).toMatchObject({ state: 'succeeded' })
})

it('keeps the total when it is updated, restarted or moved, and moves as few pods as it can', async () => {
  const made = await light()
  const before = await partsOf(made)
  await update(made, { replicas: 8 })
  const after = await partsOf(made)
  expect(sum(after)).toBe(8)
  for (const [cluster, part] of Object.entries(before))
    expect(after[cluster]).toBeGreaterThanOrEqual(part ?? 0)
  await ground.platform.restartDeployment(ada, at(made))
  expect(await partsOf(made)).toEqual(after)
  const moving = await ground.platform.moveDeployment(ada, {
    ...at(made),
    body: { to: ['amsterdam', 'warsaw'] },
  })
  // Until it has moved, what runs has the parts it had.
  expect(await partsOf(made)).toEqual(after)
  for (const cluster of ['amsterdam', 'warsaw']) {
    await orderedOn(moving, cluster)
    await ground.hub.observed([seen(moving, { cluster, revision: moving.revision })])
  }
  for (const cluster of ['amsterdam', 'warsaw']) await settle(moving, cluster)
  const { amsterdam = 0, warsaw = 0 } = await partsOf(made)
  expect(amsterdam + warsaw).toBe(8)
})

it('leaves a cluster without any only where there are fewer than clusters', async () => {
  const made = await light()
  await update(made, { replicas: 2 })
  expect(sum(await partsOf(made))).toBe(2)
  await update(made, { replicas: 0 })
  expect(Object.values(await partsOf(made))).toEqual([0, 0, 0])
  await update(made, { replicas: 3 })
  expect(Object.values(await partsOf(made))).toEqual([1, 1, 1])
})

it('goes where there is room, which it takes for its part only', async () => {
  const node: Amounts = { cpu: 12_000, memory: 2 ** 37, pods: 100, devices: {} }
  const count = (name: string, cpu: number) => {
    const rooms = [{ ...node, cpu }]
    const sums = { allocatable: node, requested: { ...node, cpu: 0 } }
    const rest = { nodes: 1, usable: 1, seen: {}, labels: {}, elastic: false, rooms }
    return ground.hub.surveyed(name, { at: new Date(), ...sums, ...rest })
  }
  const resources = { requests: { cpu: '2' }, limits: { cpu: '2' } }
  const placement = { ...divided, clusters: 2 }
  for (const name of ['delft', 'gouda', 'leiden']) await ground.cluster(name, 0)
  await ground.namespace('team-b', 'a', ['delft', 'gouda', 'leiden'])
  await count('delft', 4_000)
  await count('gouda', 12_000)
  await count('leiden', 0)
  const there = { namespace: 'team-b', resources }
  const made = await light({ ...there, replicas: 6, placement })
  expect(await partsOf(made)).toEqual({ delft: 2, gouda: 4 })
  const one = () => light({ ...there, replicas: 1, placement: {} })
  for (const _ of [1, 2]) expect((await read(await one())).clusters).toEqual(['gouda'])
  await expect(one()).rejects.toMatchObject({ code: 'no-placement' })
})

it('gives every cluster all of them, unless divided was asked', async () => {
  const made = await light({ placement: { clusters: 2 } })
  expect(await partsOf(made)).toEqual({ amsterdam: undefined, paris: undefined })
  expect(replicasIn((await orderedOn(made, 'paris')).objects)).toEqual([7])
  expect(
    await update(made, { placement: { clusters: 2, replicas: 'divided' }, replicas: 7 }),
  ).toMatchObject({ kind: 'update' })
  expect(sum(await partsOf(made))).toBe(7)
})
