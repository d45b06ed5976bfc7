import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { at, recordsOf, textOf } from '../reading.ts'
import { sentences } from '../sentences.ts'
import { current, failed, inProgress, isTrue, messageOf, type Status } from './status.ts'

/** A claim that binds with its first consumer waits for a pod, so nothing may wait for the claim. */
export function claimStatus(object: LiveObject): Status {
  const phase = textOf(at(object, 'status', 'phase')) ?? 'Pending'
  if (phase === 'Bound') return { ...current, message: sentences.bound() }
  if (phase === 'Lost') return failed(sentences.volumeLost())
  return inProgress(sentences.claimWaits())
}

export function serviceStatus(object: LiveObject): Status {
  if (textOf(at(object, 'spec', 'type')) !== 'LoadBalancer') return current
  return recordsOf(at(object, 'status', 'loadBalancer', 'ingress')).length > 0
    ? current
    : inProgress(sentences.waitsForAddress())
}

/** On bare metal an Ingress never shows an address, and serves all the same. */
export function ingressStatus(object: LiveObject): Status {
  const addresses = recordsOf(at(object, 'status', 'loadBalancer', 'ingress'))
  return addresses.length > 0 ? current : { ...current, message: sentences.noAddress() }
}

export function crdStatus(object: LiveObject): Status {
  if (at(object, 'status', 'conditions') === undefined)
    return inProgress(sentences.notEstablished())
  if (!isTrue(object, 'NamesAccepted')) return failed(messageOf(object, 'NamesAccepted'))
  return isTrue(object, 'Established') ? current : inProgress(messageOf(object, 'Established'))
}
