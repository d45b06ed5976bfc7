/** Shows that an import has lost nothing: each field that came in is in the module, or told. */
import type { KubernetesObject } from '../kubernetes-object.ts'
import { pointer } from '../lint/read.ts'
import { nameOf } from './adjustment.ts'
import { withDefaults } from './defaults.ts'
import { difference } from './difference.ts'
import type { ImportedApp } from './import-app.ts'
import type { Import } from './import-objects.ts'
import { valueAt } from './open-data.ts'
import { withoutServerFields } from './server-fields.ts'

function leaves(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [pointer(...path)]
  return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]))
}

/** Fields that came in, are not what the module has to render, and that no adjustment tells of: `Deployment/web/spec/…`. */
export function lostFields(app: ImportedApp): readonly string[] {
  return app.originals.flatMap(original => {
    const name = nameOf(original)
    const kept = app.expected.find(each => nameOf(each) === name)
    const told = app.adjustments.filter(each => each.object === name).map(each => each.pointer)
    return leaves(original)
      .filter(leaf => leaf !== '/metadata/namespace')
      .filter(leaf => kept === undefined || valueAt(kept, leaf) !== valueAt(original, leaf))
      .filter(leaf => !told.some(each => leaf === each || leaf.startsWith(`${each}/`)))
      .map(leaf => `${name}${leaf}`)
  })
}

/** As a server would keep it: an empty list is none, a default is said. */
const plain = (object: KubernetesObject) => withDefaults(withoutServerFields(object))

/** What a written module renders and what it had to, object by object; none where they mean the same. */
export function differencesOf(
  rendered: readonly KubernetesObject[],
  expected: readonly KubernetesObject[],
): readonly string[] {
  const names = new Set([...rendered, ...expected].map(nameOf))
  return [...names].flatMap(name => {
    const [one, other] = [rendered, expected].map(all => all.find(each => nameOf(each) === name))
    if (one === undefined) return [`${name} is not rendered`]
    if (other === undefined) return [`${name} is rendered, and was not there`]
    const found = difference(plain(other), plain(one))
    return found === undefined ? [] : [`${name} differs: ${JSON.stringify(found)}`]
  })
}

/** Objects that came in and are in no module, not in the residue, and made by no other object. */
export function lostObjects(
  input: readonly KubernetesObject[],
  { apps, residue, made }: Import,
): readonly string[] {
  const kept = [
    ...apps.flatMap(app => app.originals.map(nameOf)),
    ...residue.map(each => nameOf(each.object)),
    ...made,
  ]
  return input.map(nameOf).filter(name => !kept.includes(name))
}
