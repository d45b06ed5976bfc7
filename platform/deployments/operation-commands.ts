import type { OperationOfDeployment } from '#api/operations.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { readStream } from '#platform/events/store.ts'
import type { ConsentData } from '#platform/events/types.ts'
import type { Actor } from '#platform/platform.ts'
import { deleteDeployment, repeatDeployment } from './commands.ts'
import { etagOf } from './etag.ts'
import { readOperation } from './operations.ts'
import { change, streamOf, unwrap } from './stream.ts'

/** Stops an operation before its next step. What was applied stays. Throws `conflict` when it has ended. */
export async function cancelOperation(
  context: PlatformContext,
  actor: Actor,
  id: string,
): Promise<OperationOfDeployment> {
  const { deployment } = await readOperation(context.database, id, actor)
  await context.database.transaction(async tx => {
    unwrap(
      await change(context, tx, deployment, () => ({
        type: 'cancel',
        operation: id,
        actor: actor.id,
      })),
    )
  })
  return readOperation(context.database, id)
}

/**
 * Does again what failed or was cancelled, as a new operation that names the old one. One that needs approval goes on with
 * `consent`, the digest of what it asked: `conflict` without it, `stale` with the digest of another question.
 */
export async function retryOperation(
  context: PlatformContext,
  actor: Actor,
  id: string,
  consent?: string,
): Promise<OperationOfDeployment> {
  const old = await readOperation(context.database, id, actor)
  const consents = consentsOf(old, consent)
  const [last] = await context.database.query<{ revision: number }>(
    'select revision from kade.deployment where id = $1 and operation_id = $2',
    [old.deployment, id],
  )
  if (!last) throw overtaken()
  // Held to the operation itself: of two retries at the same moment one finds that something newer was asked for.
  const ifMatch = etagOf(last.revision, id)
  const asked = { namespace: old.namespace, name: old.name, continues: id, consents, ifMatch }
  try {
    if (old.kind === 'delete')
      return await deleteDeployment(context, actor, asked, await dataOf(context, old))
    return await repeatDeployment(context, actor, asked)
  } catch (error) {
    throw error instanceof PlatformError && error.code === 'stale' ? overtaken() : error
  }
}

/** What the actor consents to; undefined where nothing is asked. Throws where the old operation cannot be done again so. */
function consentsOf(
  { state, asks }: OperationOfDeployment,
  consent: string | undefined,
): readonly ConsentData[] | undefined {
  if (state === 'needs-approval' && asks) {
    if (consent === undefined)
      throw new PlatformError('conflict', 'The operation needs your consent to what it asks.', {
        next: `Look at its "asks" and send {"consent": "${asks.digest}"} to agree with exactly that.`,
      })
    if (consent !== asks.digest)
      throw new PlatformError('stale', 'The question changed: this consent is to something else.', {
        next: 'Read the operation again and look at what it asks now.',
      })
    return asks.items.map(({ kind, object, uid }) => ({ kind, object, uid }))
  }
  if (state !== 'failed' && state !== 'cancelled')
    throw new PlatformError(
      'conflict',
      `The operation is ${state}; only one that failed, was cancelled or needs approval can be retried.`,
    )
  if (consent !== undefined)
    throw new PlatformError('conflict', 'The operation asks no consent.', {
      next: 'Retry it without a consent.',
    })
  return undefined
}

function overtaken(): PlatformError {
  return new PlatformError('conflict', 'Something newer was asked of this deployment since.', {
    next: 'Retry the newest operation, or update the deployment.',
  })
}

/** What the delete was asked to do with the data. */
async function dataOf(
  context: PlatformContext,
  old: OperationOfDeployment,
): Promise<'keep' | 'delete'> {
  for (const event of await readStream(context.database, streamOf(old.deployment)))
    if (event.type === 'DeploymentRequested' && event.data.operation === old.id)
      return event.data.data ?? 'keep'
  return 'keep'
}
