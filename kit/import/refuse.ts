/** Openings of the restricted profile that no reason opens: they are taken out, and stand in the residue. */
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, list } from '../lint/read.ts'
import { type Adjustment, nameOf } from './adjustment.ts'
import { type Data, itemsAt, setAt, valueAt } from './open-data.ts'
import { containersOf, type PodPlace, podSpecs } from './pod-specs.ts'

/** The only capability that Pod Security `restricted` lets a container add. */
const allowedCapability = 'NET_BIND_SERVICE'

type Refusal = {
  readonly path: string
  readonly is: (value: unknown) => boolean
  readonly why: string
}

const ofBoth: readonly Refusal[] = [
  { path: '/securityContext/runAsUser', is: value => value === 0, why: 'a pod is never root' },
  {
    path: '/securityContext/runAsNonRoot',
    is: value => value === false,
    why: 'a pod is never root',
  },
  {
    path: '/securityContext/seccompProfile',
    is: value => value !== undefined && at(value, 'type') !== 'RuntimeDefault',
    why: 'system calls are filtered by the profile of the runtime',
  },
]
const ofPod: readonly Refusal[] = [
  ...ofBoth,
  ...['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers'].map(key => ({
    path: `/${key}`,
    is: (value: unknown) => value !== undefined && value !== false,
    why: 'a pod has no part in its node',
  })),
]
const ofContainer: readonly Refusal[] = [
  ...ofBoth,
  {
    path: '/securityContext/privileged',
    is: value => value === true,
    why: 'no container is privileged',
  },
  {
    path: '/securityContext/allowPrivilegeEscalation',
    is: value => value === true,
    why: 'no container gains privileges',
  },
  {
    path: '/securityContext/capabilities/add',
    is: value => list(value).some(each => each !== allowedCapability),
    why: `a container adds no capability but ${allowedCapability}`,
  },
]

function refused(
  object: KubernetesObject,
  data: Data,
  where: string,
  rules: readonly Refusal[],
): Adjustment[] {
  return rules.flatMap(({ path, is, why }) => {
    const value = valueAt(data, path)
    if (value === undefined || !is(value)) return []
    setAt(data, path, undefined)
    return [{ object: nameOf(object), pointer: `${where}${path}`, kind: 'refused', why, value }]
  })
}

function refusedVolumes(object: KubernetesObject, { spec, where }: PodPlace): Adjustment[] {
  return itemsAt(spec, 'volumes').flatMap((volume, index) => {
    const value = volume.hostPath
    if (value === undefined) return []
    delete volume.hostPath
    volume.emptyDir = {}
    const why = 'no pod mounts a directory of its node; an empty one stands in its place'
    return [
      {
        object: nameOf(object),
        pointer: `${where}/volumes/${index}/hostPath`,
        kind: 'refused',
        why,
        value,
      },
    ]
  })
}

function refusedPorts(object: KubernetesObject, container: Data, where: string): Adjustment[] {
  return itemsAt(container, 'ports').flatMap((port, index) => {
    const value = port.hostPort
    if (value === undefined) return []
    delete port.hostPort
    const why = 'a pod opens no port of its node'
    return [
      {
        object: nameOf(object),
        pointer: `${where}/ports/${index}/hostPort`,
        kind: 'refused',
        why,
        value,
      },
    ]
  })
}

/** Takes out what no module may have; the object is a copy that may be written to. */
export function refuse(object: KubernetesObject): readonly Adjustment[] {
  return podSpecs(object).flatMap(pod => [
    ...refused(object, pod.spec, pod.where, ofPod),
    ...refusedVolumes(object, pod),
    ...containersOf(pod).flatMap(({ container, where }) => [
      ...refused(object, container, where, ofContainer),
      ...refusedPorts(object, container, where),
    ]),
  ])
}
