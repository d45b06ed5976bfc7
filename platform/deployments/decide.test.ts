import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventData, NewEvent } from '#platform/events/types.ts'
import { type Command, decide } from './decide.ts'
import { type DeploymentState, evolve, initialState } from './deployment.ts'

const ids = Array.from({ length: 9 }, (_, n) => `0000000${n}-0000-4000-8000-000000000000`)
const [first = '', second = '', third = ''] = ids
const revision = {
  version: '1.0.0',
  settings: 'sha256:settings',
  objects: 'sha256:objects',
  bindings: {},
  env: {},
  replicas: 1,
  ingress: null,
  secretVersion: 0,
  images: [],
}
const cause = { code: 'crash-loop', message: { en: 'It crashes.', nl: 'Het crasht.' } }
const next = { en: 'Read the logs.', nl: 'Lees de logs.' }

type Kind = EventData<'DeploymentRequested'>['kind']

function request(operation: string, kind: Kind, to?: number): Command {
  return {
    type: 'request',
    request: {
      operation,
      kind,
      actor: 'ada',
      via: 'api',
      assisted: false,
      namespace: 'team-a',
      name: 'chat',
      app: 'open-webui',
      team: 'a',
      environment: 'dev',
      clusters: ['amsterdam'],
      deadline: '2026-11-21T12:00:00.000Z',
      ...(to === undefined ? {} : { to }),
    },
    revision: kind === 'delete' ? null : revision,
  }
}

/** Runs the commands one after the other; what is refused changes nothing. */
function given(...commands: Command[]): { state: DeploymentState; events: NewEvent[] } {
  const events: NewEvent[] = []
  let state = initialState
  for (const command of commands) {
    const decision = decide(command, state)
    if ('refused' in decision) continue
    events.push(...decision.events)
    state = decision.events.reduce(evolve, state)
  }
  return { state, events }
}

function types(command: Command, state: DeploymentState): string[] | string {
  const decision = decide(command, state)
  return 'refused' in decision ? decision.refused.code : decision.events.map(event => event.type)
}

const created = [
  request(first, 'create'),
  { type: 'start', operation: first, cluster: 'amsterdam', worker: 'w' },
  { type: 'applied', operation: first, cluster: 'amsterdam' },
  { type: 'complete', operation: first },
] satisfies Command[]

