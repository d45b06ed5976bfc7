import { moduleKinds } from '../kinds.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { ModuleFinding } from '../module-error.ts'
import { at, fields, pointer } from './read.ts'
import { workloads } from './workloads.ts'

const objectName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const labelValue = /^$|^[a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?$/

function kindFindings(object: KubernetesObject, index: number): readonly ModuleFinding[] {
  const kind = `${object.apiVersion}/${object.kind}`
  if (moduleKinds.has(kind)) return []
  const detail = `a module may not emit ${kind}; allowed: ${[...moduleKinds].join(', ')}`
  return [{ rule: 'kind-allowed', pointer: pointer(index, 'kind'), detail }]
}

function nameFindings({ metadata }: KubernetesObject, index: number): readonly ModuleFinding[] {
  if (objectName.test(metadata.name) && metadata.name.length <= 63) return []
  const detail = `"${metadata.name}" is no object name: at most 63 lower-case letters, digits and dashes, a letter or digit at both ends`
  return [{ rule: 'object-name', pointer: pointer(index, 'metadata', 'name'), detail }]
}

function labelFindings(labels: unknown, where: string): readonly ModuleFinding[] {
  return Object.entries(fields(labels)).flatMap(([key, value]) =>
    typeof value === 'string' && labelValue.test(value) && value.length <= 63
      ? []
      : [
          {
            rule: 'label-value',
            pointer: `${where}${pointer(key)}`,
            detail: `"${value}" is no label value: at most 63 letters, digits, dashes, dots and underscores, a letter or digit at both ends`,
          },
        ],
  )
}

function namespaceFindings(objects: readonly KubernetesObject[]): readonly ModuleFinding[] {
  const [first] = objects
  return objects.flatMap(({ metadata }, index) =>
    metadata.namespace !== undefined && metadata.namespace === first?.metadata.namespace
      ? []
      : [
          {
            rule: 'one-namespace',
            pointer: pointer(index, 'metadata', 'namespace'),
            detail: 'every object names its namespace, and all name the same',
          },
        ],
  )
}

function duplicateFindings(objects: readonly KubernetesObject[]): readonly ModuleFinding[] {
  const keys = objects.map(each => `${each.kind}/${each.metadata.name}`)
  return keys.flatMap((key, index) =>
    keys.indexOf(key) === index
      ? []
      : [{ rule: 'unique-object', pointer: pointer(index), detail: `${key} is there already` }],
  )
}

/** Kinds, names, labels and namespaces. */
export function lintNames(objects: readonly KubernetesObject[]): readonly ModuleFinding[] {
  const templates = workloads(objects).flatMap(({ template, where }) =>
    labelFindings(at(template, 'metadata', 'labels'), `${where}/metadata/labels`),
  )
  return [
    ...objects.flatMap((object, index) => [
      ...kindFindings(object, index),
      ...nameFindings(object, index),
      ...labelFindings(object.metadata.labels, pointer(index, 'metadata', 'labels')),
    ]),
    ...templates,
    ...namespaceFindings(objects),
    ...duplicateFindings(objects),
  ]
}
