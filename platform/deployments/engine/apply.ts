import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { phases } from '#platform/events/types.ts'
import { annotation, label } from '#platform/labels.ts'
import { DeployFailure } from '../deploy-failure.ts'
import type { SecretValues, Work } from '../work.ts'
import { failure } from './causes.ts'
import type { ApplyResult } from './engine.ts'
import { failureOf, isConflict, isImmutable } from './failures.ts'
import { withTakeOvers } from './foreign.ts'
import { withIgnored } from './ignored.ts'
import { hasAction, partOfSet, stamped } from './intent.ts'
import { inParallel } from './parallel.ts'
import { type Inventory, parentObject, setId, widened, writeInventory } from './parent.ts'
import { findParentObject, isKept, planOf, type Step } from './plan.ts'
import { refuseStale } from './previewed.ts'
import { type Reach, reachOf } from './reach.ts'
import { foreignManager, pointer, refOf } from './reference.ts'
import { sentences } from './sentences.ts'
import { inStages, titleOf } from './stages.ts'
import { takeOver } from './take-over.ts'
import { untilGone } from './until-gone.ts'
import { asOfPhase } from './widened-policy.ts'

/**
 * One revision into one namespace, in steps, each of which may be done again:
 *
 *     plan → dry run of what changed → widen the parent → apply stage by stage → say so in the parent → (settle: prune, once the pods serve)
 *
 * A revision with phases is applied as far as the first one that is not over, and the rest when it is: see `reach.ts`.
 *
 * Nothing is written before every changed object has passed its dry run, so a refusal leaves the old revision whole. A
 * first install has nothing to lose and skips it. Objects that are ours are forced; an object of that name which is not
 * ours is left as it is, and asked for: only with somebody's consent is it taken over. The signal stops between objects,
 * never inside one.
 */
export async function applyWork(
  work: Work,
  secrets: SecretValues,
  api: KubeApi,
  signal: AbortSignal,
): Promise<Omit<ApplyResult, 'calls'>> {
  const set = setId(work.namespace, work.name)
  const object = (step: Step) => stamped(step.intent, work, set, secrets)
  const { reach, inventory, ...claim } = await claimed(work, object, api, signal)
  const { steps, phase, isWhole } = reach
  const stillOurs = claimCheck(work, claim, api)
  const ofPhases = phases.map(one => steps.filter(step => step.intent.phase === one))
  for (const stage of ofPhases.flatMap(of => inStages(of, step => step.intent.object.kind))) {
    await inParallel(
      stage.filter(isWritten),
      async step => {
        await stillOurs()
        await applyStep(step, await asOfPhase(step, object(step), phase, api), work, api, signal)
      },
      signal,
    )
  }
  // Somebody else has written it: the task is tried again, and finds what is to be done.
  await writeInventory(claim.parent, inventory, api, signal)
  const count = (...changes: readonly Step['change'][]) =>
    steps.filter(step => changes.includes(step.change)).length
  return {
    created: count('create'),
    configured: count('change', 'replace', 'take-over'),
    unchanged: count('restamp', 'unchanged', 'done'),
    phase,
    isWhole,
  }
}

/** The parent as this worker wrote it, and when it began to write (milliseconds). */
type Claim = { readonly parent: LiveObject; readonly since: number }

/** Plans, rehearses and widens the parent; again when another worker has written the parent in the meantime. */
async function claimed(
  work: Work,
  object: (step: Step) => KubernetesObject,
  api: KubeApi,
  signal: AbortSignal,
): Promise<Claim & { readonly reach: Reach; readonly inventory: Inventory }> {
  for (let tried = 1; ; tried++) {
    const plan = await planOf(work, api, signal)
    const { parent } = plan
    await refuseStale(work, plan, api, signal)
    const steps = await withTakeOvers(plan.steps, work, api, signal)
    await inParallel(
      steps.filter(isRehearsed),
      step =>
        step.change === 'take-over'
          ? rehearseTakeOver(object(step), api)
          : rehearse(object(step), api),
      signal,
    )
    signal.throwIfAborted()
    const intents = steps.map(step => step.intent)
    const reach = await reachOf(work, { steps, parent }, api, signal)
    const inventory = { ...widened(parent, intents), ...reach.record }
    const since = Date.now()
    try {
      const written = await api.apply(
        parentObject(work, { ...inventory, applying: true }, intents, parent),
        { force: parent !== null, metadataOnly: true },
      )
      return { reach, inventory, parent: written, since }
    } catch (error) {
      const known = failureOf(error, 'the record of the deployment')
      if (known !== null || !isConflict(error) || tried === 3) throw known ?? error
    }
  }
}

/** Milliseconds; shorter than the time after which another worker takes over the task of one that is silent. */
const claimHolds = 5_000

/**
 * The fence stops updates by a worker that was paused, but cannot stop it from creating. So who notices that time has
 * passed looks at the parent again before going on: gone or rewritten, it is somebody else's turn.
 */
function claimCheck(work: Work, { parent, since }: Claim, api: KubeApi): () => Promise<void> {
  let confirmed = since
  return async () => {
    if (Date.now() - confirmed < claimHolds) return
    const now = await findParentObject(work, api)
    const { uid, resourceVersion } = parent.metadata
    if (now?.metadata.uid !== uid || now.metadata.resourceVersion !== resourceVersion) {
      throw failure('superseded', work.name)
    }
    confirmed = Date.now()
  }
}

