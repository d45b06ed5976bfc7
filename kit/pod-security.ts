import type { KubernetesObject } from './kubernetes-object.ts'
import { at, type Fields, fields, list, text } from './lint/read.ts'
import { containers, workloads } from './lint/workloads.ts'

/** Levels of the Pod Security Standards, from the strictest to none. */
export const podSecurityLevels = ['restricted', 'baseline', 'privileged'] as const
export type PodSecurityLevel = (typeof podSecurityLevels)[number]

// kubernetes.io/docs/concepts/security/pod-security-standards, as enforced by 1.36.
const baselineCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
)
const restrictedVolumes = new Set(
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(
    ' ',
  ),
)
const seccompTypes = new Set<unknown>(['RuntimeDefault', 'Localhost'])

/** The kubelet, not the pod, asks at the host of a probe or hook, so that it would ask anywhere in the name of its node. */
export function hostsAsked(container: Fields): readonly (readonly string[])[] {
  const probes = ['startupProbe', 'readinessProbe', 'livenessProbe'].map(probe => [probe])
  const hooks = ['postStart', 'preStop'].map(hook => ['lifecycle', hook])
  return [...probes, ...hooks]
    .flatMap(path => [
      [...path, 'httpGet', 'host'],
      [...path, 'tcpSocket', 'host'],
    ])
    .filter(path => (at(container, ...path) ?? '') !== '')
}

function breaksBaseline(pod: Fields, each: readonly Fields[]): boolean {
  const hostSpaces = ['hostNetwork', 'hostPID', 'hostIPC'].some(key => pod[key] === true)
  const hostPaths = list(pod.volumes).some(volume => fields(volume).hostPath !== undefined)
  const unconfined = [pod, ...each].some(
    place =>
      at(place, 'securityContext', 'seccompProfile', 'type') === 'Unconfined' ||
      at(place, 'securityContext', 'appArmorProfile', 'type') === 'Unconfined' ||
      at(place, 'securityContext', 'windowsOptions', 'hostProcess') === true ||
      at(place, 'securityContext', 'seLinuxOptions', 'user') !== undefined ||
      at(place, 'securityContext', 'seLinuxOptions', 'role') !== undefined,
  )
  return (
    hostSpaces ||
    hostPaths ||
    unconfined ||
    list(at(pod, 'securityContext', 'sysctls')).length > 0 ||
    each.some(
      container =>
        at(container, 'securityContext', 'privileged') === true ||
        (at(container, 'securityContext', 'procMount') ?? 'Default') !== 'Default' ||
        list(container.ports).some(port => (at(port, 'hostPort') ?? 0) !== 0) ||
        hostsAsked(container).length > 0 ||
        added(container).some(name => !baselineCapabilities.has(name)),
    )
  )
}

function breaksRestricted(pod: Fields, each: readonly Fields[]): boolean {
  const ofPod = (key: string) => at(pod, 'securityContext', key)
  const volumes = list(pod.volumes).flatMap(volume =>
    Object.keys(fields(volume)).filter(key => key !== 'name'),
  )
  return (
    volumes.some(kind => !restrictedVolumes.has(kind)) ||
    ofPod('runAsUser') === 0 ||
    each.some(container => {
      const own = (key: string) => at(container, 'securityContext', key)
      const seccomp = at(own('seccompProfile') ?? ofPod('seccompProfile'), 'type')
      return (
        own('allowPrivilegeEscalation') !== false ||
        (own('runAsNonRoot') ?? ofPod('runAsNonRoot')) !== true ||
        own('runAsUser') === 0 ||
        !seccompTypes.has(seccomp) ||
        !list(at(own('capabilities'), 'drop')).includes('ALL') ||
        added(container).some(name => name !== 'NET_BIND_SERVICE')
      )
    })
  )
}

const added = (container: Fields) =>
  list(at(container, 'securityContext', 'capabilities', 'add')).map(name => text(name) ?? '')

/**
 * The strictest level of the Pod Security Standards that all workloads among the objects meet. Safe sysctls and SELinux types
 * are not told apart: an app that sets a sysctl counts as `privileged`, so that the answer is never too kind.
 */
export function podSecurityLevel(objects: readonly KubernetesObject[]): PodSecurityLevel {
  const levels = workloads(objects).map(workload => {
    const pod = fields(workload.template.spec)
    const each = containers(workload).map(({ container }) => container)
    if (breaksBaseline(pod, each)) return 'privileged'
    return breaksRestricted(pod, each) ? 'baseline' : 'restricted'
  })
  return podSecurityLevels.findLast(level => levels.includes(level)) ?? 'restricted'
}
