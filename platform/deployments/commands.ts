import { randomUUID } from 'node:crypto'
import type { Namespace } from '#api/clusters.ts'
import type { CreateDeployment, DeploymentInput, Rollback } from '#api/deployments.ts'
import type { OperationKind, OperationOfDeployment } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { ConsentData, RevisionData } from '#platform/events/types.ts'
import { findNamespace } from '#platform/federation/namespaces.ts'
import { isUnknown } from '#platform/is-unknown.ts'
import type { Actor } from '#platform/platform.ts'
import { appOf } from './app-of.ts'
import { readBlob } from './blobs.ts'
import { currentOf } from './current.ts'
import { type DeploymentState, wanted } from './deployment.ts'
import { type DraftRequest, draft, nothingBefore } from './draft.ts'
import { holdTo } from './etag.ts'
import { type DeploymentKey, findDeployment } from './find.ts'
import { keptData } from './kept-data.ts'
import { refuseFull } from './namespace-room.ts'
import { noDeployment } from './no-such-deployment.ts'
import { placeAgain, placeNew } from './placing.ts'
import { refuseDraft, refuseUnbuilt } from './refusals.ts'
import { refuseReplaced } from './refuse-replaced.ts'
import { request } from './request.ts'
import { requestDelete } from './request-delete.ts'
import { reserveName } from './reserve-name.ts'
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

/** Creates a deployment: draft, reserve the name, store, enqueue, append, all in one transaction. */
export async function createDeployment(
  context: PlatformContext,
  actor: Actor,
  input: CreateDeployment,
): Promise<OperationOfDeployment> {
  refuseUnbuilt(input)
  const { namespace: namespaceName, name } = input
  return context.database.transaction(async tx => {
    const app = await appOf(context, input.app, tx)
    const namespace = await findNamespace(tx, actor, namespaceName)
    const id = randomUUID()
    const kept = await keptData(context, tx, namespace, input)
    const { inherited } = kept
    const made = await draft(context, tx, actor, {
      app,
      deployment: id,
      namespace,
      place: placeNew(context, tx, namespace, input, kept),
      clusters: input.cluster ? [input.cluster] : [],
      target: { namespace: namespaceName, name },
      configuration: input,
      current: {
        ...nothingBefore,
        claims: kept.claims,
        ...(inherited && { inherited: inherited.values }),
      },
    })
    refuseDraft(made, namespaceName, namespace)
    await refuseFull(tx, { namespace: known(namespace), names: [name] })
    await reserveName(tx, id, input)
    // They live on as the new deployment's own, and are erased with it.
    if (inherited) await context.secrets.erase(tx, inherited.deployment)
    return request(context, tx, actor, {
      id,
      kind: 'create',
      app,
      namespace: known(namespace),
      name,
      clusters: [...made.placed.clusters],
      made,
      preview: input.preview,
    })
  })
}

/** Replaces the configuration; absent secrets stay as they are. */
export async function updateDeployment(
  context: PlatformContext,
  actor: Actor,
  asked: Asked,
  input: DeploymentInput,
): Promise<OperationOfDeployment> {
  refuseUnbuilt(input)
  const seen = { ...asked, preview: input.preview }
  return revise(context, actor, seen, 'update', async state => ({
    configuration: input,
    clusters: input.cluster ? [input.cluster] : [...(state.identity?.clusters ?? [])],
  }))
}

/**
 * The newest revision once more, as a new one: what a retry does. Its very objects are taken, whatever the app and the environment
 * have become since; with `boundAsThen` it throws `settings-invalid` where what they are bound to is another by now.
 */
export async function repeatDeployment(
  context: PlatformContext,
  actor: Actor,
  asked: Asked,
  boundAsThen: boolean,
): Promise<OperationOfDeployment> {
  return revise(context, actor, asked, 'update', async (state, tx) => {
    const newest = wanted(state)
    const asItWas = await whole(tx, newest)
    if (!newest) return asItWas
    const { result: _result, ...exactly } = newest
    return { ...asItWas, exactly, boundAsThen }
  })
}

/** The same configuration with a new restart mark, so that every pod is replaced in the order its workload allows. */
export async function restartDeployment(
  context: PlatformContext,
  actor: Actor,
  asked: Asked,
): Promise<OperationOfDeployment> {
  return revise(context, actor, asked, 'restart', async (state, tx) => ({
    ...(await whole(tx, wanted(state))),
    restartedAt: context.clock().toISOString(),
  }))
}

/** An old revision's configuration as a new revision; `then` takes its very objects and secrets. */
export async function rollbackDeployment(
  context: PlatformContext,
  actor: Actor,
  asked: Asked,
  input: Rollback,
): Promise<OperationOfDeployment> {
  return revise(
    context,
    actor,
    { ...asked, reason: input.reason, preview: input.preview },
    'rollback',
    async (state, tx) => {
      const old = state.revisions.find(one => one.number === input.revision)
      if (!old)
        throw new PlatformError(
          'request-invalid',
          {
            en: `There is no revision ${input.revision}.`,
            nl: `Er is geen revisie ${input.revision}.`,
          },
          {
            violations: [{ pointer: '/revision', detail: isUnknown }],
            next: {
              en: `Choose a revision from 1 to ${wanted(state)?.number ?? 1}.`,
              nl: `Kies een revisie van 1 tot en met ${wanted(state)?.number ?? 1}.`,
            },
          },
        )
      const asItWas = await whole(tx, old)
      const { result: _result, ...exactly } = old
      const back = { to: old.number, going: input.configuration }
      if (input.configuration === 'then') return { ...asItWas, ...back, exactly }
      return {
        ...asItWas,
        configuration: { ...asItWas.configuration, bindings: bindingsOf(wanted(state)) },
        ...back,
      }
    },
  )
}

