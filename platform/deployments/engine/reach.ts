import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { type Phase, phases } from '#platform/events/types.ts'
import { annotation } from '#platform/labels.ts'
import type { Work } from '../work.ts'
import { hasAction } from './intent.ts'
import { inParallel } from './parallel.ts'
import { revisionOf } from './parent.ts'
import { hookKey, isHook } from './phases.ts'
import type { Plan, Step } from './plan.ts'
import { statusOf } from './readiness/status-of.ts'
import { at } from './reading.ts'
import { refOf } from './reference.ts'
import { workloadKinds } from './stages.ts'

/** How far a revision may go now. */
export type Reach = {
  /** Of the phases that have begun, or may begin now, with what is to happen to their hooks. */
  readonly steps: readonly Step[]
  /** The last of these phases; null for a revision without any. */
  readonly phase: Phase | null
  /** Whether no phase comes after it. */
  readonly isWhole: boolean
  /** For the parent. */
  readonly record: { readonly reached?: Phase; readonly done?: readonly string[] }
}

/**
 * Looks at what stands, and goes as far as the first phase that is not over. So an attempt that follows one that was killed
 * finds its way by the same look. Without phases the cluster is asked nothing.
 */
export async function reachOf(
  work: Work,
  { steps, parent }: Pick<Plan, 'steps' | 'parent'>,
  api: KubeApi,
  signal: AbortSignal,
): Promise<Reach> {
  const present = phases.filter(phase => steps.some(step => step.intent.phase === phase))
  if (present.every(phase => phase === 'main')) {
    return { steps, phase: null, isWhole: true, record: {} }
  }
  const done = new Set(parent?.done)
  const begun: Step[] = []
  let reached: Phase = 'main'
  for (reached of present) {
    const isLast = reached === present.at(-1)
    const looked = await inParallel(
      steps.filter(step => step.intent.phase === reached),
      step => look(step, { done, isLast, work }, api, signal),
      signal,
    )
    begun.push(...looked.map(one => one.step))
    for (const { step, isOver } of looked) {
      if (isOver && isHook(facts(step))) done.add(hookKey(step.intent, work.revision))
    }
    if (isLast || !looked.every(one => one.isOver)) break
  }
  return {
    steps: begun,
    phase: reached,
    isWhole: reached === present.at(-1),
    record: { reached, done: [...done] },
  }
}

function facts({ intent }: Step) {
  return { kind: intent.object.kind, phase: intent.phase }
}

type Looked = { readonly step: Step; readonly isOver: boolean }

async function look(
  step: Step,
  known: { readonly done: ReadonlySet<string>; readonly isLast: boolean; readonly work: Work },
  api: KubeApi,
  signal: AbortSignal,
): Promise<Looked> {
  const { object } = step.intent
  const waited = workloadKinds.has(object.kind) && !hasAction(object, 'no-wait')
  const hook = isHook(facts(step))
  if (!hook && (!waited || known.isLast)) return { step, isOver: !waited }
  const found = step.seen === null ? null : await api.get(refOf(object), signal)
  const live = found && { ...found, kind: object.kind }
  // What is suspended on purpose is as far as it will come.
  if (!hook)
    return { step, isOver: step.change === 'unchanged' && statusOf(live).state === 'Current' }
  const looked = lookAtHook(step, live, known)
  return { ...looked, isOver: looked.isOver || !waited }
}

/**
 * Pure: what is to happen to a hook. One that ended well for the same object is left in peace; what is left of an earlier
 * run is replaced before it runs again; one that an earlier operation has begun goes on.
 */
export function lookAtHook(
  step: Step,
  live: LiveObject | null,
  { done, work }: { readonly done: ReadonlySet<string>; readonly work: Pick<Work, 'revision'> },
): Looked {
  const { digest, phase } = step.intent
  const annotations = live?.metadata.annotations
  const isSame = annotations?.[annotation.objectDigest] === digest
  if (done.has(hookKey(step.intent, work.revision))) {
    return { step: isSame ? step : { ...step, change: 'done' }, isOver: true }
  }
  if (live === null || step.change === 'take-over') return { step, isOver: false }
  const isOfNow = revisionOf(annotations) === work.revision
  const mayStand = isSame && (isOfNow || phase === 'pre')
  if (mayStand && isThere(live)) return { step, isOver: true }
  const hasFailed = statusOf(live).state === 'Failed'
  if (!mayStand || (hasFailed && !isOfNow)) {
    return { step: { ...step, change: 'replace' }, isOver: false }
  }
  return { step, isOver: false }
}

/** A job that was suspended says that it is current, and has done nothing. */
function isThere(live: LiveObject | null): boolean {
  return statusOf(live).state === 'Current' && at(live, 'spec', 'suspend') !== true
}
