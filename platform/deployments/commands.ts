import { randomUUID } from 'node:crypto'
import type { CreateDeployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { PlatformContext } from '#platform/context.ts'
import { findNamespace } from '#platform/federation/namespaces.ts'
import type { Actor } from '#platform/platform.ts'
import { appOf } from './app-of.ts'
import { draft, nothingBefore } from './draft.ts'
import { holdTo } from './etag.ts'
import { chooseFailover, ownClaims, refuseFailover } from './failover.ts'
import { findDeployment } from './find.ts'
import { keptData } from './kept-data.ts'
import { refuseFull } from './namespace-room.ts'
import { placeNew } from './placing.ts'
import { refuseDraft, refuseUnbuilt } from './refusals.ts'
import { request } from './request.ts'
import { requestDelete } from './request-delete.ts'
import { reserveName } from './reserve-name.ts'
import { type Asked, known } from './revise.ts'
import { load, lockDeployment } from './stream.ts'

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
    const { failover } = input
    if (failover) refuseFailover(failover, ownClaims(made.objects), '/failover/data')
    await refuseFull(tx, { namespace: known(namespace), names: [name] })
    await reserveName(tx, id, input)
    // They live on as the new deployment's own, and are erased with it.
    if (inherited) await context.secrets.erase(tx, inherited.deployment)
    const operation = await request(context, tx, actor, {
      id,
      kind: 'create',
      app,
      namespace: known(namespace),
      name,
      clusters: [...made.placed.clusters],
      made,
      wished: made.placed.data?.wish,
      preview: input.preview,
    })
    if (failover) await chooseFailover(context, tx, actor, id, failover)
    return operation
  })
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
