/** Reads out of a workload what `defineApp` has words for. What it has none for is left to the overlay. */

import { type Quantity, quantityValue } from '../kubernetes/quantity.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, fields, list, text } from '../lint/read.ts'
import type { Check, Health } from '../probes.ts'
import type { ResourceDefinition } from '../resources.ts'
import type { Relax, RunAs } from '../security.ts'
import { type Data, itemsAt } from './open-data.ts'
import { podSpecs } from './pod-specs.ts'

export type DraftValue = string | { readonly secret: string }
type Path = `/${string}`

export type DraftContainer = {
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly health: Health
  readonly resources: ResourceDefinition
  readonly env: Readonly<Record<string, DraftValue>>
}

/** An app as its module will say it: data only, so that it can be built and be written down. */
export type Draft = DraftContainer & {
  readonly id: string
  readonly version: string
  readonly container: string
  readonly ports: Readonly<Record<string, number>>
  readonly expose?: string
  readonly volumes: Readonly<Record<string, { readonly mount: Path; readonly size: Quantity }>>
  readonly scratch: Readonly<
    Record<string, { readonly mount: Path; readonly size: Quantity; readonly inMemory?: true }>
  >
  readonly runAs: RunAs
  readonly relax: Relax
  readonly readyWithin: number
  readonly stopWithin?: number
  readonly maxReplicas?: number
  readonly sidecars: Readonly<
    Record<string, DraftContainer & { readonly ports: readonly string[] }>
  >
}

const isPath = (value: unknown): value is Path => typeof value === 'string' && value.startsWith('/')

/** A quantity the kit can say; another spelling of it stays in the overlay. */
function amount(value: unknown, usual: Quantity): Quantity {
  const said = String(value ?? '')
  return quantityValue(said) === undefined ? usual : (said as Quantity) // as quantityValue has read it
}

function texts(value: unknown): readonly string[] | undefined {
  const all = list(value)
  return all.length > 0 && all.every(each => typeof each === 'string') ? all : undefined
}

function envOf(container: unknown, ownSecret: string): Readonly<Record<string, DraftValue>> {
  const known = itemsAt(container, 'env').flatMap(
    ({ name, value, valueFrom }): [string, DraftValue][] => {
      if (typeof name !== 'string') return []
      const ref = at(valueFrom, 'secretKeyRef')
      const key = text(at(ref, 'key'))
      if (at(ref, 'name') === ownSecret && key !== undefined) return [[name, { secret: key }]]
      // The kit takes `$(` for text, so a value that is built from another one is the overlay's.
      return typeof value === 'string' && !value.includes('$(') ? [[name, value]] : []
    },
  )
  return Object.fromEntries(known)
}

function checkOf(
  container: unknown,
  kind: string,
  usual: { every: number; failAfter: number },
): Check {
  const probe = at(container, kind)
  const ports = itemsAt(container, 'ports').filter(each => (each.protocol ?? 'TCP') === 'TCP')
  const portNamed = (port: unknown) =>
    text(ports.find(each => each.name === port || each.containerPort === port)?.name)
  const every = Number(at(probe, 'periodSeconds') ?? 10)
  const failAfter = Number(at(probe, 'failureThreshold') ?? 3)
  const timeout = Number(at(probe, 'timeoutSeconds') ?? 1)
  const timing = {
    ...(every !== usual.every && { every }),
    ...(failAfter !== usual.failAfter && { failAfter }),
    ...(timeout !== 5 && { timeout }),
  }
  const path = at(probe, 'httpGet', 'path')
  const port = portNamed(at(probe, 'httpGet', 'port'))
  if (isPath(path) && port !== undefined) return { path, port, ...timing }
  const tcp = portNamed(at(probe, 'tcpSocket', 'port')) ?? text(ports[0]?.name)
  const command = texts(at(probe, 'exec', 'command'))
  if (command !== undefined) return { command, ...timing }
  return tcp === undefined ? { command: ['true'], ...timing } : { tcp, ...timing }
}

function containerDraft(container: Data, ownSecret: string): DraftContainer {
  const { requests, limits } = fields(container.resources)
  const [command, args] = [texts(container.command), texts(container.args)]
  return {
    image: String(container.image),
    ...(command && { command }),
    ...(args && { args }),
    health: {
      startup: checkOf(container, 'startupProbe', { every: 5, failAfter: 60 }),
      ready: checkOf(container, 'readinessProbe', { every: 10, failAfter: 3 }),
      live: checkOf(container, 'livenessProbe', { every: 20, failAfter: 3 }),
    },
    resources: {
      requests: {
        cpu: amount(at(requests, 'cpu'), '50m'),
        memory: amount(at(requests, 'memory'), '64Mi'),
      },
      limits: {
        cpu: amount(at(limits, 'cpu'), '1'),
        memory: amount(at(limits, 'memory'), '512Mi'),
      },
    },
    env: envOf(container, ownSecret),
  }
}

