import type { OperationKind } from '#api/operations.ts'
import type {
  ConsentData,
  EventData,
  NewEvent,
  Phase,
  RevisionData,
  WaitData,
} from '#platform/events/types.ts'

/** The operation that runs, as far as decisions need it. */
export type OpenOperation = {
  readonly id: string
  readonly kind: OperationKind
  /** The claims that workers made of it. */
  readonly attempt: number
  /** Those of them that began it or began it anew; the others went on after a phase. */
  readonly tries: number
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
  /** What it waits for before it begins; empty where nothing holds it up. */
  readonly waitsFor: readonly WaitData[]
  readonly to?: number
  readonly data?: 'keep' | 'delete'
  /** Hash of the preview that its actor saw. */
  readonly preview?: string
  /** What its actor consented to. */
  readonly consents?: readonly ConsentData[]
}

/** One life of a deployment, as its events tell it. */
export type DeploymentState = {
  readonly identity: Pick<
    EventData<'DeploymentRequested'>,
    'namespace' | 'name' | 'app' | 'team' | 'environment' | 'clusters' | 'composition' | 'placement'
  > | null
  readonly revisions: readonly (RevisionData & { readonly result: RevisionResult })[]
  /** Revision that was last seen serving. */
  readonly lastGood: number | null
  readonly operation: OpenOperation | null
  /** The newest operation, also when it has ended. */
  readonly lastOperation: string | null
  readonly deleted: boolean
  /** A delete has begun and did not end well: some objects may be gone. */
  readonly halfDeleted: boolean
}

/** Whether what prepares its revision still runs somewhere, so that what served before it does still. */
export function isPreparing({ phases }: OpenOperation): boolean {
  return Object.values(phases).includes('pre')
}

export type RevisionResult = 'pending' | 'succeeded' | 'failed' | 'cancelled'

export const initialState: DeploymentState = {
  identity: null,
  revisions: [],
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
      return onOperation(state, event.data, operation => ({
        ...operation,
        waitsFor: [],
        attempt: event.data.attempt,
        // Events of before tries were told: going on after a phase was none then either.
        tries: event.data.tries ?? (event.data.after ? operation.tries : operation.tries + 1),
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
    case 'DeploymentCompleted':
      return { ...ended(state, event.data, 'succeeded'), lastGood: event.data.revision }
    case 'DeploymentFailed':
      return ended(state, event.data, 'failed')
    case 'OperationCancelled':
      return ended(state, event.data, 'cancelled')
    case 'DeploymentDeleted':
      return { ...ended(state, event.data, 'succeeded'), deleted: true }
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
  const placement = data.placement ?? state.identity?.placement
  const revisions = data.revision
    ? [...state.revisions, { ...data.revision, result: 'pending' as const }]
    : state.revisions
  return {
    ...state,
    identity: { namespace, name, app, team, environment, clusters, composition, placement },
    revisions,
    lastOperation: data.operation,
    operation: {
      id: data.operation,
      kind: data.kind,
      attempt: 0,
      tries: 0,
      claims: {},
      phases: {},
      automatic: data.via === 'platform',
      deadline: data.deadline,
      revision: revisions.at(-1)?.number ?? 0,
      applied: [],
      waitsFor: [],
      ...(data.to === undefined ? {} : { to: data.to }),
      ...(data.data === undefined ? {} : { data: data.data }),
      ...(data.preview === undefined ? {} : { preview: data.preview }),
      ...(data.consents === undefined ? {} : { consents: data.consents }),
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
  return { ...state, revisions, halfDeleted, operation: null }
}
