import { expect } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import { ada, freshName, type PlatformGround, seen } from './platform-ground.ts'

type Made = Pick<OperationOfDeployment, 'id' | 'deployment' | 'namespace' | 'name'>

/** What people and workers do with deployments on several clusters; nothing runs but what the test plays. */
export function placesOf(ground: () => PlatformGround) {
  /** On two clusters, unless asked otherwise. */
  function create(asked: Partial<CreateDeployment> = {}): Promise<OperationOfDeployment> {
    const body = { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {} }
    return ground().platform.createDeployment(ada, {
      body: { ...body, placement: { clusters: 2 }, ...asked },
    })
  }
  const at = ({ namespace, name }: Pick<Made, 'namespace' | 'name'>) => ({
    params: { namespace, name },
  })
  const read = (made: Made) => ground().platform.readDeployment(ada, at(made))
  const operation = ({ id }: Pick<Made, 'id'>) =>
    ground().platform.readOperation(ada, { params: { operation: id } })

  /** What a worker does there until all is applied. */
  async function apply({ id }: Pick<Made, 'id'>, cluster: string): Promise<void> {
    const order = await ground().hub.start(id, cluster, 'w1')
    expect(order).toMatchObject({ step: { type: 'apply' } })
    if (order) expect(await ground().hub.applied(order.claim)).toBe('accepted')
  }

  async function settle({ id }: Pick<Made, 'id'>, cluster: string): Promise<void> {
    const order = await ground().hub.start(id, cluster, 'w1')
    expect(order).toMatchObject({ step: { type: 'settle' } })
    if (order) expect(await ground().hub.settled(order.claim)).toBe('accepted')
  }

  async function remove({ id }: Pick<Made, 'id'>, cluster: string): Promise<void> {
    const order = await ground().hub.start(id, cluster, 'w1')
    expect(order).toMatchObject({ step: { type: 'remove' } })
    if (order) expect(await ground().hub.removed(order.claim)).toBe('accepted')
  }

  /** One that serves on these clusters: those that come first of all. */
  async function served(
    clusters: readonly string[] = ['amsterdam', 'paris'],
    asked: Partial<CreateDeployment> = {},
  ): Promise<OperationOfDeployment> {
    const placement = clusters.length > 1 ? { clusters: clusters.length } : {}
    const made = await create({ placement, ...asked })
    for (const cluster of clusters) await apply(made, cluster)
    for (const cluster of clusters) await ground().hub.observed([seen(made, { cluster })])
    expect(await operation(made)).toMatchObject({ state: 'succeeded' })
    return made
  }

  /** Nothing has been heard of the cluster for a minute, as long as `during` takes. */
  async function silent<T>(cluster: string, during: () => Promise<T>): Promise<T> {
    const beat = (seconds: number) =>
      ground().context.database.query(
        `update kade.cluster set heartbeat_at = now() - make_interval(secs => $2) where name = $1`,
        [cluster, seconds],
      )
    await beat(60)
    try {
      return await during()
    } finally {
      await beat(-86_400)
    }
  }

  return { create, at, read, operation, apply, settle, remove, served, silent }
}
