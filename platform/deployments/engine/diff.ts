import type { ObjectChange } from '#api/deployments.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation, label } from '#platform/labels.ts'
import { canonicalJson } from '../digest.ts'
import type { Work } from '../work.ts'
import { mayRecreate } from './apply.ts'
import { failure } from './causes.ts'
import type { DryRun } from './engine.ts'
import { failureOf, isImmutable } from './failures.ts'
import { changedFields } from './fields.ts'
import { foreignOf, refuseUntakeable } from './foreign.ts'
import { withIgnored } from './ignored.ts'
import { partOfSet, stamped } from './intent.ts'
import { masked, maskedChange } from './masked.ts'
import { inParallel } from './parallel.ts'
import { kindsOf, setId, widened } from './parent.ts'
import { isHook } from './phases.ts'
import { isKept, listOwned, planOf, type Step } from './plan.ts'
import { appliedIn, liveDigest, livesOf } from './previewed.ts'
import { leftoverOf } from './prune.ts'
import { isRecord, recordOf } from './reading.ts'
import { foreignManager } from './reference.ts'
import { sentences } from './sentences.ts'
import { titleOf } from './stages.ts'
import { fieldChanges, type Sides } from './three-way.ts'

/**
 * What applying the work would do, asked of the cluster: the dry run's answer against what is there. Throws `DeployFailure`
 * for what the cluster would refuse.
 */
export async function previewOf(work: Work, api: KubeApi): Promise<DryRun> {
  const plan = await planOf(work, api)
  const { parent, steps } = plan
  const lives = await livesOf(steps, api)
  const applied = appliedIn(plan)
  const foreign = await foreignOf(steps, work, api)
  refuseUntakeable(foreign)
  const changes = await inParallel(steps, async step => {
    const theirs = foreign.get(step)
    if (theirs) return takeOverOf(theirs)
    const before = { live: lives.get(step) ?? null, applied: applied(step.intent.object) }
    return await changeOf(step, before, work, api)
  })
  const live = liveDigest(plan, lives)
  if (parent === null) return { changes, live }
  const inventory = widened(
    parent,
    steps.map(step => step.intent),
  )
  const owned = await listOwned(api, work, kindsOf(inventory.leftover))
  const deletions = leftoverOf(owned, inventory, work.deployment).map(live => ({
    ...identityOf(live),
    change: 'delete' as const,
  }))
  return { changes: [...changes, ...deletions], live }
}

type Before = { readonly live: LiveObject | null; readonly applied: KubernetesObject | undefined }

async function changeOf(
  step: Step,
  { live, applied }: Before,
  work: Work,
  api: KubeApi,
): Promise<ObjectChange> {
  const object = stamped(step.intent, work, setId(work.namespace, work.name), null)
  const identity = identityOf(object)
  // Rendered as before, it is applied all the same: what somebody changed in it by hand is taken back.
  const touched = live !== null && changedFields(step.intent.object, live).length > 0
  if (step.change === 'unchanged' || (step.change === 'restamp' && !touched && !runsAgain(step))) {
    return { ...identity, change: 'unchanged' }
  }
  // What is left of the earlier run of a hook goes before it runs again.
  if (step.seen !== null && runsAgain(step)) return { ...identity, change: 'recreate' }
  // Its values are not here: a dry run without them would show them all as deleted.
  if (object.kind === 'Secret') {
    return { ...identity, change: step.seen === null ? 'create' : 'change', after: masked }
  }
  try {
    const next = await api.apply(await withIgnored(object, api), {
      force: step.seen !== null,
      dryRun: true,
    })
    if (step.seen === null) {
      const other = foreignManager(next)
      if (other !== undefined)
        throw failure('foreign-object', titleOf(object), sentences.keptBy(other))
      return { ...identity, change: 'create', after: shown(next) }
    }
    const change = compared(live, next)
    if (live === null || applied === undefined || change.change !== 'change') {
      return { ...identity, ...change }
    }
    return {
      ...identity,
      ...change,
      ...fieldsOf({ applied, live, next: step.intent.object, coming: next }),
    }
  } catch (error) {
    const kept = step.seen !== null && isKept(step.seen)
    if (isImmutable(error) && !kept && mayRecreate(object))
      return { ...identity, change: 'recreate' }
    throw failureOf(error, titleOf(object)) ?? error
  }
}

function runsAgain({ intent, change }: Step): boolean {
  const { kind } = intent.object
  return isHook({ kind, phase: intent.phase }) && (change === 'change' || intent.phase !== 'pre')
}

function fieldsOf(sides: Sides): Pick<ObjectChange, 'fields' | 'moreFields'> {
  const { fields, more } = fieldChanges(sides)
  return { fields, ...(more > 0 && { moreFields: more }) }
}

/** Only shown: it asks for consent, and until then the cluster would refuse even a dry run. */
function takeOverOf(live: LiveObject): ObjectChange {
  const manager = foreignManager(live)
  return { ...identityOf(live), change: 'take-over', ...(manager !== undefined && { manager }) }
}

function identityOf(object: KubernetesObject) {
  return { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name }
}

/** Pure: how an object changes, without what the server and Kade keep for themselves, and without any Secret's values. */
export function compared(
  live: LiveObject | null,
  next: LiveObject,
): Pick<ObjectChange, 'change' | 'before' | 'after'> {
  if (live === null) return { change: 'create', after: shown(next) }
  const before = shown(live)
  const after = maskedAgainst(next, live, shown(next))
  return canonicalJson(before) === canonicalJson(after)
    ? { change: 'unchanged' }
    : { change: 'change', before, after }
}

/** Pure: an object as people may see it. */
export function shown(object: KubernetesObject): KubernetesObject {
  const { status: _status, metadata, ...rest } = object
  const { name, namespace, labels, annotations } = metadata
  return withMaskedData({
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(labels !== undefined && {
        labels: without(labels, [partOfSet, label.data, label.keptOf]),
      }),
      ...(annotations !== undefined && { annotations: without(annotations, bookkeeping) }),
    },
  })
}

const bookkeeping = [
  annotation.revision,
  annotation.operation,
  annotation.objectDigest,
  annotation.consent,
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
]

function without(record: Readonly<Record<string, string>>, keys: readonly string[]) {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)))
}

function withMaskedData(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret') return object
  const hidden = (field: unknown) =>
    Object.fromEntries(Object.keys(recordOf(field)).map(key => [key, masked]))
  const { data, stringData, ...rest } = object
  return {
    ...rest,
    ...(isRecord(data) && { data: hidden(data) }),
    ...(isRecord(stringData) && { stringData: hidden(stringData) }),
  }
}

function maskedAgainst(
  next: LiveObject,
  live: LiveObject,
  after: KubernetesObject,
): KubernetesObject {
  if (next.kind !== 'Secret') return after
  const before = recordOf(live.data)
  const marked = Object.entries(recordOf(next.data)).map(([key, value]) => [
    key,
    before[key] === value ? masked : maskedChange,
  ])
  return { ...after, data: Object.fromEntries(marked) }
}
