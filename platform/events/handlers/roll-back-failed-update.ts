import { isUnusable } from '#platform/added-apps/unusable-app.ts'
import { lookUpApp, type PlatformContext } from '#platform/context.ts'
import { rollbackDeployment } from '#platform/deployments/changes.ts'
import type { DeploymentState } from '#platform/deployments/deployment.ts'
import { etagOf } from '#platform/deployments/etag.ts'
import { teamsOf } from '#platform/deployments/providers.ts'
import { load } from '#platform/deployments/stream.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Handler } from '../subscriptions.ts'
import type { EventData, StoredEvent } from '../types.ts'

/** Failures of a revision's own pods. What the cluster or a policy refused never ran, so the old revision still does. */
const neverServed = new Set([
  'configuration-missing',
  'crash-loop',
  'image-pull-failed',
  'out-of-memory',
  'not-ready-in-time',
])

const testFailed = new Set(['job-failed', 'job-not-done-in-time'])

/**
 * Goes back by itself, once, when an update never served and the revision before it did. Never for an app with a volume:
 * its data may have been changed by the newer version, and only a person can say whether the older one can read it.
 */
export function rollBackFailedUpdate(context: PlatformContext): Handler {
  return {
    name: 'roll-back-failed-update',
    category: 'deployment',
    wants: ['DeploymentFailed'],
    handle: event => rollBack(context, event),
  }
}

async function rollBack(context: PlatformContext, event: StoredEvent): Promise<void> {
  if (event.type !== 'DeploymentFailed' || event.data.kind !== 'update') return
  if (!callsForRollback(event.data)) return
  const { state } = await load(context.database, event.stream.slice('deployment-'.length))
  const { identity } = state
  const predecessor = servedBefore(state, event.data.revision)
  if (!identity || predecessor === null) return
  const found = await lookUpApp(context, identity.app, context.database)
  // A person has to know, as a dead letter, that it was not gone back: neither can anything else be asked of its app.
  if (found && 'reason' in found) throw isUnusable(found)
  const app = found?.app
  if (!app || app.storage.length > 0) return
  // What the revision was bound to may be another team's: whoever bound it was allowed to, and it goes back to nothing else.
  const { bindings = {} } = state.revisions.find(one => one.number === predecessor) ?? {}
  const teams = [identity.team, ...(await teamsOf(context.database, bindings))]
  const actor = { id: 'platform', roles: [], teams, via: 'platform' } as const
  // Held to the failed operation: what a person asked for in the meantime, a delete too, is never undone.
  const { revision = 0, operation } = event.data
  const asked = { ...identity, ifMatch: etagOf(revision, operation) }
  const reason = `Revision ${event.data.revision} never served: ${event.data.cause.message.en}`
  try {
    await rollbackDeployment(context, actor, asked, {
      revision: predecessor,
      configuration: 'then',
      reason,
    })
  } catch (error) {
    if (error instanceof PlatformError && ['stale', 'not-found'].includes(error.code)) return
    throw error
  }
}

/** Whatever goes wrong before a revision begins has left the one before as it was; what a test finds wrong serves already. */
function callsForRollback({ phase, cause }: EventData<'DeploymentFailed'>): boolean {
  if (phase === 'pre') return false
  return neverServed.has(cause.code) || (phase === 'test' && testFailed.has(cause.code))
}

function servedBefore(state: DeploymentState, failed: number | undefined): number | null {
  if (failed === undefined || state.operation || state.deleted) return null
  const predecessor = state.revisions.find(one => one.number === failed - 1)
  return predecessor?.result === 'succeeded' ? predecessor.number : null
}
