import type { MoveDeployment, MovePreview, PreviewMove } from '#api/move.ts'
import type { Text } from '#api/names.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { ProblemCode } from '#api/problem.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Actor } from '#platform/platform.ts'
import { whole } from './changes.ts'
import { type DeploymentState, wanted } from './deployment.ts'
import type { DeploymentKey } from './find.ts'
import { inTheWay, isThere, refuseCutOff } from './move-refusals.ts'
import { teamsOf } from './providers.ts'
import { refuseDraft } from './refusals.ts'
import { type Asked, type Change, draftChange, revise } from './revise.ts'
import { claimNames } from './standing-claims.ts'
import { load } from './stream.ts'

/**
 * Brings a deployment to other clusters: the revision that served last is applied where it goes, and waited for; only then is it removed from the
 * clusters it leaves, where its data stays. Where that comes to nothing it runs where it ran, and what was begun elsewhere is removed.
 *
 * A cluster that is left and cannot be reached does not hold up the end. It stands among those that are `leaving`: what is seen there
 * says nothing of the deployment, and it is emptied once it can be reached.
 */
export async function moveDeployment(
  context: PlatformContext,
  actor: Actor,
  asked: Asked & Pick<Change, 'place'>,
  { to, data, reason }: MoveDeployment,
): Promise<OperationOfDeployment> {
  const change = { ...asked, ...(reason && { reason }), leavesData: data === 'leave' }
  return context.database.transaction(tx => move(context, tx, actor, change, to))
}

/** What is said no to, and why; nothing was asked for then. */
export type MoveRefusal = { readonly code: ProblemCode; readonly message: Text }

/**
 * Asks for a move in the name of the platform, or of who runs it (`actor`), in the caller's transaction: when a cluster failed or is to be
 * drained. Whoever asks has decided about the data that stays behind; law, room, bindings and consumers are looked at as ever. Answers
 * the id of the operation, or why it cannot be.
 */
export async function requestMove(
  context: PlatformContext,
  tx: Sql,
  wish: {
    readonly deployment: string
    readonly clusters: readonly string[]
    /** Nobody asked for it. */
    readonly automatic: boolean
    readonly reason: Text
    readonly actor?: Actor | undefined
    /** Clusters that it leaves because they are down. */
    readonly down?: readonly string[] | undefined
  },
): Promise<{ readonly operation: string } | { readonly refused: MoveRefusal }> {
  const { deployment, clusters, automatic, reason, down } = wish
  const { state } = await load(tx, deployment)
  const { identity } = state
  if (!identity) throw new PlatformError('not-found', `There is no deployment ${deployment}.`)
  // What it is bound to may be another team's: it was allowed to whoever bound it, and is bound to nothing else.
  const teams = [identity.team, ...(await teamsOf(tx, wanted(state)?.bindings ?? {}))]
  const platform = { id: 'platform', roles: [], teams, via: 'platform' } as const
  const actor = automatic || !wish.actor ? platform : { ...wish.actor, teams }
  try {
    const change = { ...identity, why: reason, reason: reason.en, leavesData: true, down }
    const { id } = await move(context, tx, actor, change, clusters)
    return { operation: id }
  } catch (error) {
    // Refusals are thrown before anything is written.
    if (error instanceof PlatformError)
      return { refused: { code: error.code, message: error.text } }
    throw error
  }
}

/** What a move would do, and what stands in its way. Changes nothing. */
export async function previewMove(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
  { to }: PreviewMove,
): Promise<MovePreview> {
  const sql = context.database
  const change = { ...key, kind: 'move' as const }
  const drafted = await draftChange(context, sql, actor, change, movedTo(to))
  const { id, identity, made, isMove, left } = drafted
  const violations = await inTheWay(async () => {
    refuseDraft(made, identity.namespace, drafted.namespace)
    if (!isMove) throw isThere(identity.clusters)
    await refuseCutOff(sql, actor, { ...identity, id }, made.placed.clusters)
  })
  return {
    allowed: violations.length === 0,
    from: [...identity.clusters],
    to: isMove ? [...made.placed.clusters] : [...to],
    leaves: [...left],
    stays: left.length > 0 ? [...claimNames(made.objects)] : [],
    finds: claimNames(made.objects).length > 0 ? [...drafted.finds] : [],
    revision: drafted.revision.back ?? drafted.newest.number,
    newest: drafted.newest.number,
    placement: [...made.placed.verdicts],
    violations,
    findings: [...made.findings],
  }
}

function move(
  context: PlatformContext,
  tx: Sql,
  actor: Actor,
  asked: Omit<Change, 'kind'>,
  to: readonly string[],
): Promise<OperationOfDeployment> {
  return revise(context, tx, actor, { ...asked, kind: 'move' }, movedTo(to, asked.place))
}

/**
 * The very objects of the revision that served last, as a new one: by its number those of before are known for old wherever they still
 * stand. What never served is no reason to leave where it does; where none has served yet, the newest is taken.
 */
function movedTo(to: readonly string[], place: Change['place'] = {}): Parameters<typeof revise>[4] {
  return async (state, sql) => {
    const taken = takenOf(state)
    const then = await whole(sql, taken)
    const asItWas = { ...then, configuration: { ...then.configuration, ...place } }
    if (!taken) return { ...asItWas, to }
    const { result: _result, ...exactly } = taken
    const back = taken.number === wanted(state)?.number ? {} : { back: taken.number }
    return { ...asItWas, ...back, exactly, to }
  }
}

/** The revision that a move takes along. */
function takenOf(state: DeploymentState): DeploymentState['revisions'][number] | undefined {
  return state.revisions.find(one => one.number === state.lastGood) ?? wanted(state)
}
