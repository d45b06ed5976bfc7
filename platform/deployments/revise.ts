import type { Namespace } from '#api/clusters.ts'
import type { DeploymentInput } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import type { OperationKind, OperationOfDeployment } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext, ShelfApp } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { ConsentData, RevisionData } from '#platform/events/types.ts'
import { findNamespace } from '#platform/federation/namespaces.ts'
import type { Actor } from '#platform/platform.ts'
import { appOf } from './app-of.ts'
import { currentOf } from './current.ts'
import { type DeploymentState, wanted } from './deployment.ts'
import { type Draft, type DraftRequest, draft } from './draft.ts'
import { holdTo } from './etag.ts'
import { type DeploymentKey, findDeployment } from './find.ts'
import { keptElsewhere } from './kept-rows.ts'
import { isThere, refuseBoth, refuseCutOff, refuseDataLeft } from './move-refusals.ts'
import { noDeployment } from './no-such-deployment.ts'
import { placeNext, sameClusters, whereNext } from './placing.ts'
import { refuseDraft } from './refusals.ts'
import { refuseReplaced } from './refuse-replaced.ts'
import { request } from './request.ts'
import { load, lockDeployment } from './stream.ts'

/** A change the door asks for: who, what, and the etag it holds on to. */
export type Asked = DeploymentKey & {
  /** The operation this one does again. */
  readonly continues?: string | undefined
  /** What the actor consents to, of what that operation asked. */
  readonly consents?: readonly ConsentData[] | undefined
  readonly ifMatch?: string | undefined
  readonly reason?: string | undefined
  /** Hash of the preview that was seen. */
  readonly preview?: string | undefined
}

/** A change of what a deployment is, or where. */
export type Change = Asked & {
  readonly kind: OperationKind
  /** Why, where the platform or who runs it asks for it. */
  readonly why?: Text | undefined
  /** That data stays behind where it was is known, and wanted all the same. */
  readonly leavesData?: boolean | undefined
  /** What is wished of its place by then; as it is wished now, if left out. */
  readonly place?: Pick<DeploymentInput, 'placement' | 'dataClass'> | undefined
  /** Clusters that it leaves because they are down. */
  readonly down?: readonly string[] | undefined
}

/** What a change makes of a deployment. */
export type Revision = {
  configuration: DeploymentInput
  kept?: DraftRequest['kept']
  /** Where it is to run, and is moved to; where it runs, if left out. */
  to?: readonly string[]
  restartedAt?: string
  /** The revision gone back to: of a rollback, and of a move where a newer one never served. */
  back?: number
  /** Of a rollback. */
  going?: 'now' | 'then'
  exactly?: RevisionData
  boundAsThen?: boolean
}

/** A change as it would be: nothing is stored yet. */
export type Drafted = {
  readonly id: string
  readonly identity: NonNullable<DeploymentState['identity']>
  readonly app: ShelfApp
  readonly namespace: Namespace | null
  readonly revision: Revision
  readonly made: Draft
  /** It would run on other clusters than now. */
  readonly isMove: boolean
  /** Clusters that it would leave. */
  readonly left: readonly string[]
  /** Clusters that it would go to, and on which it would find data that it left there. */
  readonly finds: readonly string[]
  /** Clusters on which it would stay. */
  readonly stays: readonly string[]
  /** The revision that is wanted until then. */
  readonly newest: RevisionData
}

/** Drafts a change of a deployment, whose lock it takes where `sql` is a transaction. Judges nothing. */
export async function draftChange(
  context: PlatformContext,
  sql: Sql,
  actor: Actor,
  asked: Change,
  prepare: (state: DeploymentState, sql: Sql) => Promise<Revision>,
): Promise<Drafted> {
  const id = await findDeployment(sql, actor, asked)
  await lockDeployment(sql, id)
  const { state } = await load(sql, id)
  const identity = state.identity
  const newest = wanted(state)
  if (!identity || !newest) throw new PlatformError('not-found', noDeployment)
  holdTo(asked.ifMatch, state)
  const app = await appOf(context, identity.app, sql)
  if (asked.kind === 'restart') await refuseReplaced(sql, app, newest)
  const namespace = await findNamespace(sql, actor, identity.namespace)
  const revision = await prepare(state, sql)
  const where = whereNext(identity, { ...revision.configuration, to: revision.to })
  const restartedAt = revision.restartedAt ?? newest.restartedAt
  const made = await draft(context, sql, actor, {
    app,
    deployment: id,
    namespace,
    place: placeNext(context, sql, namespace, identity, where),
    clusters: where.settled,
    dataClass: identity.placement?.dataClass,
    target: identity,
    configuration: {
      ...revision.configuration,
      ...(asked.reason ? { reason: asked.reason } : {}),
    },
    current: await currentOf(context, sql, id, state),
    ...(revision.kept ? { kept: revision.kept } : {}),
    ...(revision.exactly ? { exactly: revision.exactly } : {}),
    ...(revision.boundAsThen ? { boundAsThen: true } : {}),
    ...(restartedAt ? { restartedAt } : {}),
    composition: identity.composition,
  })
  const { clusters } = made.placed
  const isMove = !sameClusters(clusters, identity.clusters)
  const left = identity.clusters.filter(one => !clusters.includes(one))
  const stays = identity.clusters.filter(one => clusters.includes(one))
  const kept = isMove ? await keptElsewhere(sql, { ...identity, id }) : []
  const finds = clusters.filter(
    one =>
      !identity.clusters.includes(one) &&
      [...kept, ...state.leaving].some(({ cluster }) => cluster === one),
  )
  return { id, identity, app, namespace, revision, made, isMove, left, finds, stays, newest }
}

/**
 * Makes a change of a deployment whose transaction it is: a draft of what it is to be, judged, stored and asked for. Where it is to run
 * elsewhere, the change is a move.
 */
export async function revise(
  context: PlatformContext,
  tx: Sql,
  actor: Actor,
  asked: Change,
  prepare: (state: DeploymentState, sql: Sql) => Promise<Revision>,
): Promise<OperationOfDeployment> {
  const drafted = await draftChange(context, tx, actor, asked, prepare)
  const { id, identity, app, namespace, revision, made, isMove, left } = drafted
  refuseDraft(made, identity.namespace, namespace)
  if (isMove) {
    if (!revision.exactly) refuseBoth(drafted.newest, made.revision, drafted.stays)
    await refuseCutOff(tx, actor, { ...identity, id }, made.placed.clusters, asked.down)
    if (!asked.leavesData)
      refuseDataLeft(made.objects, left, revision.configuration.data, drafted.finds)
  } else if (asked.kind === 'move') throw isThere(identity.clusters)
  return request(context, tx, actor, {
    id,
    kind: isMove ? 'move' : asked.kind,
    app,
    namespace: known(namespace),
    name: identity.name,
    clusters: [...made.placed.clusters],
    made,
    wished: made.placed.data ? made.placed.data.wish : identity.placement?.wish,
    preview: asked.preview,
    ...(asked.continues ? { continues: asked.continues } : {}),
    ...(asked.consents ? { consents: asked.consents } : {}),
    ...(asked.why ? { why: asked.why } : {}),
    ...(revision.back === undefined ? {} : { to: revision.back }),
    ...(revision.going ? { going: revision.going } : {}),
    ...(revision.exactly ? { exactly: revision.exactly } : {}),
  })
}

/** Throws `namespace-unknown` where there is none. */
export function known(namespace: Namespace | null): Namespace {
  if (namespace) return namespace
  throw new PlatformError('namespace-unknown', 'There is no such namespace.')
}
