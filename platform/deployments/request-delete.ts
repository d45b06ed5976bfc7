import type { OperationOfDeployment } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { findApp, type PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Actor } from '#platform/platform.ts'
import { refuseInUse } from './consumers.ts'
import type { DeploymentState } from './deployment.ts'
import { keptElsewhere } from './kept-rows.ts'
import { noDeployment } from './no-such-deployment.ts'
import { record, requestOf } from './request.ts'

/** Asks for the end of a deployment whose lock is held. Throws `in-use` where somebody goes on using it. */
export async function requestDelete(
  context: PlatformContext,
  tx: Sql,
  actor: Actor,
  id: string,
  { identity }: Pick<DeploymentState, 'identity'>,
  how: { readonly data: 'keep' | 'delete'; readonly continues?: string | undefined },
): Promise<OperationOfDeployment> {
  if (!identity) throw new PlatformError('not-found', noDeployment)
  await refuseInUse(tx, actor, { ...identity, id })
  const { data, continues } = how
  const entry = await findApp(context, identity.app, tx)
  const seconds = context.deadlineSeconds('delete', entry?.app)
  const request = requestOf(context, actor, 'delete', seconds)
  const erases = data === 'delete' ? await keptElsewhere(tx, { ...identity, id }) : []
  const event = {
    ...{ ...request, ...identity, data },
    ...(continues ? { continues } : {}),
    ...(erases.length > 0 && { erases }),
  }
  return record(context, tx, id, event, null)
}
