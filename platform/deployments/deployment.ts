import type { OperationKind } from '#api/operations.ts'
import type { PlacementData } from '#platform/events/placement-data.ts'
import type {
  ConsentData,
  EventData,
  NewEvent,
  Phase,
  RevisionData,
  WaitData,
} from '#platform/events/types.ts'
import { triesAfter } from './decide-places.ts'
import { begunInVain, erasingFrom, type Leaving, outlived, toErase } from './leaving.ts'

/** The operation that runs, as far as decisions need it. */
export type OpenOperation = {
  readonly id: string
  readonly kind: OperationKind
  /** Where it works: of a move, the clusters it goes to. */
  readonly clusters: readonly string[]
  /** Of replicas that are divided: the part of each of them. */
  readonly replicas?: Readonly<Record<string, number>> | undefined
  /** Of a move: what was decided of where it goes. */
  readonly placement?: PlacementData | undefined
  /** The clusters wave by wave; absent where all go at once. */
  readonly waves?: EventData<'DeploymentRequested'>['waves']
  /** The wave that has begun, from 1. */
  readonly wave: number
  /** That wave serves, and the next one waits for a person. */
  readonly held: boolean
  /** The claims that workers made of it. */
  readonly attempt: number
  /** By cluster those of them that began it there or began it anew; the others went on after a phase. */
  readonly tries: Readonly<Record<string, number>>
  /** By cluster the attempt that holds it: reports of an older one are refused. */
  readonly claims: Readonly<Record<string, number>>
  /** Asked for by the platform itself. */
  readonly automatic: boolean
  readonly deadline: string
  readonly revision: number
  /** By cluster the phase that has begun there: what comes after it waits. Absent while a worker is at it. */
  readonly phases: Readonly<Record<string, Phase>>
  /** Clusters on which all objects of the revision were applied. */
  readonly applied: readonly string[]
  /** Clusters on which what the revision replaced is gone. */
  readonly settled: readonly string[]
  /** Of a delete: clusters on which nothing is left. */
  readonly emptied: readonly string[]
  /** Of a move: clusters it goes to that it had left, and on which something may stand still. */
  readonly returning: readonly string[]
  /** Of a move: it runs where it was to go to. */
  readonly moved: boolean
  /** What it waits for before it begins; empty where nothing holds it up. */
  readonly waitsFor: readonly WaitData[]
  readonly to?: number
  readonly data?: 'keep' | 'delete'
  /** Of a delete with its data: where more was kept under its name. */
  readonly erases: readonly { readonly cluster: string; readonly of: readonly string[] }[]
  /** Hash of the preview that its actor saw. */
  readonly preview?: string
  /** What its actor consented to. */
  readonly consents?: readonly ConsentData[]
  /** The approvals on whose strength it was let through. */
  readonly approvals?: readonly string[]
}

/** One life of a deployment, as its events tell it. */
export type DeploymentState = {
  readonly identity: Pick<
    EventData<'DeploymentRequested'>,
    | 'namespace'
    | 'name'
    | 'app'
    | 'team'
    | 'environment'
    | 'clusters'
    | 'replicas'
    | 'composition'
    | 'placement'
  > | null
  readonly revisions: readonly (RevisionData & { readonly result: RevisionResult })[]
  /** Clusters on which it may stand still, and is not to. Each is emptied once it can be reached. */
  readonly leaving: readonly Leaving[]
  /** Revision that was last seen serving. */
  readonly lastGood: number | null
  readonly operation: OpenOperation | null
  /** The newest operation, also when it has ended. */
  readonly lastOperation: string | null
  readonly deleted: boolean
  /** A delete has begun and did not end well: some objects may be gone. */
  readonly halfDeleted: boolean
}

/** The clusters on which an operation may have begun: with waves, those of the waves so far. */
export function reachedBy(operation: OpenOperation | null): readonly string[] {
  if (!operation) return []
  const { clusters, waves, wave } = operation
  return waves ? waves.clusters.slice(0, wave).flat() : clusters
}

/** Whether what prepares its revision still runs somewhere, so that what served before it does still. */
export function isPreparing({ phases }: OpenOperation): boolean {
  return Object.values(phases).includes('pre')
}

export type RevisionResult = 'pending' | 'succeeded' | 'failed' | 'cancelled'

export const initialState: DeploymentState = {
  identity: null,
  revisions: [],
  leaving: [],
  lastGood: null,
  operation: null,
  lastOperation: null,
  deleted: false,
  halfDeleted: false,
}

/** The revision that is wanted: the newest. */
export function wanted(state: DeploymentState): DeploymentState['revisions'][number] | undefined {
  return state.revisions.at(-1)
}

