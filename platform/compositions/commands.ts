import type {
  CompositionInput,
  CompositionOperations,
  CompositionPreview,
  CreateComposition,
} from '#api/compositions.ts'
import type { Finding } from '#api/findings.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Violation } from '#api/problem.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { refuseFull, roomFindings } from '#platform/deployments/namespace-room.ts'
import { refuseDraft } from '#platform/deployments/refusals.ts'
import { request } from '#platform/deployments/request.ts'
import { requestDelete } from '#platform/deployments/request-delete.ts'
import { reserveName } from '#platform/deployments/reserve-name.ts'
import { PlatformError } from '#platform/errors.ts'
import { foreseeQuotas } from '#platform/governance/quotas/reserve.ts'
import { takenBy } from '#platform/governance/quotas/taken.ts'
import type { Actor } from '#platform/platform.ts'
import { leavingViolations, refuseLeaving } from './in-use.ts'
import { type Key, livingByUse, lockComposition, readLiving } from './members.ts'
import { isNotThere } from './not-there.ts'
import { type Plan, type Planned, planComposition } from './plan.ts'
import { isThere } from './queries.ts'

/** Everything that is known of a composition before it is asked for, new or existing. Changes nothing. */
export async function previewComposition(
  context: PlatformContext,
  actor: Actor,
  { namespace, name, ...wish }: CreateComposition,
): Promise<CompositionPreview> {
  const key = { namespace, name }
  const plan = await planComposition(context, context.database, actor, key, wish, false)
  const asked = newNames(plan)
  const room = asked ? await roomFindings(context.database, asked) : []
  const over = await overQuota(context.database, plan)
  return previewOf(plan, await leavingViolations(context.database, actor, plan), [...room, ...over])
}

/** The members together: each alone may fit where all do not. */
async function overQuota(sql: Sql, { namespace, members }: Plan): Promise<Finding[]> {
  const wanted = members.map(({ id, made }) => ({
    deployment: id,
    taken: takenBy(made.revision, made.placed.clusters, made.placed.replicas),
  }))
  return (await foreseeQuotas(sql, namespace, wanted)).findings
}

/** A composition lives in one namespace: what joins members that are there has to go where these are. */
function newNames({ namespace, members, leaving }: Plan) {
  const names = members.filter(one => one.change === 'create').map(one => one.name)
  const bound = names.length < members.length || leaving.length > 0
  return namespace && names.length > 0 ? { namespace, names, bound } : null
}

function previewOf(
  plan: Plan,
  leaving: readonly Violation[],
  room: readonly Finding[],
): CompositionPreview {
  const findings = [...plan.findings, ...room]
  const denied = findings.some(one => one.severity === 'deny')
  const violations = [...plan.violations, ...leaving]
  return {
    allowed: plan.namespace !== null && violations.length === 0 && !denied,
    members: [
      ...plan.members.map(({ name, app, change, uses }) => ({
        name,
        app: app.id,
        change,
        uses: [...uses],
      })),
      ...plan.leaving.map(({ name, state }) => ({
        name,
        app: state.identity?.app ?? '',
        change: 'delete' as const,
        uses: [],
      })),
    ],
    violations,
    findings,
  }
}

/** Deploys all members or none: judged together, then reserved and queued in one transaction, providers first. */
export async function createComposition(
  context: PlatformContext,
  actor: Actor,
  { namespace, name, ...wish }: CreateComposition,
): Promise<CompositionOperations> {
  const key = { namespace, name }
  return context.database.transaction(async tx => {
    await lockComposition(tx, key)
    if (await isThere(tx, actor, key)) throw isTaken(key)
    return carryOut(context, tx, actor, key, wish)
  })
}

/** Makes a composition what the wish says. Members that would stay as they are get no operation. */
export async function updateComposition(
  context: PlatformContext,
  actor: Actor,
  key: Key,
  wish: CompositionInput,
): Promise<CompositionOperations> {
  return context.database.transaction(async tx => {
    await lockComposition(tx, key)
    if (!(await isThere(tx, actor, key))) throw isNotThere(key)
    return carryOut(context, tx, actor, key, wish)
  })
}

/** Deletes all members, each once nobody uses it any more. Throws `in-use` where somebody outside does. */
export async function deleteComposition(
  context: PlatformContext,
  actor: Actor,
  key: Key,
  data: 'keep' | 'delete',
): Promise<CompositionOperations> {
  return context.database.transaction(async tx => {
    await lockComposition(tx, key)
    if (!(await isThere(tx, actor, key))) throw isNotThere(key)
    const members = await readLiving(context, tx, key, [], true)
    const operations: OperationOfDeployment[] = []
    for (const { id, state } of livingByUse(key.namespace, members).toReversed())
      if (state.operation?.kind !== 'delete')
        operations.push(await requestDelete(context, tx, actor, id, state, { data }))
    return { ...key, operations }
  })
}

async function carryOut(
  context: PlatformContext,
  tx: Sql,
  actor: Actor,
  key: Key,
  wish: CompositionInput,
): Promise<CompositionOperations> {
  const plan = await planComposition(context, tx, actor, key, wish, true)
  refuseDraft(plan, key.namespace, plan.namespace)
  await refuseLeaving(tx, actor, plan)
  const asked = newNames(plan)
  if (asked) await refuseFull(tx, asked)
  const operations: OperationOfDeployment[] = []
  for (const member of plan.members)
    if (member.change !== 'unchanged')
      operations.push(await ask(context, tx, actor, key, plan, member))
  for (const { id, state } of plan.leaving)
    operations.push(await requestDelete(context, tx, actor, id, state, { data: 'keep' }))
  return { ...key, operations }
}

async function ask(
  context: PlatformContext,
  tx: Sql,
  actor: Actor,
  key: Key,
  { namespace }: Plan,
  { id, name, app, clusters, made, change, inherited, wished }: Planned,
): Promise<OperationOfDeployment> {
  if (!namespace) throw new PlatformError('namespace-unknown', 'There is no such namespace.')
  const kind = change === 'create' ? 'create' : 'update'
  if (kind === 'create') await reserveName(tx, id, { ...key, name })
  // They live on as the new deployment's own, and are erased with it.
  if (inherited) await context.secrets.erase(tx, inherited.deployment)
  return request(context, tx, actor, {
    id,
    kind,
    app,
    namespace,
    name,
    clusters: [...clusters],
    made,
    wished,
    composition: key.name,
  })
}

function isTaken({ namespace, name }: Key): PlatformError {
  return new PlatformError(
    'name-taken',
    {
      en: `There is a composition ${namespace}/${name} already.`,
      nl: `Er is al een compositie ${namespace}/${name}.`,
    },
    {
      violations: [
        {
          pointer: '/name',
          detail: { en: 'is taken in this namespace', nl: 'is bezet in deze namespace' },
        },
      ],
      next: {
        en: 'Choose another name, or change the existing composition.',
        nl: 'Kies een andere naam, of wijzig de bestaande compositie.',
      },
    },
  )
}
