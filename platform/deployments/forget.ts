/**
 * The end of a deployment whose cluster is gone for good. A delete waits for its cluster and fails without it, so the name, and what
 * the deployment is bound to, would be held for ever. Nothing is removed but what Kade itself keeps.
 */
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Actor } from '#platform/platform.ts'
import type { Asked } from './commands.ts'
import { refuseInUse } from './consumers.ts'
import { holdTo } from './etag.ts'
import { findDeployment } from './find.ts'
import { noDeployment } from './no-such-deployment.ts'
import { readOperation } from './operations.ts'
import { requestOf } from './request.ts'
import { change, load, lockDeployment, unwrap } from './stream.ts'

/** Minutes that nothing may have been heard of a cluster before what is on it can be forgotten. */
const goneAfter = 60

/**
 * Forgets a deployment. Throws `request-invalid` where `typed` is not its name, `conflict` while one of its clusters may come back,
 * and `in-use` where somebody goes on using it.
 */
export async function forgetDeployment(
  context: PlatformContext,
  actor: Actor,
  asked: Asked,
  how: { readonly data: 'keep' | 'delete'; readonly typed: string },
): Promise<OperationOfDeployment> {
  if (how.typed !== asked.name) throw anotherName(asked.name)
  return context.database.transaction(async tx => {
    const id = await findDeployment(tx, actor, asked)
    await lockDeployment(tx, id)
    const { state } = await load(tx, id)
    const { identity } = state
    if (!identity) throw new PlatformError('not-found', noDeployment)
    holdTo(asked.ifMatch, state)
    await refuseHeard(context, tx, identity.clusters)
    await refuseInUse(tx, actor, { ...identity, id })
    const request = { ...requestOf(context, actor, 'delete', 0), ...identity, data: how.data }
    unwrap(await change(context, tx, id, () => ({ type: 'forget', request })))
    if (how.data === 'delete') await context.secrets.erase(tx, id)
    return readOperation(tx, request.operation)
  })
}

/** Throws where a cluster was heard of within the hour; one that is not in the registry never was. */
async function refuseHeard(
  context: PlatformContext,
  tx: Sql,
  clusters: readonly string[],
): Promise<void> {
  const [heard] = await tx.query<{ name: string; at: Date }>(
    `select name, coalesce(heartbeat_at, since) as at from kade.cluster
      where name = any($1) and coalesce(heartbeat_at, since) > $2::timestamptz - make_interval(mins => $3)
      order by at desc limit 1`,
    [clusters, context.clock(), goneAfter],
  )
  if (!heard) return
  const at = heard.at.toISOString()
  throw new PlatformError(
    'conflict',
    {
      en: `${heard.name} was heard of at ${at}: only what is on a cluster that has been silent for an hour can be forgotten.`,
      nl: `Van ${heard.name} is om ${at} nog iets gehoord: alleen wat op een cluster staat dat een uur stil is, kan worden vergeten.`,
    },
    {
      next: {
        en: 'Delete it instead. If the cluster never comes back, forget it after that hour.',
        nl: 'Verwijder hem gewoon. Komt het cluster nooit terug, vergeet hem dan na dat uur.',
      },
    },
  )
}

function anotherName(name: string): PlatformError {
  const detail = { en: `must be ${name}`, nl: `moet ${name} zijn` }
  return new PlatformError(
    'request-invalid',
    {
      en: 'To forget a deployment, its name is typed once more, and this is another one.',
      nl: 'Om een uitrol te vergeten typ je zijn naam nog eens, en dit is een andere.',
    },
    {
      violations: [{ pointer: '/forget', detail }],
      next: { en: 'Send its name as "forget".', nl: 'Stuur zijn naam als "forget".' },
    },
  )
}