/** What is made new has nothing to lose, and a kept claim changes hands first. */
function isRehearsed({ change, seen }: Step): boolean {
  return change === 'take-over' || (change === 'change' && seen !== null && !isKept(seen))
}

/** As the guard policies want to see it where an owner is put on what exists without one. */
function asConsented(object: KubernetesObject): KubernetesObject {
  const { annotations } = object.metadata
  const consent = { [annotation.consent]: annotations?.[annotation.operation] ?? '' }
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, ...consent } },
  }
}

function isWritten({ change, intent: { object } }: Step): boolean {
  // A Secret's digest knows nothing of its values, so it is always written.
  if (object.kind === 'Secret' && !hasAction(object, 'one-off')) return true
  return change !== 'unchanged' && change !== 'done'
}

function rethrow(title: string): (error: unknown) => never {
  return error => {
    throw failureOf(error, title) ?? error
  }
}

async function rehearse(object: KubernetesObject, api: KubeApi): Promise<void> {
  try {
    await api.apply(object, { force: true, dryRun: true })
  } catch (error) {
    if (isImmutable(error) && mayRecreate(object)) return
    rethrow(titleOf(object))(error)
  }
}

/**
 * Before the former manager's fields are ours, they stay in the answer beside ours, and the whole may be invalid though what
 * will stand is not (a second port without a name): of that only the apply itself can tell.
 */
async function rehearseTakeOver(object: KubernetesObject, api: KubeApi): Promise<void> {
  try {
    await rehearse(asConsented(object), api)
  } catch (error) {
    if (!(error instanceof DeployFailure) || error.reason.code !== 'invalid-object') throw error
  }
}

/**
 * A Job is its template and is simply run again. Anything else only where its module asks for it, and never what holds
 * data, an address from outside, or other objects.
 */
export function mayRecreate(object: KubernetesObject): boolean {
  if (object.kind === 'Job') return true
  if (object.kind === 'PersistentVolumeClaim' || object.kind === 'Namespace') return false
  const spec = object.spec
  const balanced = typeof spec === 'object' && spec !== null && 'type' in spec && spec.type
  if (object.kind === 'Service' && balanced === 'LoadBalancer') return false
  return hasAction(object, 'force')
}

async function applyStep(
  step: Step,
  object: KubernetesObject,
  work: Work,
  api: KubeApi,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (step.seen === null) return await create(object, api)
    if (step.change === 'replace') return await recreate(object, api, signal)
    if (step.change === 'take-over') await takeOver(step.seen, work, api)
    if (step.seen.metadata.deletionTimestamp !== undefined) {
      await untilGone([step.seen], api, signal)
      return await create(object, api)
    }
    if (step.change !== 'take-over' && isKept(step.seen)) await takeBack(step.seen, object, api)
    if (hasAction(object, 'one-off')) return
    await api.apply(await withIgnored(object, api), { force: true, metadataOnly: true })
  } catch (error) {
    if (!isImmutable(error) || !mayRecreate(object)) rethrow(titleOf(object))(error)
    await recreate(object, api, signal)
  }
}

/**
 * Not forced, so fields that somebody else holds are refused, and the guard policy refuses to put an owner on what exists
 * without one. Where neither stands in the way, the other managers of the object give it away in the answer; then all of
 * ours but the revision, which the fence holds, is taken out again.
 */
export async function create(object: KubernetesObject, api: KubeApi): Promise<void> {
  if (hasAction(object, 'one-off') && (await api.get(refOf(object))) !== null) return
  const other = foreignManager(await api.apply(object, { metadataOnly: true }))
  if (other === undefined) return
  const { name, namespace, annotations } = object.metadata
  const { apiVersion, kind } = object
  const revision = annotations?.[annotation.revision] ?? ''
  await api.apply({
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      annotations: { [annotation.revision]: revision },
    },
  })
  throw failure('foreign-object', titleOf(object), sentences.keptBy(other))
}

/** What an earlier deployment of this name left behind: the owner changes hands, guarded by its version. */
async function takeBack(live: LiveObject, object: KubernetesObject, api: KubeApi): Promise<void> {
  const mark = (key: string) => ({
    op: 'add',
    path: pointer('labels', key),
    value: object.metadata.labels?.[key] ?? '',
  })
  await api.patch(refOf(object), [
    { op: 'test', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    mark(label.deployment),
    mark(partOfSet),
    ...[label.data, label.keptOf].flatMap(key =>
      live.metadata.labels?.[key] === undefined
        ? []
        : [{ op: 'remove', path: pointer('labels', key) }],
    ),
  ])
}

async function recreate(
  object: KubernetesObject,
  api: KubeApi,
  signal: AbortSignal,
): Promise<void> {
  const title = titleOf(object)
  const live = await api.get(refOf(object))
  const owner = object.metadata.labels?.[label.deployment]
  if (live !== null) {
    if (live.metadata.labels?.[label.deployment] !== owner) throw failure('foreign-object', title)
    const { uid } = live.metadata
    // Two runs of one job must never overlap, so it goes after its pods.
    const propagation = object.kind === 'Job' ? 'Foreground' : 'Background'
    await api.remove(refOf(object), { uid }, propagation).catch(rethrow(title))
    await untilGone([live], api, signal)
  }
  await create(object, api).catch(rethrow(title))
}