describe('a deployment', () => {
  it('begins with revision 1 and its operation', () => {
    const { state } = given(request(first, 'create'))
    expect(state.operation).toMatchObject({ id: first, kind: 'create', revision: 1, attempt: 0 })
    expect(state.revisions.map(one => [one.number, one.result])).toEqual([[1, 'pending']])
  })

  it('cannot be created twice', () => {
    expect(types(request(second, 'create'), given(request(first, 'create')).state)).toBe('conflict')
  })

  it('remembers the last revision that served', () => {
    const { state } = given(...created, request(second, 'update'), {
      type: 'fail',
      operation: second,
      cause,
      next,
    })
    expect(state.lastGood).toBe(1)
    expect(state.revisions.map(one => one.result)).toEqual(['succeeded', 'failed'])
  })

  it('lets a newer request take the place of one that runs', () => {
    const { state } = given(request(first, 'create'), {
      type: 'start',
      operation: first,
      cluster: 'amsterdam',
      worker: 'w',
    })
    expect(types(request(second, 'update'), state)).toEqual([
      'OperationCancelled',
      'DeploymentRequested',
    ])
  })

  it('refuses every report of an operation that was superseded', () => {
    const { state } = given(request(first, 'create'), request(second, 'update'))
    expect(types({ type: 'complete', operation: first }, state)).toBe('conflict')
    expect(types({ type: 'fail', operation: first, cause, next }, state)).toBe('conflict')
  })

  it('tells a rollback by both revisions when it is complete', () => {
    const { events } = given(...created, request(second, 'rollback', 1), {
      type: 'complete',
      operation: second,
    })
    expect(events.at(-1)).toMatchObject({ type: 'DeploymentRolledBack', data: { from: 1, to: 1 } })
  })

  it('appends nothing for a second report that a cluster was applied', () => {
    const { state } = given(...created.slice(0, 3))
    expect(types({ type: 'applied', operation: first, cluster: 'amsterdam' }, state)).toEqual([])
  })

  it('cannot be changed while it is being deleted', () => {
    const { state } = given(...created, request(second, 'delete'), {
      type: 'start',
      operation: second,
      cluster: 'amsterdam',
      worker: 'w',
    })
    expect(types(request(third, 'update'), state)).toBe('conflict')
    expect(types({ type: 'cancel', operation: second, actor: 'ada' }, state)).toBe('conflict')
  })

  it('is gone after its delete, and takes no more requests', () => {
    const { state } = given(...created, request(second, 'delete'), {
      type: 'emptied',
      operation: second,
      cluster: 'amsterdam',
    })
    expect(state.deleted).toBe(true)
    expect(types(request(third, 'update'), state)).toBe('not-found')
  })

  it('fails with what it asks, by a digest of exactly these items', () => {
    const item = { kind: 'take-over', object: 'ConfigMap/chat', uid: 'u1', message: next } as const
    const failed = (asks: readonly (typeof item)[]) => {
      const { events } = given(request(first, 'create'), {
        type: 'fail',
        operation: first,
        cause,
        next,
        asks,
      })
      const data = events.at(-1)?.data
      return data && 'asks' in data ? data.asks : undefined
    }
    expect(failed([])).toBeUndefined()
    const asked = failed([item])
    expect(asked?.items).toEqual([item])
    expect(failed([item])).toEqual(asked)
    expect(failed([{ ...item, uid: 'u2' as 'u1' }])?.digest).not.toBe(asked?.digest)
    expect(failed([item, item])?.digest).not.toBe(asked?.digest)
  })

  it('carries what its actor consented to', () => {
    const consents = [{ kind: 'prune' as const, object: 'ConfigMap/chat', uid: 'u1' }]
    const command = request(first, 'create')
    if (command.type !== 'request') throw new Error('it is a request')
    const { state } = given({ ...command, request: { ...command.request, consents } })
    expect(state.operation?.consents).toEqual(consents)
    expect(given(request(first, 'create')).state.operation?.consents).toBeUndefined()
  })

  it('counts as tries, in events of before they were told, all but going on after a phase', () => {
    const { state } = given(request(first, 'create'))
    const started = (attempt: number, after?: 'pre'): NewEvent => ({
      type: 'DeploymentStarted',
      data: {
        operation: first,
        cluster: 'amsterdam',
        attempt,
        worker: 'w1',
        ...(after && { after }),
      },
    })
    const triesAfter = (...events: NewEvent[]) =>
      events.reduce(evolve, state).operation?.tries.amsterdam
    expect(triesAfter(started(1), started(2, 'pre'))).toBe(1)
    expect(triesAfter(started(1), started(2, 'pre'), started(3))).toBe(2)
  })

  it('ends each operation exactly once, whatever comes in whatever order', () => {
    const operation = fc.constantFrom(...ids)
    const command = fc.oneof(
      fc
        .tuple(
          operation,
          fc.constantFrom<Kind>('create', 'update', 'rollback', 'restart', 'delete'),
        )
        .map(([id, kind]) => request(id, kind)),
      operation.map(
        (id): Command => ({ type: 'start', operation: id, cluster: 'amsterdam', worker: 'w' }),
      ),
      operation.map((id): Command => ({ type: 'applied', operation: id, cluster: 'amsterdam' })),
      operation.map((id): Command => ({ type: 'complete', operation: id })),
      operation.map((id): Command => ({ type: 'emptied', operation: id, cluster: 'amsterdam' })),
      operation.map((id): Command => ({ type: 'settled', operation: id, cluster: 'amsterdam' })),
      operation.map((id): Command => ({ type: 'fail', operation: id, cause, next })),
      operation.map((id): Command => ({ type: 'cancel', operation: id, actor: 'ada' })),
    )
    const terminal = new Set([
      'DeploymentCompleted',
      'DeploymentFailed',
      'OperationCancelled',
      'DeploymentDeleted',
    ])
    fc.assert(
      fc.property(
        fc.uniqueArray(operation),
        fc.array(command, { maxLength: 60 }),
        (_, commands) => {
          // An id is used for one request only, as the door makes a new one each time.
          const seen = new Set<string>()
          const { events, state } = given(
            ...commands.filter(
              one =>
                one.type !== 'request' ||
                (!seen.has(one.request.operation) && seen.add(one.request.operation)),
            ),
          )
          const ends = new Map<string, number>()
          for (const event of events)
            if (terminal.has(event.type) && 'operation' in event.data)
              ends.set(event.data.operation, (ends.get(event.data.operation) ?? 0) + 1)
          const asked = events.flatMap(event =>
            event.type === 'DeploymentRequested' ? [event.data.operation] : [],
          )
          for (const id of asked) expect(ends.get(id) ?? 0).toBe(id === state.operation?.id ? 0 : 1)
          for (const count of ends.values()) expect(count).toBe(1)
        },
      ),
      { numRuns: 500 },
    )
  })
})
