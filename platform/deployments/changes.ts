import type { DeploymentInput, Rollback } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { RevisionData } from '#platform/events/types.ts'
import { isUnknown } from '#platform/is-unknown.ts'
import type { Actor } from '#platform/platform.ts'
import { readBlob } from './blobs.ts'
import { wanted } from './deployment.ts'
import { noDeployment } from './no-such-deployment.ts'
import { refuseUnbuilt } from './refusals.ts'
import { type Asked, type Change, revise } from './revise.ts'

/** Replaces the configuration; absent secrets stay as they are. */
export async function updateDeployment(
  context: PlatformContext,
  actor: Actor,
  asked: Asked,
  input: DeploymentInput,
): Promise<OperationOfDeployment> {
  refuseUnbuilt(input)
  const seen = { ...asked, preview: input.preview }
  return change(context, actor, { ...seen, kind: 'update' }, async () => ({ configuration: input }))
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
  return change(context, actor, { ...asked, kind: 'update' }, async (state, tx) => {
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
  return change(context, actor, { ...asked, kind: 'restart' }, async (state, tx) => ({
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
  return change(
    context,
    actor,
    { ...asked, kind: 'rollback', reason: input.reason, preview: input.preview },
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
      const back = { back: old.number, going: input.configuration }
      if (input.configuration === 'then') return { ...asItWas, ...back, exactly }
      return {
        ...asItWas,
        configuration: { ...asItWas.configuration, bindings: bindingsOf(wanted(state)) },
        ...back,
      }
    },
  )
}

function change(
  context: PlatformContext,
  actor: Actor,
  asked: Change,
  prepare: Parameters<typeof revise>[4],
): Promise<OperationOfDeployment> {
  return context.database.transaction(tx => revise(context, tx, actor, asked, prepare))
}

function bindingsOf(revision: RevisionData | undefined): DeploymentInput['bindings'] {
  // Kept as it was parsed from the request, with the secret left out.
  return revision?.bindings as DeploymentInput['bindings']
}

/** The configuration of a revision as it was, whatever the environment gives by now. */
export async function whole(tx: Sql, revision: RevisionData | undefined) {
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
