/**
 * What holds an operation up before it begins. A revision waits until every deployment it is newly bound to is ready, and a
 * delete until nobody uses the deployment any more. Who waits is blocked: it has no task and no worker. Every change of what
 * it waits for gives it a task again, and the sweep does where that was lost, so that it looks anew; its deadline ends it
 * otherwise.
 */
import type { Text } from '#api/names.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { findApp, type PlatformContext } from '#platform/context.ts'
import type { CauseData, WaitData } from '#platform/events/types.ts'
import { type Consumer, consumersOf, namesOf } from './consumers.ts'
import { type DeploymentState, wanted } from './deployment.ts'
import { healthInDutch } from './health-words.ts'
import { lockDeployment } from './stream.ts'

type Identity = NonNullable<DeploymentState['identity']>
type Use = { readonly target: string; readonly capability: string }

type ProviderRow = {
  id: string
  app: string
  target: string
  ready: boolean
  served: boolean
  health_state: string
  kind: string
  state: string
  step: string | null
  deadline: Date | null
}

/** Null: nothing; it can go on. */
export type Hold =
  | { readonly type: 'wait'; readonly waitsFor: readonly WaitData[] }
  | { readonly type: 'fail'; readonly cause: CauseData }
  | null

/** What holds up the open operation of a deployment now. */
export async function holdOf(
  context: PlatformContext,
  tx: Sql,
  deployment: string,
  state: DeploymentState,
): Promise<Hold> {
  const { identity, operation } = state
  if (!identity || !operation) return null
  if (operation.kind === 'delete') return heldByConsumers(tx, { ...identity, id: deployment })
  const uses = await newlyUsed(context, tx, identity, state, wanted(state)?.bindings ?? {})
  return heldByProviders(tx, uses)
}

/** Seconds that a request needs beyond its own, because it begins only after others have ended. */
export async function secondsOfOthers(
  context: PlatformContext,
  tx: Sql,
  request: Identity & { readonly id: string; readonly kind: string },
  state: DeploymentState,
  bindings: Readonly<Record<string, unknown>>,
): Promise<number> {
  const now = context.clock().getTime()
  const left = (deadline: Date | null) => ((deadline?.getTime() ?? now) - now) / 1000
  if (request.kind === 'delete') {
    const leaving = (await consumersOf(tx, request)).filter(one => one.leaving)
    return Math.max(0, ...leaving.map(one => left(one.deadline)))
  }
  const uses = await newlyUsed(context, tx, request, state, bindings)
  const providers = await readProviders(tx, uses)
  const waits = providers
    .filter(one => !one.ready)
    .map(async ({ app, deadline }) =>
      deadline
        ? left(deadline)
        : context.deadlineSeconds('create', (await findApp(context, app, tx))?.app),
    )
  return Math.max(0, ...(await Promise.all(waits)))
}

/** The deployments that a revision is bound to and the one that last served was not. */
async function newlyUsed(
  context: PlatformContext,
  tx: Sql,
  identity: Identity,
  state: DeploymentState,
  bindings: Readonly<Record<string, unknown>>,
): Promise<Use[]> {
  const served = state.revisions.find(one => one.number === state.lastGood)
  const before = new Set(Object.values(served?.bindings ?? {}))
  const needs = (await findApp(context, identity.app, tx))?.app.needs ?? []
  return Object.entries(bindings).flatMap(([need, target]) =>
    typeof target === 'string' && !before.has(target)
      ? [{ target, capability: needs.find(one => one.name === need)?.capability ?? need }]
      : [],
  )
}

async function readProviders(sql: Sql, uses: readonly Use[]): Promise<ProviderRow[]> {
  if (uses.length === 0) return []
  const keys = uses.map(({ target }) => target.split('/'))
  return sql.query<ProviderRow>(
    `select d.id, d.app, d.namespace || '/' || d.name as target, d.health_state, o.kind, o.state, o.step, s.served,
        s.served and d.health_state = 'healthy' as ready,
        case when o.ended_at is null then o.deadline end as deadline
       from kade.deployment d join kade.operation o on o.id = d.operation_id,
         lateral (select exists (select from kade.revision r
           where r.deployment = d.id and r.result = 'succeeded') as served) s
      where (d.namespace, d.name) in (select * from unnest($1::text[], $2::text[]))`,
    [keys.map(([namespace]) => namespace), keys.map(([, name]) => name)],
  )
}

