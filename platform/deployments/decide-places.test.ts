import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EventData, NewEvent } from '#platform/events/types.ts'
import { type Command, decide } from './decide.ts'
import { type DeploymentState, evolve, initialState } from './deployment.ts'

const clusters = ['amsterdam', 'paris', 'warsaw'] as const
const text = { en: 'It crashes.', nl: 'Het crasht.' }
const cause = { code: 'crash-loop', message: text }

type Kind = EventData<'DeploymentRequested'>['kind']

function request(operation: string, kind: Kind, on: readonly string[], inWaves = false): Command {
  const waves = on.length > 1 && inWaves ? on.map(one => [one]) : undefined
  return {
    type: 'request',
    request: {
      operation,
      kind,
      clusters: [...on],
      ...(waves && { waves: { clusters: waves, healthyFor: 0, approval: true } }),
      ...{ actor: 'ada', via: 'api' as const, assisted: false, namespace: 'team-a', name: 'chat' },
      ...{ app: 'open-webui', team: 'a', environment: 'dev' as const },
      deadline: '2026-11-21T12:00:00.000Z',
    },
    revision:
      kind === 'delete'
        ? null
        : {
            ...{ version: '1', settings: 'sha256:s', objects: 'sha256:o', bindings: {}, env: {} },
            ...{ replicas: 1, ingress: null, secretVersion: 0, images: [] },
          },
  }
}

/** What may come next, by numbers that a generator chose: what door, workers, hub and watchdog would send in this state. */
type Choice = { readonly what: number; readonly cluster: number; readonly some: number }

function commandFor(state: DeploymentState, { what, cluster, some }: Choice, id: string): Command {
  const at = clusters[cluster] ?? 'amsterdam'
  const subset = clusters.filter((_, bit) => (some >> bit) & 1)
  const on = state.identity?.clusters ?? []
  const open = state.operation
  if (!state.identity) return request(id, 'create', subset, what % 2 === 0)
  const operation = open?.id ?? id
  const left = state.leaving.find(one => one.cluster === at)
  const here = open?.clusters.includes(at) && !open.moved
  switch (what) {
    case 0:
      return request(id, 'update', on, some % 2 === 0)
    case 1:
      return request(id, 'move', subset)
    case 2:
      return request(id, 'delete', on)
    case 3:
      return { type: 'cancel', operation, actor: 'ada' }
    case 4:
      return { type: 'fail', operation, cause, cluster: at, next: text }
    case 5:
      return { type: some % 2 ? 'wave' : 'hold', operation }
    case 6:
      return { type: 'complete', operation }
    case 7:
      return { type: 'emptied', operation: left?.operation ?? operation, cluster: at }
    case 8:
      return here
        ? { type: 'start', operation, cluster: at, worker: 'w' }
        : { type: 'applied', operation: 'of nobody', cluster: at }
    case 9:
      return { type: 'applied', operation, cluster: here ? at : (open?.clusters[0] ?? at) }
    default:
      return open?.applied.includes(at) && open.kind !== 'delete'
        ? { type: 'settled', operation, cluster: at }
        : { type: 'applied', operation: 'of nobody', cluster: at }
  }
}

/** Where it may stand, as a bystander would write it down: where a worker began, until it is said that nothing is left there. */
function standing(before: ReadonlySet<string>, event: NewEvent, state: DeploymentState) {
  const now = new Set(before)
  if (event.type === 'DeploymentStarted' && state.operation?.kind !== 'delete')
    now.add(event.data.cluster)
  if (event.type === 'PlaceEmptied') now.delete(event.data.cluster)
  if (event.type === 'DeploymentDeleted')
    for (const one of state.identity?.clusters ?? []) now.delete(one)
  return now
}

const ends = ['DeploymentCompleted', 'DeploymentFailed', 'OperationCancelled', 'DeploymentDeleted']
const choice = fc.record({
  what: fc.nat({ max: 10 }),
  cluster: fc.nat({ max: 2 }),
  some: fc.integer({ min: 1, max: 7 }),
})

it('forgets no cluster on which it may stand, and ends each operation once, whatever comes in whatever order', () => {
  fc.assert(
    fc.property(fc.array(choice, { maxLength: 80 }), choices => {
      let state = initialState
      let stands: ReadonlySet<string> = new Set<string>()
      const ended = new Map<string, number>()
      for (const [index, one] of choices.entries()) {
        const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
        const before = state.operation
        const decision = decide(commandFor(state, one, id), state)
        if ('refused' in decision) continue
        for (const event of decision.events) {
          stands = standing(stands, event, state)
          state = evolve(state, event)
          if (ends.includes(event.type) && 'operation' in event.data)
            ended.set(event.data.operation, (ended.get(event.data.operation) ?? 0) + 1)
          if (event.type === 'DeploymentCompleted' && before?.kind === 'move')
            expect(state.identity?.clusters.toSorted()).toEqual([...before.clusters].toSorted())
        }
        const { identity, operation, leaving, deleted } = state
        const left = leaving.map(place => place.cluster)
        const here = deleted ? [] : (identity?.clusters ?? [])
        expect(new Set(left).size).toBe(left.length)
        expect(left.filter(name => here.includes(name))).toEqual([])
        const known = new Set([...here, ...left, ...(operation?.clusters ?? [])])
        expect([...stands].filter(name => !known.has(name))).toEqual([])
        if (operation?.waves)
          expect(operation.wave).toBeLessThanOrEqual(operation.waves.clusters.length)
      }
      for (const count of ended.values()) expect(count).toBe(1)
    }),
    { numRuns: 2_000 },
  )
})
