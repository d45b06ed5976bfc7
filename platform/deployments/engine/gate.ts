import type { Text } from '#api/names.ts'
import type { Phase } from '#platform/events/types.ts'
import type { Gate } from '#platform/federation/observation.ts'
import { isHook, isLater } from './phases.ts'
import { followedBy, sentences } from './sentences.ts'
import type { Judged, Scene } from './verdict.ts'

type Seen = Pick<Scene, 'parent' | 'members'>

function phaseOf({ parent }: Seen, title: string): Phase {
  return parent?.phases?.of.get(title) ?? 'main'
}

export function isHookIn(scene: Seen, title: string): boolean {
  return isHook({ kind: title.split('/')[0] ?? '', phase: phaseOf(scene, title) })
}

/** Whether it is of a phase that has not begun. */
export function isLaterIn(scene: Seen, title: string): boolean {
  const { phases } = scene.parent ?? {}
  return phases !== undefined && isLater(phaseOf(scene, title), phases.reached)
}

/** Whether no phase comes after the one that has begun. */
export function isLastIn(scene: Seen): boolean {
  return !scene.parent?.objects.some(title => isLaterIn(scene, title))
}

/**
 * How far a revision with phases has come, by what was found of each of its objects. What is seen of an object that still
 * bears an earlier revision is of that one, and opens no gate.
 */
export function gateOf(scene: Seen, all: readonly Judged[]): Gate | undefined {
  const { parent, members } = scene
  if (!parent?.phases) return undefined
  const { reached: phase, done } = parent.phases
  const mine = all.filter(({ title }) => phaseOf(scene, title) === phase && !done.includes(title))
  const isNew = ({ title }: Judged) =>
    members.get(title)?.revision === parent.revision || parent.oneOff?.includes(title) === true
  const failed = mine.filter(one => one.failure !== undefined && isNew(one))
  const failure = failed[0]?.failure
  // What follows the app has ended, well or not: the app serves all the same.
  const isOver = (one: Judged) =>
    isNew(one) &&
    (one.health === 'healthy' ||
      (isHookIn(scene, one.title)
        ? phase === 'post' && failed.includes(one)
        : one.health === 'suspended'))
  return {
    revision: parent.revision,
    phase,
    open: mine.every(isOver),
    ...(failure && phase !== 'post' && { failure }),
  }
}

/** A workload of a phase that has not begun, and so is of an earlier revision or not there at all. */
export function beforeItsPhase(one: Judged, scene: Seen, gate: Gate | undefined): Judged {
  if (scene.members.has(one.title)) return one
  const { title } = one
  if (gate?.failure) return { title, health: 'missing', message: sentences.notThere(title) }
  const running = [...(scene.parent?.phases?.of ?? [])]
    .filter(([hook, phase]) => phase === gate?.phase && isHookIn(scene, hook))
    .map(([hook]) => hook)
  return { title, health: 'progressing', message: sentences.waitsForJobs(running) }
}

/** What the deployment says of itself, and after it what becomes of the jobs that follow it. */
export function withHooks(
  said: Text,
  scene: Seen,
  gate: Gate | undefined,
  hooks: readonly Judged[],
): Text {
  if (gate?.phase !== 'post') return said
  return hooks.reduce((text, { title, message, failure, health }) => {
    if (failure) return followedBy(text, sentences.jobFailed(title, message))
    const goesOn = health !== 'healthy' && phaseOf(scene, title) === 'post'
    return goesOn ? followedBy(text, sentences.jobNotEnded(title)) : text
  }, said)
}
