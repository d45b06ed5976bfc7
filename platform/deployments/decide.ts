import type { Text } from '#api/names.ts'
import type { OperationKind } from '#api/operations.ts'
import {
  type AskData,
  type CauseData,
  type EventData,
  type NewEvent,
  type Phase,
  phases,
  type RevisionData,
  type WaitData,
} from '#platform/events/types.ts'
import {
  causeAt,
  deleted,
  emptied,
  hasLeft,
  hold,
  nextWave,
  placeEmptied,
  settled,
  triesAfter,
} from './decide-places.ts'
import type { DeploymentState, OpenOperation } from './deployment.ts'
import { digestOf } from './digest.ts'
import { standsNowhere } from './leaving.ts'
import { noDeployment } from './no-such-deployment.ts'

/**
 * What may happen to a deployment, decided from its state alone: no clock, no database, no cluster.
 *
 * An operation is open from DeploymentRequested until exactly one of DeploymentCompleted, DeploymentFailed,
 * OperationCancelled or DeploymentDeleted. A newer request ends an open one as cancelled, because a user who corrects a
 * mistake should not have to wait for it to fail; nothing but a finished delete ends a delete that has started.
 */
export type Command =
  | {
      readonly type: 'request'
      readonly request: Omit<EventData<'DeploymentRequested'>, 'revision'>
      /** Without its number, which follows from the state. */
      readonly revision: Omit<RevisionData, 'number'> | null
    }
  /** Ends a deployment without those of its clusters that are gone. */
  | {
      readonly type: 'forget'
      readonly request: Omit<EventData<'DeploymentRequested'>, 'revision'>
      readonly gone: readonly string[]
    }
  | {
      readonly type: 'start'
      readonly operation: string
      readonly cluster: string
      readonly worker: string
    }
  | { readonly type: 'block'; readonly operation: string; readonly waitsFor: readonly WaitData[] }
  | {
      readonly type: 'phase'
      readonly operation: string
      readonly cluster: string
      readonly phase: Phase
    }
  | {
      readonly type: 'applied'
      readonly operation: string
      readonly cluster: string
      /** The last one, where the revision has several. */
      readonly phase?: Phase
    }
  | { readonly type: 'complete'; readonly operation: string }
  /** What the revision replaced is gone there. */
  | { readonly type: 'settled'; readonly operation: string; readonly cluster: string }
  /** Its objects are gone there: it is being deleted, or left the cluster by this operation, which may be over. */
  | {
      readonly type: 'emptied'
      readonly operation: string
      readonly cluster: string
      /** What was kept there, as `Kind/name`. */
      readonly kept?: readonly string[]
    }
  /** The next wave waits for a person. */
  | { readonly type: 'hold'; readonly operation: string }
  /** The next wave begins; `actor` is who let it, and `passed` what he went on without. */
  | {
      readonly type: 'wave'
      readonly operation: string
      readonly actor?: string
      readonly passed?: readonly string[]
    }
  | {
      readonly type: 'fail'
      readonly operation: string
      readonly cause: CauseData
      /** Where it went wrong. */
      readonly cluster?: string | undefined
      readonly next: Text
      /** What it could go on with, if somebody consented. */
      readonly asks?: readonly AskData[]
    }
  | { readonly type: 'cancel'; readonly operation: string; readonly actor: string }
  /** Concerns no operation: what runs is only looked at. */
  | { readonly type: 'reveal'; readonly revealed: EventData<'SecretRevealed'> }

export type Refusal = { readonly code: 'conflict' | 'not-found'; readonly message: Text }

export type Decision = { readonly events: readonly NewEvent[] } | { readonly refused: Refusal }

export function decide(command: Command, state: DeploymentState): Decision {
  if (command.type === 'request') return request(command, state)
  if (command.type === 'forget') return forget(command, state)
  if (command.type === 'reveal') {
    if (!state.identity || state.deleted) return refuse('not-found', noDeployment)
    return { events: [{ type: 'SecretRevealed', data: command.revealed }] }
  }
  if (command.type === 'emptied' && hasLeft(state, command)) {
    const { operation, cluster, kept } = command
    const left = state.leaving.find(one => one.cluster === cluster)
    return { events: [placeEmptied(operation, cluster, kept, left?.erases)] }
  }
  if (state.operation?.id !== command.operation)
    return refuse('conflict', {
      en: 'The operation has ended already.',
      nl: 'De bewerking is al afgelopen.',
    })
  const { id, kind, attempt, revision, to } = state.operation
  const operation = { operation: id }
  switch (command.type) {
    case 'start': {
      const after = state.operation.phases[command.cluster]
      return {
        events: [
          {
            type: 'DeploymentStarted',
            data: {
              ...operation,
              cluster: command.cluster,
              attempt: attempt + 1,
              tries: triesAfter(state.operation, command.cluster, after),
              worker: command.worker,
              ...(after && { after }),
            },
          },
        ],
      }
    }
    case 'block': {
      const waitsFor = [...command.waitsFor]
      if (digestOf(waitsFor) === digestOf(state.operation.waitsFor)) return { events: [] }
      return { events: [{ type: 'DeploymentBlocked', data: { ...operation, waitsFor } }] }
    }
    case 'phase': {
      const { cluster, phase } = command
      if (state.operation.phases[cluster] === phase) return { events: [] }
      return {
        events: [{ type: 'PhaseStarted', data: { ...operation, cluster, revision, phase } }],
      }
    }
    case 'applied': {
      if (state.operation.applied.includes(command.cluster)) return { events: [] }
      const { cluster, phase } = command
      const data = { ...operation, cluster, revision, ...(phase && { phase }) }
      return { events: [{ type: 'DeploymentApplied', data }] }
    }
    case 'complete':
      // Where it does not run yet, a move is not over.
      if (kind === 'move' && !state.operation.moved) return { events: [] }
      if (kind === 'delete')
        return { events: standsNowhere(state.operation) ? [deleted(state.operation)] : [] }
      return { events: [completed(id, kind, revision), ...rolledBack(state, to)] }
    case 'settled':
      return {
        events: settled(state, state.operation, command.cluster, [
          completed(id, kind, revision),
          ...rolledBack(state, to),
        ]),
      }
    case 'emptied':
      return { events: emptied(state, state.operation, command.cluster, command.kept) }
    case 'hold':
      return { events: hold(state.operation) }
    case 'wave':
      return { events: nextWave(state.operation, command) }
    case 'fail':
      return { events: [failed(command, state.operation)] }
    case 'cancel':
      if (kind === 'delete' && attempt > 0)
        return refuse('conflict', {
          en: 'A delete that has begun cannot be cancelled: some objects are gone already.',
          nl: 'Een verwijdering die is begonnen kan niet worden gestopt: sommige objecten zijn al weg.',
        })
      return { events: [cutShort(state.operation, command.actor)] }
  }
}

