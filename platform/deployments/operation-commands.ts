import type { OperationOfDeployment } from '#api/operations.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { readStream } from '#platform/events/store.ts'
import type { ConsentData, EventData } from '#platform/events/types.ts'
import type { Actor } from '#platform/platform.ts'
import { repeatDeployment } from './changes.ts'
import { deleteDeployment } from './commands.ts'
import { etagOf } from './etag.ts'
import { moveDeployment } from './move.ts'
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
  const agreed = consentsOf(old, consent)
  const [last] = await context.database.query<{ revision: number }>(
    'select revision from kade.deployment where id = $1 and operation_id = $2',
    [old.deployment, id],
  )
  if (!last) throw overtaken()
  // Held to the operation itself: of two retries at the same moment one finds that something newer was asked for.
  const ifMatch = etagOf(last.revision, id)
  const requests = await requestsOf(context, old)
  const request = requests.get(id)
  const { data = 'keep', preview } = request ?? {}
  // A consent is to these objects by their uid and stays that of whoever gave it; somebody else is asked anew.
  const consents = agreed ?? (request?.actor === actor.id ? request.consents : undefined)
  const asked = {
    namespace: old.namespace,
    name: old.name,
    continues: id,
    consents,
    ifMatch,
    ...(wroteNothing(old) && { preview }),
  }
  try {
    if (old.kind === 'delete') return await deleteDeployment(context, actor, asked, data)
    if (old.kind === 'move' && request) {
      const { wish: placement, dataClass } = request.placement ?? {}
      const place = { ...(placement && { placement }), ...(dataClass && { dataClass }) }
      const body = { to: request.clusters, data: 'leave' as const }
      return await moveDeployment(context, actor, { ...asked, place }, body)
    }
    return await repeatDeployment(context, actor, asked, !isOfThen(id, requests))
  } catch (error) {
    throw isOvertaken(error) ? overtaken() : error
  }
}

/**
 * What never touched the cluster stays held to the preview that its actor saw: neither trying again nor a consent to take
 * something over is a look at what has changed since. What was applied has itself changed what stands there.
 */
function wroteNothing({ attempt, cause }: OperationOfDeployment): boolean {
  return attempt === 0 || cause?.code === 'preview-stale' || cause?.code === 'foreign-object'
}

/** Held to its etag, not to its preview. */
function isOvertaken(error: unknown): boolean {
  if (!(error instanceof PlatformError) || error.code !== 'stale') return false
  return !error.details.violations?.some(({ pointer }) => pointer === '/preview')
}

/** What the actor consents to; undefined where nothing is asked. Throws where the old operation cannot be done again so. */
function consentsOf(
  { state, asks }: OperationOfDeployment,
  consent: string | undefined,
): readonly ConsentData[] | undefined {
  if (state === 'needs-approval' && asks) {
    if (consent === undefined)
      throw new PlatformError(
        'conflict',
        {
          en: 'The operation needs your consent to what it asks.',
          nl: 'De bewerking heeft je toestemming nodig voor wat zij vraagt.',
        },
        {
          next: {
            en: `Look at its "asks" and send {"consent": "${asks.digest}"} to agree with exactly that.`,
            nl: `Bekijk haar "asks" en stuur {"consent": "${asks.digest}"} om met precies dat in te stemmen.`,
          },
        },
      )
    if (consent !== asks.digest)
      throw new PlatformError(
        'stale',
        {
          en: 'The question changed: this consent is to something else.',
          nl: 'De vraag is veranderd: deze toestemming gaat over iets anders.',
        },
        {
          next: {
            en: 'Read the operation again and look at what it asks now.',
            nl: 'Lees de bewerking opnieuw en bekijk wat zij nu vraagt.',
          },
        },
      )
    return asks.items.map(({ kind, object, uid }) => ({ kind, object, uid }))
  }
  if (state !== 'failed' && state !== 'cancelled')
    throw new PlatformError('conflict', {
      en: `The operation is ${state}; only one that failed, was cancelled or needs approval can be retried.`,
      nl: `De bewerking staat op “${stateInDutch[state]}”; alleen een die mislukt of afgebroken is of op goedkeuring wacht, kan opnieuw worden geprobeerd.`,
    })
  if (consent !== undefined)
    throw new PlatformError(
      'conflict',
      { en: 'The operation asks no consent.', nl: 'De bewerking vraagt geen toestemming.' },
      {
        next: {
          en: 'Retry it without a consent.',
          nl: 'Probeer het opnieuw zonder toestemming.',
        },
      },
    )
  return undefined
}

const stateInDutch: Readonly<Record<OperationOfDeployment['state'], string>> = {
  queued: 'in de wachtrij',
  running: 'bezig',
  succeeded: 'gelukt',
  failed: 'mislukt',
  cancelled: 'afgebroken',
  'needs-approval': 'wacht op goedkeuring',
}

function overtaken(): PlatformError {
  return new PlatformError(
    'conflict',
    {
      en: 'Something newer was asked of this deployment since.',
      nl: 'Er is intussen iets nieuwers van deze uitrol gevraagd.',
    },
    {
      next: {
        en: 'Retry the newest operation, or update the deployment.',
        nl: 'Probeer de nieuwste bewerking opnieuw, of wijzig de uitrol.',
      },
    },
  )
}

type Requests = ReadonlyMap<string, EventData<'DeploymentRequested'>>

/** All that was asked of the deployment, by operation. */
async function requestsOf(context: PlatformContext, old: OperationOfDeployment): Promise<Requests> {
  const events = await readStream(context.database, streamOf(old.deployment))
  return new Map(
    events.flatMap(event =>
      event.type === 'DeploymentRequested' ? [[event.data.operation, event.data] as const] : [],
    ),
  )
}

/**
 * Whether it is a rollback to what was then, or does one again: only that is bound to what it was bound to, whatever that is by now.
 * Of a rollback of before this was told it is not known, and it is taken for one.
 */
function isOfThen(id: string | undefined, requests: Requests): boolean {
  const request = requests.get(id ?? '')
  if (!request) return false
  if (request.kind === 'rollback') return request.configuration !== 'now'
  return isOfThen(request.continues, requests)
}
