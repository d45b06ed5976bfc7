import type { KubernetesObject } from '../kubernetes-object.ts'
import { phaseAnnotation } from '../marks.ts'
import type { ModuleFinding } from '../module-error.ts'
import { at, pointer } from './read.ts'

const phases = ['pre', 'main', 'test', 'post']

/** Phases that there are, on jobs alone, and jobs that stay until the platform has seen their end. */
export function lintPhases(objects: readonly KubernetesObject[]): readonly ModuleFinding[] {
  const named = objects.map(object => object.metadata.annotations?.[phaseAnnotation])
  const goesOn = named.some(phase => phase === 'test' || phase === 'post')
  return objects.flatMap((object, index) => {
    // A job of the app itself that is gone when the next phase begins would run once more.
    const phase = named[index] ?? (goesOn && object.kind === 'Job' ? 'main' : undefined)
    if (phase === undefined) return []
    const place = pointer(index, 'metadata', 'annotations', phaseAnnotation)
    return [
      ...(object.kind === 'Job'
        ? []
        : [
            {
              rule: 'phase-of-job',
              pointer: place,
              detail: `only a Job has a phase; a ${object.kind} comes when what needs it does: leave this out`,
            },
          ]),
      ...(phases.includes(phase)
        ? []
        : [
            {
              rule: 'phase',
              pointer: place,
              detail: `"${phase}" is no phase: ${phases.join(', ')}`,
            },
          ]),
      ...((phase === 'main' && !goesOn) ||
      at(object, 'spec', 'ttlSecondsAfterFinished') === undefined
        ? []
        : [
            {
              rule: 'phase-stays',
              pointer: pointer(index, 'spec', 'ttlSecondsAfterFinished'),
              detail: 'a job of a phase stays until its next run replaces it: leave this out',
            },
          ]),
    ]
  })
}
