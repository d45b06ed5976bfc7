/**
 * What an API server fills in where nothing is said (k8s.io/kubernetes, pkg/apis, defaults.go of 1.36), so that an object that
 * says it and one that does not compare as equal. A dry run on a server is the better judge; this one needs none.
 */
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, fields } from '../lint/read.ts'
import { type Data, itemsAt, mapAt } from './open-data.ts'
import { containersOf, type PodPlace, podSpecs } from './pod-specs.ts'

/** Sets what is absent. */
function fill(data: Data, defaults: Data): void {
  for (const [key, value] of Object.entries(defaults)) data[key] ??= value
}

function dropEmpty(data: Data, keys: readonly string[]): void {
  for (const key of keys) {
    const value = data[key]
    const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
    if (isEmpty) delete data[key]
  }
}

function pullPolicy(image: unknown): string {
  const name =
    String(image ?? '')
      .split('/')
      .at(-1) ?? ''
  const isFixed = name.includes('@') || (name.includes(':') && !name.endsWith(':latest'))
  return isFixed ? 'IfNotPresent' : 'Always'
}

function fillProbe(probe: Data): void {
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })
  if (probe.httpGet !== undefined) fill(mapAt(probe, 'httpGet'), { path: '/', scheme: 'HTTP' })
  if (probe.grpc !== undefined) fill(mapAt(probe, 'grpc'), { service: '' })
}

function fillContainer(container: Data): void {
  fill(container, {
    imagePullPolicy: pullPolicy(container.image),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  })
  dropEmpty(mapAt(container, 'resources'), ['requests', 'limits'])
  dropEmpty(container, ['resources', 'securityContext'])
  for (const port of itemsAt(container, 'ports')) fill(port, { protocol: 'TCP' })
  for (const kind of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    if (container[kind] !== undefined) fillProbe(mapAt(container, kind))
  }
  for (const each of itemsAt(container, 'env')) {
    if (each.valueFrom === undefined) fill(each, { value: '' })
    if (at(each, 'valueFrom', 'fieldRef'))
      fill(mapAt(each, 'valueFrom', 'fieldRef'), { apiVersion: 'v1' })
  }
}

function fillVolume(volume: Data): void {
  for (const kind of ['secret', 'configMap', 'projected', 'downwardAPI']) {
    if (volume[kind] !== undefined) fill(mapAt(volume, kind), { defaultMode: 0o644 })
  }
  if (volume.hostPath !== undefined) fill(mapAt(volume, 'hostPath'), { type: '' })
  if (Object.keys(volume).every(key => key === 'name')) fill(volume, { emptyDir: {} })
}

function fillPod(pod: PodPlace, kind: string): void {
  const { spec } = pod
  fill(spec, {
    ...(kind !== 'Job' && kind !== 'CronJob' && { restartPolicy: 'Always' }),
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
  })
  dropEmpty(spec, ['securityContext', 'nodeSelector', 'affinity'])
  dropEmpty(mapAt(pod.template, 'metadata'), ['labels', 'annotations'])
  for (const { container } of containersOf(pod)) fillContainer(container)
  for (const volume of itemsAt(spec, 'volumes')) fillVolume(volume)
}

function fillStrategy(spec: Data): void {
  fill(mapAt(spec, 'strategy'), { type: 'RollingUpdate' })
  if (at(spec, 'strategy', 'type') !== 'RollingUpdate') return
  fill(mapAt(spec, 'strategy', 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' })
}

const ofKind: Readonly<Record<string, (object: Data, spec: Data) => void>> = {
  Deployment: (_, spec) => {
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
    fillStrategy(spec)
  },
  StatefulSet: (_, spec) => {
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' })
    fill(mapAt(spec, 'updateStrategy'), { type: 'RollingUpdate' })
    for (const claim of itemsAt(spec, 'volumeClaimTemplates')) {
      fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' })
      fill(mapAt(claim, 'spec'), { volumeMode: 'Filesystem' })
    }
    fill(mapAt(spec, 'persistentVolumeClaimRetentionPolicy'), {
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
    })
  },
  CronJob: (_, spec) =>
    fill(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    }),
  Job: (_, spec) =>
    fill(spec, {
      backoffLimit: 6,
      completions: 1,
      parallelism: 1,
      completionMode: 'NonIndexed',
      suspend: false,
    }),
  Service: (_, spec) => {
    fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' })
    if (spec.type !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' })
    for (const port of itemsAt(spec, 'ports'))
      fill(port, { protocol: 'TCP', targetPort: port.port })
  },
  PersistentVolumeClaim: (_, spec) => fill(spec, { volumeMode: 'Filesystem' }),
  HorizontalPodAutoscaler: (_, spec) => fill(spec, { minReplicas: 1 }),
}

/** A copy in which everything that a server would fill in is said. */
export function withDefaults(input: KubernetesObject): KubernetesObject {
  const object = structuredClone(input) as Data // plain data
  ofKind[input.kind]?.(object, mapAt(object, 'spec'))
  for (const pod of podSpecs(object)) fillPod(pod, input.kind)
  dropEmpty(mapAt(object, 'metadata'), ['labels', 'annotations'])
  if (Object.keys(fields(object.spec)).length === 0) delete object.spec
  return object as KubernetesObject // with more in it than before
}
