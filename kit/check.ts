import type { KubernetesObject } from './kubernetes-object.ts'
import { lint } from './lint.ts'
import type { ModuleFinding } from './module-error.ts'
import { validate } from './validate.ts'

/**
 * Everything that can be said of rendered objects without a cluster: the strict schema of each kind (`schema`), then faults between
 * objects and the restricted profile. Where both speak of one place, the linter says it in the words of the app.
 * @param relaxed openings of the restricted profile that the app gives a reason for
 */
export function check(
  objects: readonly KubernetesObject[],
  relaxed: readonly string[] = [],
): readonly ModuleFinding[] {
  const linted = lint(objects, relaxed)
  const said = new Set(linted.map(each => each.pointer))
  return [...validate(objects).filter(each => !said.has(each.pointer)), ...linted]
}
