import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, type Fields, fields, list, pointer, text } from './read.ts'

/** Something that runs pods, with the place of its pod template. */
export type Workload = {
  readonly object: KubernetesObject
  readonly index: number
  readonly template: Fields
  /** Pointer of the template. */
  readonly where: string
}

export type ContainerPlace = {
  readonly container: Fields
  readonly where: string
  readonly isInit: boolean
}

const templatePaths: ReadonlyMap<string, readonly string[]> = new Map([
  ['Deployment', ['spec', 'template']],
  ['StatefulSet', ['spec', 'template']],
  ['Job', ['spec', 'template']],
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
])

export function workloads(objects: readonly KubernetesObject[]): readonly Workload[] {
  return objects.flatMap((object, index) => {
    const path = templatePaths.get(object.kind)
    if (path === undefined) return []
    const template = fields(at(object, ...path))
    return [{ object, index, template, where: pointer(index, ...path) }]
  })
}

export function containers({ template, where }: Workload): readonly ContainerPlace[] {
  return ['initContainers', 'containers'].flatMap(key =>
    list(at(template, 'spec', key)).map((container, index) => ({
      container: fields(container),
      where: `${where}${pointer('spec', key, index)}`,
      isInit: key === 'initContainers',
    })),
  )
}

/** Names of the ports that a workload's containers declare. */
export function portNames(workload: Workload): ReadonlySet<string> {
  const names = containers(workload).flatMap(({ container }) =>
    list(container.ports).map(port => text(at(port, 'name'))),
  )
  return new Set(names.filter(name => name !== undefined))
}
