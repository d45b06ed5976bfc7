import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { digestOf } from '../digest.ts'
import { showsLive } from '../preview-hash.ts'
import type { Work } from '../work.ts'
import { failure } from './causes.ts'
import { meantFields } from './meant-fields.ts'
import { inParallel } from './parallel.ts'
import { nameOf, sameObject, storedObjects, widened } from './parent.ts'
import type { Plan, Step } from './plan.ts'
import { refOf } from './reference.ts'
import { titleOf } from './stages.ts'

/** The object as the last applied revision meant it, where the parent still says so. */
export type Applied = (object: KubernetesObject) => KubernetesObject | undefined

export function appliedIn({ record }: Plan): Applied {
  const stored = record === null ? [] : storedObjects(record)
  return object => stored.find(one => sameObject(nameOf(one), nameOf(object)))
}

/** The objects of a plan as they stand, whole. A Secret's stays unread: its values are nobody's to compare. */
export async function livesOf(
  steps: readonly Step[],
  api: KubeApi,
  signal?: AbortSignal,
): Promise<ReadonlyMap<Step, LiveObject | null>> {
  const wanted = steps.filter(
    ({ seen, change, intent }) =>
      seen !== null && change !== 'unchanged' && intent.object.kind !== 'Secret',
  )
  const lives = await inParallel(
    wanted,
    async step => [step, await api.get(refOf(step.intent.object), signal)] as const,
    signal,
  )
  return new Map(lives)
}

/**
 * Digest of what a preview was compared with: per object whether it is there, and the live value of every field that the
 * last revision or the new one means. Not the resourceVersion: a status, an autoscaler's replicas that no revision sets, a
 * certificate that a controller adds all raise it, and none of them changes what applying does.
 *
 * A first install has no parent and so no live side; what counts is that it is one, and which kept claims it would take
 * back. That is known from the plan, without asking anything more.
 */
export function liveDigest(plan: Plan, lives: ReadonlyMap<Step, LiveObject | null>): string {
  const { parent, steps } = plan
  const present = steps.filter(step => step.seen !== null).map(titleOfStep)
  if (parent === null) return digestOf({ nothing: true, kept: present.toSorted() })
  const applied = appliedIn(plan)
  const objects = steps.map(step => {
    const next = step.intent.object
    const live = lives.get(step)
    const before = applied(next)
    const fields =
      live && meantFields({ next, live, ...(before !== undefined && { applied: before }) })
    return [titleOfStep(step), present.includes(titleOfStep(step)), fields ?? null] as const
  })
  const intents = steps.map(step => step.intent)
  const goes = widened(parent, intents).leftover.map(({ kind, name }) => `${kind}/${name}`)
  return digestOf({
    objects: objects.toSorted(([one], [other]) => (one < other ? -1 : 1)),
    goes: goes.toSorted(),
  })
}

function titleOfStep({ intent }: Step): string {
  return titleOf(intent.object)
}

/**
 * Throws `preview-stale` where the cluster is not as the preview of this work found it. An earlier attempt of the same
 * revision has looked already, and what it wrote since is no change of anybody else's.
 */
export async function refuseStale(
  work: Work,
  plan: Plan,
  api: KubeApi,
  signal: AbortSignal,
): Promise<void> {
  if (work.preview === undefined || plan.parent?.revision === work.revision) return
  const lives = plan.parent === null ? new Map() : await livesOf(plan.steps, api, signal)
  if (!showsLive(work.preview, liveDigest(plan, lives))) throw failure('preview-stale', work.name)
}
