/** Takes out of an object what an API server or a controller wrote into it: nobody asked for it, and nobody can. */
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, list } from '../lint/read.ts'
import { type Data, mapAt, setAt } from './open-data.ts'
import { podSpecs } from './pod-specs.ts'

const ofMetadata = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
]
const ofAnnotations = [
  // Holds the object once more, the values of a Secret too.
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/selected-node',
]
const ofJobs = [
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'job-name',
  'batch.kubernetes.io/job-name',
]

/** `null` is as good as absent to an API server, and so is a list without items. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(
      ([, each]) =>
        each !== null && each !== undefined && !(Array.isArray(each) && each.length === 0),
    )
    .map(([key, each]) => [key, withoutEmpty(each)])
  return Object.fromEntries(entries)
}

function stripService(object: Data): void {
  const address = at(object, 'spec', 'clusterIP')
  if (address !== 'None') setAt(object, '/spec/clusterIP', undefined)
  for (const field of ['clusterIPs', 'healthCheckNodePort'])
    setAt(object, `/spec/${field}`, undefined)
  if (at(object, 'spec', 'ipFamilyPolicy') !== 'SingleStack') return
  for (const field of ['ipFamilyPolicy', 'ipFamilies']) setAt(object, `/spec/${field}`, undefined)
}

function stripJob(object: Data): void {
  if (at(object, 'spec', 'manualSelector') === true) return
  setAt(object, '/spec/selector', undefined)
  for (const labels of [
    mapAt(object, 'metadata', 'labels'),
    mapAt(object, 'spec', 'template', 'metadata', 'labels'),
  ]) {
    for (const label of ofJobs) delete labels[label]
  }
}

/** A copy as a person would have written it. */
export function withoutServerFields(input: KubernetesObject): KubernetesObject {
  const object = withoutEmpty(structuredClone(input)) as Data // a map stays a map
  const annotations = mapAt(object, 'metadata', 'annotations')
  const wasBound = annotations['pv.kubernetes.io/bind-completed'] !== undefined
  for (const field of ofMetadata) setAt(object, `/metadata/${field}`, undefined)
  for (const annotation of ofAnnotations) delete annotations[annotation]
  setAt(object, '/status', undefined)
  if (object.kind === 'Service') stripService(object)
  if (object.kind === 'Job') stripJob(object)
  if (object.kind === 'ServiceAccount') setAt(object, '/secrets', undefined)
  if (object.kind === 'PersistentVolumeClaim' && wasBound)
    setAt(object, '/spec/volumeName', undefined)
  for (const { template, spec } of podSpecs(object)) {
    setAt(template, '/metadata/creationTimestamp', undefined)
    // The old name of serviceAccountName, which the server writes beside it.
    if (spec.serviceAccountName === undefined && spec.serviceAccount !== undefined) {
      spec.serviceAccountName = spec.serviceAccount
    }
    setAt(spec, '/serviceAccount', undefined)
  }
  for (const claim of list(at(object, 'spec', 'volumeClaimTemplates'))) {
    setAt(claim as Data, '/status', undefined) // an item of a list of objects
    setAt(claim as Data, '/metadata/creationTimestamp', undefined)
  }
  dropEmptyMaps(object, ['metadata/annotations', 'metadata/labels'])
  return object as KubernetesObject // what came in, with less in it
}

function dropEmptyMaps(object: Data, paths: readonly string[]): void {
  for (const path of paths) {
    const [first = '', second = ''] = path.split('/')
    const map = at(object, first, second)
    if (typeof map === 'object' && map !== null && Object.keys(map).length === 0) {
      setAt(object, `/${path}`, undefined)
    }
  }
}