async function heldByProviders(tx: Sql, uses: readonly Use[]): Promise<Hold> {
  const seen = await readProviders(tx, uses)
  const notReady = seen.filter(one => !one.ready).map(one => one.id)
  // Once more under their locks: whoever makes one ready from here on finds this operation waiting.
  for (const id of notReady.sort()) await lockDeployment(tx, id)
  const providers = notReady.length > 0 ? await readProviders(tx, uses) : seen
  const gone = uses.find(use => !providers.some(one => one.target === use.target))
  if (gone)
    return {
      type: 'fail',
      cause: {
        code: 'provider-gone',
        message: {
          en: `${gone.target} (${gone.capability}), which it needs, is gone.`,
          nl: `${gone.target} (${gone.capability}), die hij nodig heeft, is weg.`,
        },
      },
    }
  const waitsFor = uses.flatMap(use => {
    const provider = providers.find(one => one.target === use.target)
    return provider && !provider.ready ? [waitForProvider(use, provider)] : []
  })
  return waitsFor.length > 0 ? { type: 'wait', waitsFor } : null
}

function waitForProvider({ target, capability }: Use, provider: ProviderRow): WaitData {
  const why = stateOf(provider)
  return {
    deployment: provider.id,
    target,
    until: 'ready',
    message: {
      en: `Waits for ${target} (${capability}) to be ready: ${why.en}.`,
      nl: `Wacht tot ${target} (${capability}) klaar is: ${why.nl}.`,
    },
  }
}

/** How a provider is that is not ready. Its own cause stays with those who may read it there. */
function stateOf({ kind, state, step, served, health_state: health }: ProviderRow): Text {
  const open = state === 'queued' || state === 'running'
  if (open && kind === 'delete') return { en: 'it is being deleted', nl: 'die wordt verwijderd' }
  if (open && step === 'blocked')
    return { en: 'it waits for others itself', nl: 'die wacht zelf op andere' }
  if (open && !served) return { en: 'it is still being deployed', nl: 'die wordt nog uitgerold' }
  if (open) return { en: 'it is being changed', nl: 'die wordt gewijzigd' }
  if (!served && state === 'needs-approval')
    return { en: 'it waits for approval', nl: 'die wacht op goedkeuring' }
  if (!served) return { en: 'it could not be deployed', nl: 'die kon niet worden uitgerold' }
  return { en: `it is ${health}`, nl: `die is ${healthInDutch[health] ?? health}` }
}

async function heldByConsumers(
  tx: Sql,
  provider: Identity & { readonly id: string },
): Promise<Hold> {
  const seen = await consumersOf(tx, provider)
  for (const id of seen.map(one => one.id).sort()) await lockDeployment(tx, id)
  const consumers = seen.length > 0 ? await consumersOf(tx, provider) : seen
  const staying = consumers.filter(one => !one.leaving)
  if (staying.length > 0) {
    const who = namesOf(staying, [provider.team])
    return {
      type: 'fail',
      cause: {
        code: 'still-in-use',
        message: {
          en: `It is still in use by ${who.en}.`,
          nl: `Hij is nog in gebruik door ${who.nl}.`,
        },
      },
    }
  }
  if (consumers.length === 0) return null
  return { type: 'wait', waitsFor: consumers.map(one => waitForConsumer(one, provider.team)) }
}

function waitForConsumer(consumer: Consumer, team: string): WaitData {
  const who = namesOf([consumer], [team])
  return {
    deployment: consumer.id,
    ...(consumer.team === team ? { target: who.en } : {}),
    until: 'gone',
    message: {
      en: `Waits until ${who.en} no longer uses it.`,
      nl: `Wacht tot ${who.nl} hem niet meer gebruikt.`,
    },
  }
}