/** Folds one event of the stream `deployment-<uuid>` into the state. Events that decide nothing leave it as it is. */
export function evolve(state: DeploymentState, event: NewEvent): DeploymentState {
  switch (event.type) {
    case 'DeploymentRequested':
      return requested(state, event.data)
    case 'DeploymentBlocked':
      return onOperation(state, event.data, operation => ({
        ...operation,
        waitsFor: event.data.waitsFor,
      }))
    case 'DeploymentStarted':
      return onOperation(erasingFrom(state, event.data), event.data, operation => ({
        ...operation,
        waitsFor: [],
        attempt: event.data.attempt,
        tries: {
          ...operation.tries,
          [event.data.cluster]: triesAfter(operation, event.data.cluster, event.data.after),
        },
        claims: { ...operation.claims, [event.data.cluster]: event.data.attempt },
        phases: without(operation.phases, event.data.cluster),
      }))
    case 'PhaseStarted':
      return onOperation(state, event.data, operation => inPhase(operation, event.data))
    case 'DeploymentApplied':
      return onOperation(state, event.data, operation => ({
        ...inPhase(operation, event.data),
        applied: [...new Set([...operation.applied, event.data.cluster])],
      }))
    case 'PlaceSettled':
      return onOperation(state, event.data, operation => ({
        ...operation,
        settled: [...new Set([...operation.settled, event.data.cluster])],
      }))
    case 'WaveHeld':
      return onOperation(state, event.data, operation => ({ ...operation, held: true }))
    case 'WaveStarted':
      return onOperation(state, event.data, operation => ({
        ...operation,
        held: false,
        wave: event.data.wave,
      }))
    case 'DeploymentMoved':
      return moved(state, event.data)
    case 'PlaceEmptied':
      return emptied(state, event.data)
    case 'DeploymentCompleted':
      return { ...ended(state, event.data, 'succeeded'), lastGood: event.data.revision }
    case 'DeploymentFailed':
      return ended(state, event.data, 'failed')
    case 'OperationCancelled':
      return ended(state, event.data, 'cancelled')
    case 'DeploymentDeleted':
      return {
        ...ended(state, event.data, 'succeeded'),
        deleted: true,
        leaving: outlived(state, event.data),
      }
    default:
      return state
  }
}

function requested(
  state: DeploymentState,
  data: EventData<'DeploymentRequested'>,
): DeploymentState {
  const { namespace, name, app, team, environment, clusters } = data
  const composition = data.composition ?? state.identity?.composition
  // Until a move has come to its end, it runs where it ran.
  const stays = data.kind === 'move' ? state.identity : null
  const placement = (stays ? undefined : data.placement) ?? state.identity?.placement
  const revisions = data.revision
    ? [...state.revisions, { ...data.revision, result: 'pending' as const }]
    : state.revisions
  return {
    ...state,
    identity: {
      ...{ namespace, name, app, team, environment, composition, placement },
      clusters: stays?.clusters ?? clusters,
      replicas: stays ? stays.replicas : data.replicas,
    },
    revisions,
    leaving: state.leaving.filter(one => !clusters.includes(one.cluster)),
    lastOperation: data.operation,
    operation: {
      id: data.operation,
      kind: data.kind,
      clusters,
      ...(data.replicas && { replicas: data.replicas }),
      ...(stays && data.placement && { placement: data.placement }),
      ...(data.waves && { waves: data.waves }),
      wave: 1,
      held: false,
      attempt: 0,
      tries: {},
      claims: {},
      phases: {},
      automatic: data.via === 'platform',
      deadline: data.deadline,
      revision: revisions.at(-1)?.number ?? 0,
      applied: [],
      settled: [],
      emptied: [],
      returning: state.leaving.map(one => one.cluster).filter(one => clusters.includes(one)),
      moved: false,
      waitsFor: [],
      ...(data.to === undefined ? {} : { to: data.to }),
      ...(data.data === undefined ? {} : { data: data.data }),
      erases: toErase(state, data),
      ...(data.preview === undefined ? {} : { preview: data.preview }),
      ...(data.consents === undefined ? {} : { consents: data.consents }),
      ...(data.approvals === undefined ? {} : { approvals: data.approvals }),
    },
  }
}

function inPhase(
  operation: OpenOperation,
  { cluster, phase }: { cluster: string; phase?: Phase | undefined },
): OpenOperation {
  return phase ? { ...operation, phases: { ...operation.phases, [cluster]: phase } } : operation
}

function without(phases: OpenOperation['phases'], cluster: string): OpenOperation['phases'] {
  const { [cluster]: _over, ...others } = phases
  return others
}

function onOperation(
  state: DeploymentState,
  data: { operation: string },
  change: (operation: OpenOperation) => OpenOperation,
): DeploymentState {
  if (state.operation?.id !== data.operation) return state
  return { ...state, operation: change(state.operation) }
}

function moved(state: DeploymentState, data: EventData<'DeploymentMoved'>): DeploymentState {
  const { identity, operation } = state
  if (!identity || operation?.id !== data.operation) return state
  const left = data.from.filter(cluster => !data.to.includes(cluster))
  const placement = operation.placement ?? identity.placement
  return {
    ...state,
    identity: { ...identity, clusters: data.to, replicas: operation.replicas, placement },
    leaving: [...state.leaving, ...left.map(cluster => ({ cluster, operation: operation.id }))],
    operation: { ...operation, moved: true },
  }
}

function emptied(state: DeploymentState, data: EventData<'PlaceEmptied'>): DeploymentState {
  const { cluster } = data
  const leaving = state.leaving.filter(one => one.cluster !== cluster)
  if (state.operation?.kind !== 'delete') return { ...state, leaving }
  return onOperation({ ...state, leaving }, data, operation => ({
    ...operation,
    emptied: [...new Set([...operation.emptied, cluster])],
  }))
}

/** Closes the operation; the outcome is its revision's too, but for a delete, which makes none. */
function ended(
  state: DeploymentState,
  data: { operation: string },
  result: RevisionResult,
): DeploymentState {
  if (state.operation?.id !== data.operation) return state
  const { kind, revision, attempt } = state.operation
  if (kind === 'delete') {
    const halfDeleted = state.halfDeleted || (attempt > 0 && result !== 'succeeded')
    return { ...state, halfDeleted, operation: null }
  }
  const revisions = state.revisions.map(one => (one.number === revision ? { ...one, result } : one))
  const halfDeleted = state.halfDeleted && result !== 'succeeded'
  const leaving = [...state.leaving, ...begunInVain(state)]
  return { ...state, revisions, leaving, halfDeleted, operation: null }
}
