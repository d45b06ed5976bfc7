/** Which objects belong to one app: by their labels, and by what refers to what. */
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, fields, list, text } from '../lint/read.ts'
import { itemsAt } from './open-data.ts'
import { containersOf, podSpecs } from './pod-specs.ts'

export type Group = { readonly name: string; readonly objects: readonly KubernetesObject[] }

function labelOf({ metadata }: KubernetesObject): string | undefined {
  const labels = fields(metadata.labels)
  return text(labels['app.kubernetes.io/instance']) ?? text(labels.app)
}

function podLabels(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const [pod] = podSpecs(object)
  return fields(at(pod?.template, 'metadata', 'labels'))
}

function selects(selector: unknown, object: KubernetesObject): boolean {
  const wanted = Object.entries(fields(selector))
  const labels = podLabels(object)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

/** `Kind/name` of what an object refers to. Secrets are no bond: each app gets its own. */
function references(object: KubernetesObject): readonly string[] {
  const pods = podSpecs(object).flatMap(pod => [
    `ServiceAccount/${pod.spec.serviceAccountName}`,
    ...itemsAt(pod.spec, 'volumes').flatMap(volume => [
      `PersistentVolumeClaim/${at(volume, 'persistentVolumeClaim', 'claimName')}`,
      `ConfigMap/${at(volume, 'configMap', 'name')}`,
      ...itemsAt(volume.projected, 'sources').map(
        each => `ConfigMap/${at(each, 'configMap', 'name')}`,
      ),
    ]),
    ...containersOf(pod).flatMap(({ container }) => [
      ...itemsAt(container, 'env').map(
        each => `ConfigMap/${at(each, 'valueFrom', 'configMapKeyRef', 'name')}`,
      ),
      ...itemsAt(container, 'envFrom').map(each => `ConfigMap/${at(each, 'configMapRef', 'name')}`),
    ]),
  ])
  const paths = list(at(object, 'spec', 'rules')).flatMap(rule => list(at(rule, 'http', 'paths')))
  const backends = [...paths.map(each => at(each, 'backend')), at(object, 'spec', 'defaultBackend')]
  const routes = list(at(object, 'spec', 'rules')).flatMap(rule => list(at(rule, 'backendRefs')))
  const scaled = fields(at(object, 'spec', 'scaleTargetRef'))
  return [
    ...pods,
    ...backends.map(each => `Service/${at(each, 'service', 'name')}`),
    ...routes.map(each => `Service/${at(each, 'name')}`),
    `Service/${at(object, 'spec', 'serviceName')}`,
    `${scaled.kind}/${scaled.name}`,
  ]
}

function isBound(one: KubernetesObject, other: KubernetesObject): boolean {
  if ((one.metadata.namespace ?? 'default') !== (other.metadata.namespace ?? 'default'))
    return false
  const label = labelOf(one)
  if (label !== undefined && label === labelOf(other)) return true
  if (references(one).includes(`${other.kind}/${other.metadata.name}`)) return true
  if (one.kind === 'Service') return selects(at(one, 'spec', 'selector'), other)
  return (
    one.kind === 'PodDisruptionBudget' && selects(at(one, 'spec', 'selector', 'matchLabels'), other)
  )
}

const rank = ['Deployment', 'StatefulSet', 'CronJob', 'Job']

/** The workload an app is about: a Deployment before others, one with a Service of its name before others. */
export function mainOf(objects: readonly KubernetesObject[]): KubernetesObject | undefined {
  const served = new Set(
    objects.filter(each => each.kind === 'Service').map(each => each.metadata.name),
  )
  const weight = (object: KubernetesObject) =>
    rank.indexOf(object.kind) * 2 + (served.has(object.metadata.name) ? 0 : 1)
  return objects
    .filter(each => rank.includes(each.kind))
    .toSorted((one, other) => weight(one) - weight(other))[0]
}

function nameOfGroup(objects: readonly KubernetesObject[]): string {
  const first = mainOf(objects) ?? objects[0]
  return first?.metadata.name ?? 'app'
}

/** Parts objects into apps. Each object is in exactly one, and the order stays. */
export function groupsOf(objects: readonly KubernetesObject[]): readonly Group[] {
  const groupAt = objects.map((_, index) => index)
  for (const [index, one] of objects.entries()) {
    for (const [otherIndex, other] of objects.entries()) {
      const [from, to] = [groupAt[otherIndex], groupAt[index]]
      if (index === otherIndex || from === to || to === undefined || !isBound(one, other)) continue
      for (const [place, group] of groupAt.entries()) if (group === from) groupAt[place] = to
    }
  }
  return [...new Set(groupAt)].map(group => {
    const members = objects.filter((_, index) => groupAt[index] === group)
    return { name: nameOfGroup(members), objects: members }
  })
}
