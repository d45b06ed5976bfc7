import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import type { CauseCode } from '../causes.ts'
import { at, numberOf, textOf } from '../reading.ts'
import { sentences } from '../sentences.ts'
import {
  condition,
  current,
  failed,
  inProgress,
  isTrue,
  messageOf,
  type Status,
  wordsOf,
} from './status.ts'

export function deploymentStatus(object: LiveObject): Status {
  const progressing = condition(object, 'Progressing')
  const reason = textOf(progressing?.reason)
  if (reason === 'ProgressDeadlineExceeded') {
    return failed(messageOf(object, 'Progressing'), 'not-ready-in-time')
  }
  // No pod could even be made: quota or admission said no, and the controller only repeats the question.
  if (isTrue(object, 'ReplicaFailure')) {
    const code = refusedPod(wordsOf(object, 'ReplicaFailure'))
    return { ...inProgress(messageOf(object, 'ReplicaFailure')), code }
  }
  const wanted = numberOf(at(object, 'spec', 'replicas')) ?? 1
  const { replicas, updated, ready, available } = countsOf(object)
  if (numberOf(at(object, 'status', 'observedGeneration')) === undefined) {
    return inProgress(sentences.notBegun())
  }
  if (updated < wanted) return inProgress(sentences.newPodsMade(updated, wanted))
  if (replicas > updated) return inProgress(sentences.oldPodsLeft(replicas - updated))
  if (available < updated) return inProgress(sentences.podsAvailable(available, updated))
  if (ready < wanted) return inProgress(sentences.podsReady(ready, wanted))
  const deadline = numberOf(at(object, 'spec', 'progressDeadlineSeconds'))
  if (deadline !== undefined && deadline < 2 ** 31 - 1 && reason !== 'NewReplicaSetAvailable') {
    return inProgress(sentences.rollingOut())
  }
  if (!isTrue(object, 'Available')) return inProgress(messageOf(object, 'Available'))
  return wanted === 0 ? scaledDown : { ...current, message: sentences.podsReady(ready, wanted) }
}

export const scaledDown: Status = { state: 'Current', message: sentences.scaledDown() }

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
    return inProgress(sentences.notBegun())
  }
  if (replicas < wanted) return inProgress(sentences.podsMade(replicas, wanted))
  if (ready < wanted) return inProgress(sentences.podsReady(ready, wanted))
  if (available < wanted) return inProgress(sentences.podsAvailable(available, wanted))
  if (replicas > wanted) return inProgress(sentences.podsTooMany(replicas - wanted))
  const partition =
    numberOf(at(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')) ?? 0
  if (partition > 0) {
    const toUpdate = Math.max(0, wanted - partition)
    if (updated < toUpdate) return inProgress(sentences.podsUpdated(updated, toUpdate))
  } else if (at(object, 'status', 'currentRevision') !== at(object, 'status', 'updateRevision')) {
    return inProgress(sentences.podsUpdated(updated, wanted))
  }
  return wanted === 0 ? scaledDown : { ...current, message: sentences.podsReady(ready, wanted) }
}

export function daemonSetStatus(object: LiveObject): Status {
  const count = (field: string) => numberOf(at(object, 'status', field))
  const wanted = count('desiredNumberScheduled')
  if (wanted === undefined || count('observedGeneration') === undefined) {
    return inProgress(sentences.notBegun())
  }
  for (const [field, sentence] of [
    ['currentNumberScheduled', sentences.podsPlaced],
    ['updatedNumberScheduled', sentences.podsUpdated],
    ['numberAvailable', sentences.podsAvailable],
    ['numberReady', sentences.podsReady],
  ] as const) {
    const have = count(field) ?? 0
    if (have < wanted) return inProgress(sentence(have, wanted))
  }
  return { ...current, message: sentences.podsReady(wanted, wanted) }
}

/** A running Job is not there yet: who waits for a job waits for its end. */
export function jobStatus(object: LiveObject): Status {
  if (isTrue(object, 'Complete')) return { ...current, message: sentences.completed() }
  if (isTrue(object, 'Failed')) return failed(messageOf(object, 'Failed'), 'job-failed')
  if (isTrue(object, 'Suspended')) return { ...current, message: sentences.suspended() }
  const active = numberOf(at(object, 'status', 'active')) ?? 0
  const succeeded = numberOf(at(object, 'status', 'succeeded')) ?? 0
  if (at(object, 'status', 'startTime') === undefined) return inProgress(sentences.jobNotBegun())
  return inProgress(sentences.jobRuns(active, succeeded))
}
