/**
 * The end of a deployment of which a cluster is gone for good. A delete waits for its clusters and fails without one, so the name, and
 * what the deployment is bound to, would be held for ever. From what is gone nothing is removed but what Kade itself keeps; its other
 * clusters are emptied as those that a move left, once they can be reached.
 */
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { silentAfter } from '#platform/federation/registry.ts'
import type { Actor } from '#platform/platform.ts'
import { refuseUsed } from './consumers.ts'
import { holdTo } from './etag.ts'
import { findDeployment } from './find.ts'
import { keptElsewhere } from './kept-rows.ts'
import { noDeployment } from './no-such-deployment.ts'
import { readOperation } from './operations.ts'
import { requestOf } from './request.ts'
import type { Asked } from './revise.ts'
import { change, load, lockDeployment, unwrap } from './stream.ts'

/** Minutes that nothing may have been heard of a cluster before what is on it can be forgotten. */
const goneAfter = 60

/**
 * Forgets a deployment. Throws `request-invalid` where `typed` is not its name, `conflict` while each of its clusters may come back
 * or nothing is heard of any, and `in-use` where somebody uses it.
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
    const gone = await goneAmong(context, tx, identity.clusters)
    await refuseUsed(tx, actor, { ...identity, id })
    const erases = how.data === 'delete' ? await keptElsewhere(tx, { ...identity, id }) : []
    const request = {
      ...requestOf(context, actor, 'delete', 0),
      ...{ ...identity, data: how.data },
      ...(erases.length > 0 && { erases }),
    }
    unwrap(await change(context, tx, id, () => ({ type: 'forget', request, gone })))
    return readOperation(tx, request.operation)
  })
}

type Seen = { readonly name: string; readonly at: Date; readonly coming: boolean }

/** Those that will not come back; one that is not in the registry is among them. Throws where there is none, or none is heard of at all. */
async function goneAmong(
  context: PlatformContext,
  tx: Sql,
  clusters: readonly string[],
): Promise<readonly string[]> {
  // A heartbeat is as old as Kade itself was off; that a worker has begun with the cluster since counts as well.
  const known = await tx.query<Seen>(
    `select name, greatest(heartbeat_at, since) as at, state in ('starting', 'joining') as coming
       from kade.cluster where name = any($1) order by coming desc, at desc`,
    [clusters],
  )
  const now = context.clock().getTime()
  const standing = known.filter(one => one.coming || now - one.at.getTime() < goneAfter * 60_000)
  const gone = clusters.filter(name => !standing.some(one => one.name === name))
  const [first] = standing
  if (first && gone.length === 0) throw first.coming ? isComing(first) : wasHeard(first)
  if (known.length === 0) return gone
  const [alive] = await tx.query(
    'select 1 from kade.cluster where heartbeat_at > $1::timestamptz - make_interval(secs => $2) limit 1',
    [context.clock(), silentAfter / 1000],
  )
  if (!alive) throw nobodyListens()
  return gone
}

function wasHeard({ name, at }: Seen): PlatformError {
  const then = at.toISOString()
  return new PlatformError(
    'conflict',
    {
      en: `${name} was heard of at ${then}: only what is on a cluster that has been silent for an hour can be forgotten.`,
      nl: `Van ${name} is om ${then} nog iets gehoord: alleen wat op een cluster staat dat een uur stil is, kan worden vergeten.`,
    },
    {
      next: {
        en: 'Delete it instead. If the cluster never comes back, forget it after that hour.',
        nl: 'Verwijder hem gewoon. Komt het cluster nooit terug, vergeet hem dan na dat uur.',
      },
    },
  )
}

function isComing({ name }: Seen): PlatformError {
  return new PlatformError(
    'conflict',
    {
      en: `A worker is starting or joining ${name} at this moment, so it is not known to be gone.`,
      nl: `Een worker is ${name} op dit moment aan het starten of aansluiten, dus dat het weg is staat niet vast.`,
    },
    {
      next: {
        en: 'Wait for the end of that: within half an hour kade clusters says whether it joined. Where a worker died over it, start one again.',
        nl: 'Wacht op het einde daarvan: binnen een half uur zegt kade clusters of het aangesloten is. Is een worker er middenin gestopt, start er dan weer een.',
      },
    },
  )
}

/** Where nothing is heard of any cluster, the clusters are not what is gone. */
function nobodyListens(): PlatformError {
  return new PlatformError(
    'conflict',
    {
      en: 'Nothing is heard of any cluster now: more likely no worker runs than that this cluster is gone.',
      nl: 'Van geen enkel cluster wordt nu iets gehoord: het is waarschijnlijker dat er geen worker draait dan dat dit cluster weg is.',
    },
    {
      next: {
        en: 'Start the worker (kade up, or kade worker). If this was the only cluster and it is gone, join the one that takes its place first.',
        nl: 'Start de worker (kade up, of kade worker). Was dit het enige cluster en is het weg, sluit dan eerst het cluster aan dat ervoor in de plaats komt.',
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
