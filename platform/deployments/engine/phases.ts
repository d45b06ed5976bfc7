import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { type Phase, phases } from '#platform/events/types.ts'
import { annotation } from '#platform/labels.ts'
import { failure } from './causes.ts'
import { sentences } from './sentences.ts'
import { titleOf } from './stages.ts'

/** What pods stand on. It comes with the first phase, since its pods need it too. */
const groundKinds: ReadonlySet<string> = new Set([
  'ConfigMap',
  'NetworkPolicy',
  'PersistentVolumeClaim',
  'Secret',
  'ServiceAccount',
])

/** Throws `DeployFailure` for a phase that there is not. */
function namedPhase(object: KubernetesObject): Phase | undefined {
  const named = object.metadata.annotations?.[annotation.phase]
  if (named === undefined) return undefined
  const phase = phases.find(one => one === named)
  if (phase === undefined) {
    throw failure('invalid-object', titleOf(object), sentences.noSuchPhase(named))
  }
  return phase
}

/** The phase of each object of a revision, as its annotation says; `main` for all others, and for their ground the first. */
export function phaseIn(objects: readonly KubernetesObject[]): (object: KubernetesObject) => Phase {
  const prepares = objects.some(object => namedPhase(object) === 'pre')
  return object => namedPhase(object) ?? (prepares && groundKinds.has(object.kind) ? 'pre' : 'main')
}

export function isLater(phase: Phase, than: Phase): boolean {
  return phases.indexOf(phase) > phases.indexOf(than)
}

/** A job that runs to its end beside the app: it says how far a revision has come, and nothing of the app's health. */
export function isHook({ kind, phase }: { readonly kind: string; readonly phase: Phase }): boolean {
  return kind === 'Job' && phase !== 'main'
}

/**
 * By what the parent remembers that a hook has ended well. What prepares need not run again for the same object; what tries
 * or follows the app does so for every revision.
 */
export function hookKey(
  { phase, digest }: { readonly phase: Phase; readonly digest: string },
  revision: number,
): string {
  return phase === 'pre' ? digest : `${digest}@${revision}`
}

/** `Job`s that clear themselves away when they are done: that one of them is gone is no loss. */
export function vanishes({ kind, spec }: KubernetesObject): boolean {
  return (
    kind === 'Job' && typeof spec === 'object' && spec !== null && 'ttlSecondsAfterFinished' in spec
  )
}
