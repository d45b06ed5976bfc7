import type { OperationOfDeployment } from '#api/operations.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { readStream } from '#platform/events/store.ts'
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

/** Does again what failed or was cancelled, as a new operation that names the old one. */
export async function retryOperation(
  context: PlatformContext,
  actor: Actor,
  id: string,
): Promise<OperationOfDeployment> {
  const old = await readOperation(context.database, id, actor)
  if (old.state !== 'failed' && old.state !== 'cancelled')
    throw new PlatformError(
      'conflict',
      `The operation is ${old.state}; only a failed or cancelled one can be retried.`,
    )
  const [last] = await context.database.query<{ revision: number }>(
    'select revision from kade.deployment where id = $1 and operation_id = $2',
    [old.deployment, id],
  )
  if (!last) throw overtaken()
  // Held to the operation itself: of two retries at the same moment one finds that something newer was asked for.
  const ifMatch = etagOf(last.revision, id)
  const asked = { namespace: old.namespace, name: old.name, continues: id, ifMatch }
  try {
    if (old.kind === 'delete')
      return await deleteDeployment(context, actor, asked, await dataOf(context, old))
    return await repeatDeployment(context, actor, asked)
  } catch (error) {
    throw error instanceof PlatformError && error.code === 'stale' ? overtaken() : error
  }
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
