import { afterAll, beforeAll } from 'vitest'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import type { Engine } from '#platform/deployments/engine/engine.ts'
import type { TestClusterOptions } from './control-plane.ts'
import { accessTo, watchTower } from './engine-work.ts'
import { type JoinedCluster, namespaceSpec, startJoinedCluster } from './joined-cluster.ts'

export type EngineGround = {
  readonly cluster: JoinedCluster
  readonly engine: Engine
  /** What the engine has seen of the deployments in the cluster. */
  readonly tower: ReturnType<typeof watchTower>
}

/** For a whole test file: a cluster that has joined, and an engine that watches it, with its namespaces prepared. */
export function engineGround(
  namespaces: readonly string[],
  options: TestClusterOptions = {},
): EngineGround {
  const tower = watchTower()
  let open: { cluster: JoinedCluster; engine: Engine } | undefined
  let stopObserving: () => Promise<void> = async () => {}
  beforeAll(async () => {
    const cluster = await startJoinedCluster('amsterdam', options)
    const engine = createEngine(accessTo(cluster))
    open = { cluster, engine }
    for (const namespace of namespaces) await engine.prepareNamespace(namespaceSpec(namespace))
    stopObserving = await engine.observe(tower.onChange)
  })
  afterAll(async () => {
    await stopObserving()
    await open?.cluster.stop()
  })
  const opened = () => {
    if (open === undefined) throw new Error('The ground is there from the first test on.')
    return open
  }
  return {
    tower,
    get cluster() {
      return opened().cluster
    },
    get engine() {
      return opened().engine
    },
  }
}