function portsOf(containers: readonly Data[]): Record<string, number> {
  const ports = new Map<string, number>()
  for (const { name, containerPort, protocol = 'TCP' } of containers.flatMap(each =>
    itemsAt(each, 'ports'),
  )) {
    if (typeof name !== 'string' || typeof containerPort !== 'number' || protocol !== 'TCP')
      continue
    if (!ports.has(name)) ports.set(name, containerPort)
  }
  return Object.fromEntries(ports)
}

/** Claims that a module makes itself: named as it would name them, mounted by the app, and of one pod. */
function volumesOf(
  pod: Data,
  container: Data,
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
) {
  const replicas = Number(at(workload, 'spec', 'replicas') ?? 1)
  if (workload.kind !== 'Deployment' || replicas > 1) return {}
  return Object.fromEntries(
    itemsAt(pod, 'volumes').flatMap(volume => {
      const name = String(volume.name)
      const claimName = at(volume, 'persistentVolumeClaim', 'claimName')
      const claim = objects.find(
        each => each.kind === 'PersistentVolumeClaim' && each.metadata.name === claimName,
      )
      const size = String(at(claim, 'spec', 'resources', 'requests', 'storage') ?? '')
      const mount = itemsAt(container, 'volumeMounts').find(each => each.name === name)?.mountPath
      const fits =
        claimName === `${workload.metadata.name}-${name}` && quantityValue(size) !== undefined
      return fits && isPath(mount) ? [[name, { mount, size: size as Quantity }]] : [] // read just before
    }),
  )
}

function scratchOf(pod: Data, container: Data) {
  return Object.fromEntries(
    itemsAt(pod, 'volumes').flatMap(({ name, emptyDir }) => {
      const { sizeLimit, medium } = fields(emptyDir)
      const mount = itemsAt(container, 'volumeMounts').find(each => each.name === name)?.mountPath
      if (quantityValue(String(sizeLimit ?? '')) === undefined || !isPath(mount)) return []
      const size = sizeLimit as Quantity // read just before
      return [
        [String(name), { mount, size, ...(medium === 'Memory' && { inMemory: true as const }) }],
      ]
    }),
  )
}

function runAsOf(pod: Data): RunAs {
  const { runAsUser, runAsGroup, fsGroup } = fields(pod.securityContext)
  if (typeof runAsUser !== 'number') return 1000
  const group = typeof runAsGroup === 'number' ? runAsGroup : runAsUser
  const volumeGroup = typeof fsGroup === 'number' ? fsGroup : group
  if (group === runAsUser && volumeGroup === group) return runAsUser
  return { user: runAsUser, group, ...(volumeGroup !== group && { volumeGroup }) }
}

function versionOf({ metadata }: KubernetesObject, image: string): string {
  const said = text(fields(metadata.labels)['app.kubernetes.io/version'])
  const [, tag] = /:([\w][\w.-]*)(?:@.*)?$/.exec(image.split('/').at(-1) ?? '') ?? []
  return said ?? tag ?? '0.0.0'
}

/** The container the app is about: the one of its name, else the first. */
function mainContainer(containers: readonly Data[], id: string): Data | undefined {
  return containers.find(each => each.name === id) ?? containers[0]
}

/**
 * What of an app `defineApp` can say.
 * @param workload the one the app is about, with its checks and bounds complete
 * @param ownSecret name of the Secret that its provided secrets are read from
 */
export function draftOf(
  id: string,
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
  { ownSecret, relax }: { readonly ownSecret: string; readonly relax: Relax },
): Draft | undefined {
  const pod = podSpecs(workload)[0]?.spec
  const containers = itemsAt(pod, 'containers')
  const main = mainContainer(containers, id)
  if (pod === undefined || main === undefined) return undefined
  const ports = portsOf([main, ...containers.filter(each => each !== main)])
  const ownPorts = itemsAt(main, 'ports').map(each => text(each.name))
  const isServed = objects.some(
    each => each.kind === 'Service' && each.metadata.name === workload.metadata.name,
  )
  const expose = Object.keys(ports).find(name => ownPorts.includes(name))
  const replicas = Number(at(workload, 'spec', 'replicas') ?? 1)
  const stopWithin = pod.terminationGracePeriodSeconds
  return {
    ...containerDraft(main, ownSecret),
    id,
    version: versionOf(workload, String(main.image)),
    container: String(main.name),
    ports,
    ...(isServed && expose !== undefined && { expose }),
    volumes: volumesOf(pod, main, workload, objects),
    scratch: scratchOf(pod, main),
    runAs: runAsOf(pod),
    relax,
    readyWithin: Number(at(workload, 'spec', 'progressDeadlineSeconds') ?? 600),
    ...(typeof stopWithin === 'number' && stopWithin !== 30 && { stopWithin }),
    ...(replicas > 10 && { maxReplicas: replicas }),
    sidecars: Object.fromEntries(
      containers
        .filter(each => each !== main && typeof each.name === 'string')
        .map(each => [
          String(each.name),
          {
            ...containerDraft(each, ownSecret),
            ports: itemsAt(each, 'ports').flatMap(port =>
              typeof port.name === 'string' && ports[port.name] === port.containerPort
                ? [port.name]
                : [],
            ),
          },
        ]),
    ),
  }
}