/** Asks for the end of a deployment. Its claims and secrets stay unless `data` says otherwise. */
export async function deleteDeployment(
  context: PlatformContext,
  actor: Actor,
  asked: Asked,
  data: 'keep' | 'delete',
): Promise<OperationOfDeployment> {
  return context.database.transaction(async tx => {
    const id = await findDeployment(tx, actor, asked)
    await lockDeployment(tx, id)
    const { state } = await load(tx, id)
    holdTo(asked.ifMatch, state)
    return requestDelete(context, tx, actor, id, state, { data, continues: asked.continues })
  })
}

type Revision = {
  configuration: DeploymentInput
  kept?: DraftRequest['kept']
  clusters?: string[]
  restartedAt?: string
  to?: number
  /** Of a rollback. */
  going?: 'now' | 'then'
  exactly?: RevisionData
  boundAsThen?: boolean
}

async function revise(
  context: PlatformContext,
  actor: Actor,
  asked: Asked,
  kind: OperationKind,
  prepare: (state: DeploymentState, tx: Sql) => Promise<Revision>,
): Promise<OperationOfDeployment> {
  return context.database.transaction(async tx => {
    const id = await findDeployment(tx, actor, asked)
    await lockDeployment(tx, id)
    const { state } = await load(tx, id)
    const identity = state.identity
    const newest = wanted(state)
    if (!identity || !newest) throw new PlatformError('not-found', noDeployment)
    holdTo(asked.ifMatch, state)
    const app = await appOf(context, identity.app, tx)
    if (kind === 'restart') await refuseReplaced(tx, app, newest)
    const namespace = await findNamespace(tx, actor, identity.namespace)
    const revision = await prepare(state, tx)
    if (revision.clusters && revision.clusters.join() !== identity.clusters.join())
      throw new PlatformError(
        'not-yet-supported',
        {
          en: 'A deployment cannot move to another cluster yet.',
          nl: 'Een uitrol kan nog niet naar een ander cluster verhuizen.',
        },
        {
          next: {
            en: 'Leave "cluster" out, or delete it and deploy it on the other cluster.',
            nl: 'Laat "cluster" weg, of verwijder hem en rol hem uit op het andere cluster.',
          },
        },
      )
    const restartedAt = revision.restartedAt ?? newest.restartedAt
    const made = await draft(context, tx, actor, {
      app,
      deployment: id,
      namespace,
      place: placeAgain(context, tx, identity, revision.configuration),
      clusters: identity.clusters,
      target: identity,
      configuration: {
        ...revision.configuration,
        ...(asked.reason ? { reason: asked.reason } : {}),
      },
      current: await currentOf(context, tx, id, state),
      ...(revision.kept ? { kept: revision.kept } : {}),
      ...(revision.exactly ? { exactly: revision.exactly } : {}),
      ...(revision.boundAsThen ? { boundAsThen: true } : {}),
      ...(restartedAt ? { restartedAt } : {}),
      composition: identity.composition,
    })
    refuseDraft(made, identity.namespace, namespace)
    return request(context, tx, actor, {
      id,
      kind,
      app,
      namespace: known(namespace),
      name: identity.name,
      clusters: [...identity.clusters],
      made,
      preview: asked.preview,
      ...(asked.continues ? { continues: asked.continues } : {}),
      ...(asked.consents ? { consents: asked.consents } : {}),
      ...(revision.to === undefined ? {} : { to: revision.to }),
      ...(revision.going ? { going: revision.going } : {}),
      ...(revision.exactly ? { exactly: revision.exactly } : {}),
    })
  })
}

function known(namespace: Namespace | null): Namespace {
  if (namespace) return namespace
  throw new PlatformError('namespace-unknown', 'There is no such namespace.')
}

function bindingsOf(revision: RevisionData | undefined): DeploymentInput['bindings'] {
  // Kept as it was parsed from the request, with the secret left out.
  return revision?.bindings as DeploymentInput['bindings']
}

/** The configuration of a revision as it was, whatever the environment gives by now. */
async function whole(tx: Sql, revision: RevisionData | undefined) {
  if (!revision) throw new PlatformError('not-found', noDeployment)
  const settings = await readBlob(tx, revision.settings)
  const configuration: DeploymentInput = {
    // Settings were parsed against the app's schema before they were stored.
    settings: settings as Record<string, unknown>,
    bindings: bindingsOf(revision),
    env: revision.env,
    replicas: revision.replicas,
    ...(revision.resources ? { resources: revision.resources } : {}),
    ingress: revision.ingress,
  }
  return { configuration, kept: { origins: revision.origins } }
}
