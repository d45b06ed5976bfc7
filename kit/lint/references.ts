import type { KubernetesObject } from '../kubernetes-object.ts'
import type { ModuleFinding } from '../module-error.ts'
import { at, fields, list, pointer, text } from './read.ts'
import { containers, portNames, type Workload, workloads } from './workloads.ts'

function names(
  objects: readonly KubernetesObject[],
  kind: string,
): ReadonlySet<string | undefined> {
  return new Set(objects.filter(each => each.kind === kind).map(each => each.metadata.name))
}

function matches(selector: unknown, labels: unknown): boolean {
  const wanted = Object.entries(fields(selector))
  return wanted.length > 0 && wanted.every(([key, value]) => fields(labels)[key] === value)
}

function selectorFindings({ object, index, template }: Workload): readonly ModuleFinding[] {
  if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return []
  const isOwn = matches(
    at(object, 'spec', 'selector', 'matchLabels'),
    at(template, 'metadata', 'labels'),
  )
  const detail = 'the selector does not match the labels of its own pods'
  return isOwn ? [] : [{ rule: 'selector', pointer: pointer(index, 'spec', 'selector'), detail }]
}

function mountFindings(workload: Workload): readonly ModuleFinding[] {
  // A StatefulSet makes a volume of each of its claim templates.
  const volumes = new Set([
    ...list(at(workload.template, 'spec', 'volumes')).map(each => at(each, 'name')),
    ...list(at(workload.object, 'spec', 'volumeClaimTemplates')).map(each =>
      at(each, 'metadata', 'name'),
    ),
  ])
  return containers(workload).flatMap(({ container, where }) =>
    list(container.volumeMounts).flatMap((mount, index) =>
      volumes.has(at(mount, 'name'))
        ? []
        : [
            {
              rule: 'mounted-volume',
              pointer: `${where}${pointer('volumeMounts', index)}`,
              detail: `there is no volume "${at(mount, 'name')}"`,
            },
          ],
    ),
  )
}

function volumeFindings(
  objects: readonly KubernetesObject[],
  { template, where }: Workload,
): readonly ModuleFinding[] {
  const claims = names(objects, 'PersistentVolumeClaim')
  const maps = names(objects, 'ConfigMap')
  return list(at(template, 'spec', 'volumes')).flatMap((volume, index) => {
    const claim = text(at(volume, 'persistentVolumeClaim', 'claimName'))
    const map = text(at(volume, 'configMap', 'name'))
    const place = `${where}${pointer('spec', 'volumes', index)}`
    return [
      ...(claim === undefined || claims.has(claim)
        ? []
        : [
            {
              rule: 'claim-exists',
              pointer: place,
              detail: `there is no PersistentVolumeClaim "${claim}"`,
            },
          ]),
      ...(map === undefined || maps.has(map)
        ? []
        : [
            { rule: 'config-map-exists', pointer: place, detail: `there is no ConfigMap "${map}"` },
          ]),
    ]
  })
}

function accountFindings(
  objects: readonly KubernetesObject[],
  { template, where }: Workload,
): readonly ModuleFinding[] {
  const account = text(at(template, 'spec', 'serviceAccountName'))
  if (account !== undefined && names(objects, 'ServiceAccount').has(account)) return []
  const detail =
    account === undefined
      ? 'no ServiceAccount of its own'
      : `there is no ServiceAccount "${account}"`
  return [{ rule: 'own-service-account', pointer: `${where}/spec/serviceAccountName`, detail }]
}

function serviceFindings(
  objects: readonly KubernetesObject[],
  service: KubernetesObject,
  index: number,
): readonly ModuleFinding[] {
  const served = workloads(objects).filter(each =>
    matches(at(service, 'spec', 'selector'), at(each.template, 'metadata', 'labels')),
  )
  if (served.length === 0) {
    const detail = 'the selector matches the pods of no workload'
    return [{ rule: 'selector', pointer: pointer(index, 'spec', 'selector'), detail }]
  }
  return list(at(service, 'spec', 'ports')).flatMap((port, portIndex) => {
    const target = text(at(port, 'targetPort'))
    const place = pointer(index, 'spec', 'ports', portIndex)
    return [
      ...(target === undefined || served.some(each => portNames(each).has(target))
        ? []
        : [
            {
              rule: 'target-port',
              pointer: place,
              detail: `no container declares a port "${target}"`,
            },
          ]),
      ...(at(port, 'name') === undefined
        ? [{ rule: 'port-name', pointer: place, detail: 'a port of a Service has a name' }]
        : []),
    ]
  })
}

function ingressFindings(
  objects: readonly KubernetesObject[],
  ingress: KubernetesObject,
  index: number,
): readonly ModuleFinding[] {
  const services = names(objects, 'Service')
  return list(at(ingress, 'spec', 'rules')).flatMap((rule, ruleIndex) =>
    list(at(rule, 'http', 'paths')).flatMap((path, pathIndex) => {
      const service = text(at(path, 'backend', 'service', 'name'))
      return services.has(service)
        ? []
        : [
            {
              rule: 'ingress-service',
              pointer: pointer(index, 'spec', 'rules', ruleIndex, 'http', 'paths', pathIndex),
              detail: `there is no Service "${service}"`,
            },
          ]
    }),
  )
}

/** Names that lead from one object to another: what an API server does not check, or only when it is too late. */
export function lintReferences(objects: readonly KubernetesObject[]): readonly ModuleFinding[] {
  return [
    ...workloads(objects).flatMap(workload => [
      ...selectorFindings(workload),
      ...mountFindings(workload),
      ...volumeFindings(objects, workload),
      ...accountFindings(objects, workload),
    ]),
    ...objects.flatMap((object, index) => {
      if (object.kind === 'Service') return serviceFindings(objects, object, index)
      return object.kind === 'Ingress' ? ingressFindings(objects, object, index) : []
    }),
  ]
}
