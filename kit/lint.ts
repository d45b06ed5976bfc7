/**
 * The linter looks at rendered objects as open data: faults between objects, which no schema sees, and the restricted profile. What
 * `defineApp` builds passes by construction; a `transform` and foreign objects have to show it.
 */
import type { KubernetesObject } from './kubernetes-object.ts'
import { lintContainers } from './lint/containers.ts'
import { lintMetadata } from './lint/metadata.ts'
import { lintNames } from './lint/names.ts'
import { lintPhases } from './lint/phases.ts'
import { lintReferences } from './lint/references.ts'
import { lintSecurity } from './lint/security.ts'
import type { ModuleFinding } from './module-error.ts'

/**
 * All findings of all rules; none means the objects are sound. Pointers begin with the index of the object.
 * @param relaxed openings of the restricted profile that the app gives a reason for
 */
export function lint(
  objects: readonly KubernetesObject[],
  relaxed: readonly string[] = [],
): readonly ModuleFinding[] {
  return [
    ...lintNames(objects),
    ...lintMetadata(objects),
    ...lintContainers(objects),
    ...lintPhases(objects),
    ...lintReferences(objects),
    ...lintSecurity(objects, new Set(relaxed)),
  ]
}
