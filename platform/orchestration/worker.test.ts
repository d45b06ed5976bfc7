import { expect, it, vi } from 'vitest'
import type { Engine } from '#platform/deployments/engine/engine.ts'
import { PlatformError } from '#platform/errors.ts'
import type { ClusterAgent } from '#platform/federation/cluster-agent.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { createWorker } from './worker.ts'
import type { WorkerHub } from './worker-hub.ts'

const nothing = async () => {}

it('reports what it sees of the others when one sighting is refused every time', async () => {
  const taken: string[] = []
  let see: (seen: Observation) => void = () => {}
  const seen = (deployment: string): Observation => ({
    deployment,
    namespace: 'team-a',
    name: deployment,
    cluster: 'amsterdam',
    revision: 1,
    state: 'healthy',
    ready: true,
    drift: [],
    at: new Date(),
  })
  // Only what the worker calls here is there.
  const engine = {
    probe: async () => ({ version: 'v1.36.3' }),
    observe: async (onChange: typeof see) => {
      see = onChange
      return nothing
    },
    close: nothing,
  } as unknown as Engine
  const hub = {
    observed: async (batch: readonly Observation[]) => {
      if (batch.some(one => one.deployment === 'poison')) throw new Error('refused')
      taken.push(...batch.map(one => one.deployment))
    },
  } as unknown as WorkerHub
  const agent = {
    heartbeat: nothing,
    claim: async () => nothing,
    answer: async () => nothing,
  } as unknown as ClusterAgent
  const policy = { bundle: 'none', evaluate: () => [], close: nothing }
  const worker = createWorker({ id: 'w1', hub, agent, policy, log: () => {} })
  await worker.serve('amsterdam', engine)
  for (const name of ['first', 'poison', 'second', 'third']) see(seen(name))
  await vi.waitFor(() => expect(taken.toSorted()).toEqual(['first', 'second', 'third']))
  await worker.stop()
})

it('tries a namespace again on a cluster that is away, and tells of it when that lasts', async () => {
  const told: (string | null)[] = []
  const away = new PlatformError('cluster-unreachable', 'amsterdam does not answer.')
  const answers: (Error | null)[] = [away, away, null, new PlatformError('name-taken', 'Not ours.')]
  let claim: Parameters<ClusterAgent['claim']>[1] = async () => {}
  // Only what the worker calls here is there.
  const engine = {
    probe: async () => ({ version: 'v1.36.3' }),
    observe: async () => nothing,
    close: nothing,
    prepareNamespace: async () => {
      const error = answers.shift()
      if (error) throw error
    },
  } as unknown as Engine
  const hub = {
    namespaceSpec: async (name: string) => ({ name }),
    prepared: async (_name: string, _cluster: string, failure: string | null) => told.push(failure),
  } as unknown as WorkerHub
  const agent = {
    heartbeat: nothing,
    claim: async (_clusters: readonly string[], handle: typeof claim) => {
      claim = handle
      return nothing
    },
    answer: async () => nothing,
  } as unknown as ClusterAgent
  const policy = { bundle: 'none', evaluate: () => [], close: nothing }
  const worker = createWorker({ id: 'w1', hub, agent, policy, log: () => {} })
  await worker.serve('amsterdam', engine)
  const prepare = (attempt: number) => {
    const task = {
      id: 't',
      kind: 'prepare-namespace',
      cluster: 'amsterdam',
      subject: 'team-a',
    } as const
    return claim({ ...task, attempt }, AbortSignal.timeout(5_000))
  }
  await expect(prepare(1)).rejects.toBe(away)
  expect(told).toEqual([])
  await expect(prepare(5)).rejects.toBe(away)
  expect(told).toEqual(['amsterdam does not answer.'])
  await prepare(6)
  await prepare(1)
  expect(told).toEqual(['amsterdam does not answer.', null, 'Not ours.'])
  await worker.stop()
})
