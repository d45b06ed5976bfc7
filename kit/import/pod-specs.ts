import { at } from '../lint/read.ts'
import { type Data, itemsAt } from './open-data.ts'

const templatePaths: ReadonlyMap<string, readonly string[]> = new Map([
  ['Deployment', ['spec', 'template']],
  ['StatefulSet', ['spec', 'template']],
  ['Job', ['spec', 'template']],
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
])

/** Pod template of an object, to be written to. */
export type PodPlace = {
  readonly template: Data
  readonly spec: Data
  /** Pointer of the pod's spec in its object. */
  readonly where: string
}

/** The pod template of a workload; none of any other object. */
export function podSpecs(object: unknown): readonly PodPlace[] {
  const path = templatePaths.get(String(at(object, 'kind')))
  if (path === undefined) return []
  const template = at(object, ...path)
  const spec = at(template, 'spec')
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return []
  // A map that has a spec, and the spec that was just looked at.
  return [
    { template: template as Data, spec: spec as Data, where: `/${[...path, 'spec'].join('/')}` },
  ]
}

export type ContainerAt = {
  readonly container: Data
  readonly where: string
  readonly isInit: boolean
}

/** The containers of a pod template, steps before the start first. */
export function containersOf({ spec, where }: PodPlace): readonly ContainerAt[] {
  return ['initContainers', 'containers'].flatMap(list =>
    itemsAt(spec, list).map((container, index) => ({
      container,
      where: `${where}/${list}/${index}`,
      isInit: list === 'initContainers',
    })),
  )
}