function request(command: Extract<Command, { type: 'request' }>, state: DeploymentState): Decision {
  const { request, revision } = command
  if (request.kind === 'create') {
    if (state.identity)
      return refuse('conflict', {
        en: 'This deployment exists already.',
        nl: 'Deze uitrol bestaat al.',
      })
  } else if (!state.identity || state.deleted) {
    return refuse('not-found', noDeployment)
  }
  const open = state.operation
  if (open?.kind === 'delete' && (open.attempt > 0 || request.kind === 'delete'))
    return refuse('conflict', {
      en: 'The deployment is being deleted. Wait until the operation has ended.',
      nl: 'De uitrol wordt verwijderd. Wacht tot de bewerking is afgelopen.',
    })
  const superseded = open ? [cutShort(open, request.actor, request.operation)] : []
  const number = (state.revisions.at(-1)?.number ?? 0) + 1
  const data = { ...request, ...(revision ? { revision: { ...revision, number } } : {}) }
  return { events: [...superseded, { type: 'DeploymentRequested', data }] }
}

/** Nothing that has begun holds it up: its clusters that are gone will not end it. The others are emptied afterwards. */
function forget(
  { request: data, gone }: Extract<Command, { type: 'forget' }>,
  { identity, deleted, operation: open }: DeploymentState,
): Decision {
  if (!identity || deleted) return refuse('not-found', noDeployment)
  const superseded = open ? [cutShort(open, data.actor, data.operation)] : []
  const end = { operation: data.operation, data: data.data ?? 'keep' }
  return {
    events: [
      ...superseded,
      { type: 'DeploymentRequested', data },
      { type: 'DeploymentDeleted', data: { ...end, forgotten: [...gone] } },
    ],
  }
}

/** The earliest phase that any of its clusters has come to. */
function waitedFor(begun: Readonly<Record<string, Phase>>): { phase?: Phase } {
  const phase = phases.find(one => Object.values(begun).includes(one))
  return phase ? { phase } : {}
}

function failed(
  { cause, cluster, next, asks }: Extract<Command, { type: 'fail' }>,
  open: OpenOperation,
): NewEvent {
  const { id, kind, revision, phases: begun } = open
  return {
    type: 'DeploymentFailed',
    data: {
      operation: id,
      kind,
      ...(kind === 'delete' ? {} : { revision }),
      cause: causeAt(open, cause, cluster),
      next,
      ...waitedFor(begun),
      ...(asks?.length ? { asks: asksOf(asks) } : {}),
    },
  }
}

/** The digest binds a consent to exactly these items: where one object is another by now, it is another digest. */
function asksOf(items: readonly AskData[]) {
  return { digest: digestOf(items), items: [...items] }
}

function completed(operation: string, kind: OperationKind, revision: number): NewEvent {
  return { type: 'DeploymentCompleted', data: { operation, kind, revision } }
}

function rolledBack(state: DeploymentState, to: number | undefined): NewEvent[] {
  if (state.operation?.kind !== 'rollback' || to === undefined) return []
  const from = state.revisions.at(-2)?.number ?? to
  return [
    {
      type: 'DeploymentRolledBack',
      data: { operation: state.operation.id, from, to, automatic: state.operation.automatic },
    },
  ]
}

/** A move that runs where it was to go to has come to its end, whatever is still to be removed where it was. */
function cutShort(
  { id, kind, revision, moved }: OpenOperation,
  actor: string,
  supersededBy?: string,
): NewEvent {
  if (moved) return completed(id, kind, revision)
  const data = { operation: id, actor, kind, ...(supersededBy ? { supersededBy } : {}) }
  return { type: 'OperationCancelled', data }
}

function refuse(code: Refusal['code'], message: Text): Decision {
  return { refused: { code, message } }
}
