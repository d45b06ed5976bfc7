import type { Text } from '#api/names.ts'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { clusterSays } from '#platform/cluster-says.ts'
import type { CauseCode } from '../causes.ts'
import { at, type JsonRecord, numberOf, recordOf, recordsOf, textOf } from '../reading.ts'
import { followedBy, sentences } from '../sentences.ts'
import { condition, current, failed, inProgress, isTrue, messageOf, type Status } from './status.ts'

/**
 * Why a pod does not serve,. Many troubles mend themselves within seconds (a database that starts
 * later, a node that is being added), so each has a time it must last before it counts as a failure.
 */
export type Trouble = {
  readonly code: CauseCode
  readonly message: Text
  /** Milliseconds it must last; 0 for what waiting will not mend. */
  readonly patience: number
}

const aWhile = 15_000
/** After this many restarts a crash is no accident of starting up. */
const enoughRestarts = 3

export function podTrouble(pod: LiveObject): Trouble | null {
  if (isTrue(pod, 'Ready') || textOf(at(pod, 'status', 'phase')) === 'Succeeded') return null
  for (const container of containersOf(pod)) {
    const trouble = waitingTrouble(container) ?? endedTrouble(container)
    if (trouble !== null) return trouble
  }
  const scheduled = condition(pod, 'PodScheduled')
  if (scheduled?.reason === 'Unschedulable') {
    return { code: 'unschedulable', message: messageOf(pod, 'PodScheduled'), patience: aWhile }
  }
  if (textOf(at(pod, 'status', 'phase')) === 'Failed') {
    const words = textOf(at(pod, 'status', 'message')) ?? textOf(at(pod, 'status', 'reason'))
    const message = words ? clusterSays(words) : sentences.podFailed()
    return { code: 'crash-loop', message, patience: aWhile }
  }
  return null
}

function containersOf(pod: LiveObject): readonly JsonRecord[] {
  return [
    ...recordsOf(at(pod, 'status', 'initContainerStatuses')),
    ...recordsOf(at(pod, 'status', 'containerStatuses')),
  ]
}

function waitingTrouble(container: JsonRecord): Trouble | null {
  const waiting = recordOf(at(container, 'state', 'waiting'))
  const reason = textOf(waiting.reason)
  if (reason === undefined) return null
  const words = textOf(waiting.message)
  const said = words ? clusterSays(words) : undefined
  const message = followedBy(sentences.containerWaits(nameOf(container), reason), said)
  switch (reason) {
    case 'ImagePullBackOff':
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return { code: 'image-pull-failed', message, patience: 0 }
    case 'ErrImagePull':
    case 'ImageInspectError':
    case 'RegistryUnavailable':
      return { code: 'image-pull-failed', message, patience: aWhile }
    case 'CrashLoopBackOff':
      return crash(container, reason, said)
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
      return { code: 'configuration-missing', message, patience: aWhile }
    default:
      // Argo's rule for reasons that are not in this list.
      return /^Err|Error$|BackOff$/.test(reason)
        ? { code: 'crash-loop', message, patience: aWhile }
        : null
  }
}

function nameOf(container: JsonRecord): string {
  return textOf(container.name) ?? '?'
}

function crash(container: JsonRecord, reason: string, said: Text | undefined): Trouble {
  const last = recordOf(at(container, 'lastState', 'terminated'))
  const restarts = numberOf(container.restartCount) ?? 0
  const patience = restarts >= enoughRestarts ? 0 : aWhile
  const exit = numberOf(last.exitCode)
  const name = nameOf(container)
  const how =
    exit === undefined || last.reason === 'OOMKilled'
      ? sentences.containerWaits(name, reason)
      : sentences.containerCrashes(name, reason, exit)
  const code = last.reason === 'OOMKilled' ? 'out-of-memory' : 'crash-loop'
  return { code, message: followedBy(how, said), patience }
}

/** Between an end and the next start there is no waiting reason yet. */
function endedTrouble(container: JsonRecord): Trouble | null {
  const ended = recordOf(at(container, 'state', 'terminated'))
  const exit = numberOf(ended.exitCode)
  if (exit === undefined || exit === 0) return null
  const message = sentences.containerEnded(nameOf(container), exit)
  const code = ended.reason === 'OOMKilled' ? 'out-of-memory' : 'crash-loop'
  return { code, message, patience: aWhile }
}

export function podStatus(pod: LiveObject): Status {
  const phase = textOf(at(pod, 'status', 'phase')) ?? 'Pending'
  if (phase === 'Succeeded') return { ...current, message: sentences.completed() }
  if (isTrue(pod, 'Ready')) return current
  const trouble = podTrouble(pod)
  if (trouble === null) return inProgress(sentences.podNotReady(phase))
  return trouble.patience === 0 || phase === 'Failed'
    ? failed(trouble.message, trouble.code)
    : { ...inProgress(trouble.message), code: trouble.code }
}
