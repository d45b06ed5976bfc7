import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import type { CauseCode } from '../causes.ts'
import { at, numberOf, textOf } from '../reading.ts'
import { condition, current, failed, inProgress, isTrue, messageOf, type Status } from './status.ts'

export function deploymentStatus(object: LiveObject): Status {
  const progressing = condition(object, 'Progressing')
  const reason = textOf(progressing?.reason)
  if (reason === 'ProgressDeadlineExceeded') {
    return failed(messageOf(object, 'Progressing'), 'not-ready-in-time')
  }
  // No pod could even be made: quota or admission said no, and the controller only repeats the question.
  if (isTrue(object, 'ReplicaFailure')) {
    const message = messageOf(object, 'ReplicaFailure')
    return { ...inProgress(message), code: refusedPod(message) }
  }
  const wanted = numberOf(at(object, 'spec', 'replicas')) ?? 1
  const { replicas, updated, ready, available } = countsOf(object)
  if (numberOf(at(object, 'status', 'observedGeneration')) === undefined) {
    return inProgress('Waiting for the cluster to begin')
  }
  if (updated < wanted) return inProgress(`${updated} of ${wanted} new pods made`)
  if (replicas > updated) return inProgress(`${replicas - updated} old pods are still there`)
  if (available < updated) return inProgress(`${available} of ${updated} pods available`)
  if (ready < wanted) return inProgress(`${ready} of ${wanted} pods ready`)
  const deadline = numberOf(at(object, 'spec', 'progressDeadlineSeconds'))
  if (deadline !== undefined && deadline < 2 ** 31 - 1 && reason !== 'NewReplicaSetAvailable') {
    return inProgress('The new pods are being rolled out')
  }
  if (!isTrue(object, 'Available')) return inProgress(messageOf(object, 'Available'))
  return wanted === 0 ? scaledDown : { ...current, message: `${ready} of ${wanted} pods ready` }
}

export const scaledDown: Status = { state: 'Current', message: 'Scaled down to no pods' }

/** Which cause lies behind a pod that the API server did not let in. */
export function refusedPod(message: string): CauseCode {
  return /exceeded quota/.test(message) ? 'quota-exceeded' : 'admission-denied'
}

function countsOf(object: LiveObject) {
  const count = (field: string) => numberOf(at(object, 'status', field)) ?? 0
  return {
    replicas: count('replicas'),
    updated: count('updatedReplicas'),
    ready: count('readyReplicas'),
    available: count('availableReplicas'),
  }
}

export function statefulSetStatus(object: LiveObject): Status {
  if (textOf(at(object, 'spec', 'updateStrategy', 'type')) === 'OnDelete') return current
  const wanted = numberOf(at(object, 'spec', 'replicas')) ?? 1
  const { replicas, updated, ready, available } = countsOf(object)
  if (numberOf(at(object, 'status', 'observedGeneration')) === undefined) {
    return inProgress('Waiting for the cluster to begin')
  }
  if (replicas < wanted) return inProgress(`${replicas} of ${wanted} pods made`)
  if (ready < wanted) return inProgress(`${ready} of ${wanted} pods ready`)
  if (available < wanted) return inProgress(`${available} of ${wanted} pods available`)
  if (replicas > wanted) return inProgress(`${replicas - wanted} pods too many`)
  const partition =
    numberOf(at(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')) ?? 0
  if (partition > 0) {
    const toUpdate = Math.max(0, wanted - partition)
    if (updated < toUpdate) return inProgress(`${updated} of ${toUpdate} pods updated`)
  } else if (at(object, 'status', 'currentRevision') !== at(object, 'status', 'updateRevision')) {
    return inProgress(`${updated} of ${wanted} pods updated`)
  }
  return wanted === 0 ? scaledDown : { ...current, message: `${ready} of ${wanted} pods ready` }
}

export function daemonSetStatus(object: LiveObject): Status {
  const count = (field: string) => numberOf(at(object, 'status', field))
  const wanted = count('desiredNumberScheduled')
  if (wanted === undefined || count('observedGeneration') === undefined) {
    return inProgress('Waiting for the cluster to begin')
  }
  for (const [field, word] of [
    ['currentNumberScheduled', 'placed'],
    ['updatedNumberScheduled', 'updated'],
    ['numberAvailable', 'available'],
    ['numberReady', 'ready'],
  ] as const) {
    const have = count(field) ?? 0
    if (have < wanted) return inProgress(`${have} of ${wanted} pods ${word}`)
  }
  return { ...current, message: `${wanted} of ${wanted} pods ready` }
}

/** A running Job is not there yet: who waits for a job waits for its end. */
export function jobStatus(object: LiveObject): Status {
  if (isTrue(object, 'Complete')) return { ...current, message: 'Completed' }
  if (isTrue(object, 'Failed')) return failed(messageOf(object, 'Failed'), 'job-failed')
  if (isTrue(object, 'Suspended')) return { ...current, message: 'Suspended' }
  const active = numberOf(at(object, 'status', 'active')) ?? 0
  const succeeded = numberOf(at(object, 'status', 'succeeded')) ?? 0
  if (at(object, 'status', 'startTime') === undefined) return inProgress('The job has not begun')
  return inProgress(`The job runs: ${active} active, ${succeeded} done`)
}
