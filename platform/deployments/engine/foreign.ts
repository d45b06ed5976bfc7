import type { Text } from '#api/names.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { fieldManager, label } from '#platform/labels.ts'
import type { Work } from '../work.ts'
import { failure } from './causes.ts'
import { askTakeOver, hasConsent } from './consent.ts'
import { failureOf } from './failures.ts'
import { hasAction, partOfSet } from './intent.ts'
import { inParallel } from './parallel.ts'
import type { Step } from './plan.ts'
import { refOf } from './reference.ts'
import { titleOf } from './stages.ts'

/**
 * Everything that stands under the name of an object to be made and is not of this deployment, by the step that would
 * make it. Reads only; it is the lists by owner label that cannot see these.
 */
export async function foreignOf(
  steps: readonly Step[],
  work: Work,
  api: KubeApi,
  signal?: AbortSignal,
): Promise<ReadonlyMap<Step, LiveObject>> {
  const made = steps.filter(
    // What runs once is left as it is, whoever made it.
    ({ change, intent }) => change === 'create' && !hasAction(intent.object, 'one-off'),
  )
  const found = await inParallel(made, step => look(step, work, api, signal), signal)
  return new Map(found.flatMap(one => (one === null ? [] : [one])))
}

async function look(
  step: Step,
  work: Work,
  api: KubeApi,
  signal?: AbortSignal,
): Promise<[Step, LiveObject] | null> {
  const { object } = step.intent
  const ref = refOf(object)
  try {
    // Nearly every name is free, and what slips in after this look is refused by the guard policies.
    if (!(await api.exists(ref, signal))) return null
    const live = await api.get(ref, signal)
    if (live === null || live.metadata.labels?.[label.deployment] === work.deployment) return null
    return [step, { ...live, apiVersion: object.apiVersion, kind: object.kind }]
  } catch (error) {
    throw failureOf(error, titleOf(object)) ?? error
  }
}

/**
 * The steps, with those that take over what somebody consented to. Throws `DeployFailure` for all foreign objects at once:
 * `foreign-object` where one can never be taken over, otherwise one that asks.
 */
export async function withTakeOvers(
  steps: readonly Step[],
  work: Work,
  api: KubeApi,
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const foreign = await foreignOf(steps, work, api, signal)
  refuseUntakeable(foreign)
  const found = [...foreign.values()]
  if (!found.every(live => hasConsent(work, 'take-over', live))) throw askTakeOver(found)
  return steps.map(step => {
    const live = foreign.get(step)
    return live === undefined ? step : { ...step, seen: live, change: 'take-over' as const }
  })
}

export function refuseUntakeable(foreign: ReadonlyMap<Step, LiveObject>): void {
  const refused = [...foreign.values()].flatMap(live => {
    const why = untakeable(live)
    return why === null ? [] : [{ title: titleOf(live), why }]
  })
  const [first] = refused
  if (first === undefined) return
  const told = (language: keyof Text) =>
    refused.map(({ title, why }) => `${title} ${why[language]}`).join('; ')
  throw failure('foreign-object', first.title, { en: told('en'), nl: told('nl') })
}

/** Pure: why an object can never be taken over, whoever consents; null where it can. The guard policies hold to the same. */
export function untakeable(live: LiveObject): Text | null {
  const { labels, ownerReferences, deletionTimestamp } = live.metadata
  const [owner] = ownerReferences ?? []
  if (owner !== undefined)
    return {
      en: `belongs to ${owner.kind}/${owner.name}, which would change it back`,
      nl: `hoort bij ${owner.kind}/${owner.name}, dat het terug zou veranderen`,
    }
  if (labels?.[label.deployment] !== undefined)
    return { en: 'is of another deployment of Kade', nl: 'is van een andere uitrol van Kade' }
  // What a deployment left behind and keeps its data is marked so; without that mark it came with the namespace itself.
  if (labels?.[label.managedBy] === fieldManager && labels[label.data] === undefined)
    return {
      en: 'is part of the namespace as Kade prepares it; choose another name',
      nl: 'hoort bij de namespace zoals Kade die inricht; kies een andere naam',
    }
  if (labels?.[partOfSet] !== undefined)
    return { en: 'is part of another set (ApplySet)', nl: 'hoort bij een andere set (ApplySet)' }
  if (deletionTimestamp !== undefined)
    return {
      en: 'is being deleted; retry when it is gone',
      nl: 'wordt verwijderd; probeer opnieuw als het weg is',
    }
  return null
}
