import { quantityValue } from '../kubernetes/quantity.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { ModuleFinding } from '../module-error.ts'
import { at, type Fields, fields, list, pointer, text } from './read.ts'
import { type ContainerPlace, containers, type Workload, workloads } from './workloads.ts'

function imageFindings({ container, where }: ContainerPlace): readonly ModuleFinding[] {
  const image = text(container.image) ?? ''
  const tag = /(?::([\w][\w.-]*))?(@sha256:[0-9a-f]{64})?$/.exec(image)
  // What is never pulled is what somebody built on that node: `latest` cannot bring another image by surprise.
  const isLocal = tag?.[1] === 'latest' && container.imagePullPolicy === 'Never'
  const isFixed =
    isLocal || tag?.[2] !== undefined || (tag?.[1] !== undefined && tag[1] !== 'latest')
  const detail = `"${image}" has no fixed tag or digest`
  return isFixed ? [] : [{ rule: 'fixed-image', pointer: `${where}/image`, detail }]
}

function amountFindings(resources: Fields, where: string): readonly ModuleFinding[] {
  const limits = fields(resources.limits)
  return ['requests', 'limits'].flatMap(kind =>
    Object.entries(fields(resources[kind])).flatMap(([resource, amount]) => {
      const place = `${where}/resources${pointer(kind, resource)}`
      const value = quantityValue(String(amount))
      if (value === undefined) {
        return [{ rule: 'quantity', pointer: place, detail: `"${amount}" is no quantity` }]
      }
      const limit = quantityValue(String(limits[resource] ?? ''))
      return kind === 'requests' && limit !== undefined && value > limit
        ? [
            {
              rule: 'request-within-limit',
              pointer: place,
              detail: `${amount} is more than the limit of ${limits[resource]}`,
            },
          ]
        : []
    }),
  )
}

function resourceFindings({ container, where }: ContainerPlace): readonly ModuleFinding[] {
  const resources = fields(container.resources)
  const missing = ['requests', 'limits'].flatMap(kind =>
    ['cpu', 'memory']
      .filter(resource => at(resources, kind, resource) === undefined)
      .map(resource => ({
        rule: 'resources-present',
        pointer: `${where}/resources${pointer(kind, resource)}`,
        detail: `no ${resource} in the ${kind}`,
      })),
  )
  return [...missing, ...amountFindings(resources, where)]
}

function envFindings({ container, where }: ContainerPlace): readonly ModuleFinding[] {
  const names = list(container.env).map(each => at(each, 'name'))
  return list(container.env).flatMap((each, index) => {
    const place = `${where}${pointer('env', index)}`
    const { name, value, valueFrom } = fields(each)
    const twice = names.indexOf(name) !== index
    const both = value !== undefined && valueFrom !== undefined
    return [
      ...(twice ? [{ rule: 'unique-env', pointer: place, detail: `${name} is set twice` }] : []),
      ...(both
        ? [
            {
              rule: 'one-env-source',
              pointer: place,
              detail: `${name} has a value and a reference`,
            },
          ]
        : []),
      ...(value !== undefined && typeof value !== 'string'
        ? [{ rule: 'env-is-text', pointer: `${place}/value`, detail: `${name} is no text` }]
        : []),
    ]
  })
}

function portFindings({ container, where }: ContainerPlace): readonly ModuleFinding[] {
  const ports = list(container.ports)
  return ports.flatMap((each, index) => {
    const place = `${where}${pointer('ports', index)}`
    const number = Number(at(each, 'containerPort'))
    const name = text(at(each, 'name'))
    return [
      ...(Number.isInteger(number) && number >= 1 && number <= 65535
        ? []
        : [
            {
              rule: 'port-range',
              pointer: `${place}/containerPort`,
              detail: `${number} is no port: 1 to 65535`,
            },
          ]),
      ...(name !== undefined &&
      /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(name) &&
      name.length <= 15
        ? []
        : [
            {
              rule: 'port-name',
              pointer: `${place}/name`,
              detail: 'a port has a name of at most 15 lower-case letters, digits and dashes',
            },
          ]),
    ]
  })
}

function probeFindings({ container, where, isInit }: ContainerPlace): readonly ModuleFinding[] {
  if (isInit) return []
  const ports = new Set(
    list(container.ports).flatMap(each => [at(each, 'name'), at(each, 'containerPort')]),
  )
  return ['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap(kind => {
    if (container[kind] === undefined) {
      return [{ rule: 'probe-present', pointer: `${where}/${kind}`, detail: `no ${kind}` }]
    }
    const port = at(container, kind, 'httpGet', 'port') ?? at(container, kind, 'tcpSocket', 'port')
    return port === undefined || ports.has(port)
      ? []
      : [
          {
            rule: 'probe-port',
            pointer: `${where}/${kind}`,
            detail: `"${port}" is no port of this container`,
          },
        ]
  })
}

function graceFindings({ template, where }: Workload): readonly ModuleFinding[] {
  const grace = at(template, 'spec', 'terminationGracePeriodSeconds')
  if (grace === undefined || (typeof grace === 'number' && grace >= 0)) return []
  const place = `${where}/spec/terminationGracePeriodSeconds`
  return [
    { rule: 'grace-period', pointer: place, detail: `${grace} is no time: 0 or more seconds` },
  ]
}

/** Images, resources, variables, ports, probes and grace periods. */
export function lintContainers(objects: readonly KubernetesObject[]): readonly ModuleFinding[] {
  return workloads(objects).flatMap(workload => [
    ...graceFindings(workload),
    ...containers(workload).flatMap(place => [
      ...imageFindings(place),
      ...resourceFindings(place),
      ...envFindings(place),
      ...portFindings(place),
      ...(workload.object.kind === 'Deployment' || workload.object.kind === 'StatefulSet'
        ? probeFindings(place)
        : []),
    ]),
  ])
}
