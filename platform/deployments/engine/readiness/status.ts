import type { ObjectStatus } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { clusterSays } from '#platform/cluster-says.ts'
import type { CauseCode } from '../causes.ts'
import { at, type JsonRecord, recordsOf, textOf } from '../reading.ts'
import { sentences } from '../sentences.ts'

/**
 * What an object says of itself, in kstatus words (sigs.k8s.io/cli-utils): `Current` is all there, `InProgress` may yet
 * become so by waiting, `Failed` will not. `code` names the failure where the object gives it away.
 */
export type Status = {
  readonly state: ObjectStatus['state']
  readonly message: Text
  readonly code?: CauseCode
}

export const current: Status = { state: 'Current', message: sentences.ready() }

export function inProgress(message: Text): Status {
  return { state: 'InProgress', message }
}

export function failed(message: Text, code?: CauseCode): Status {
  return { state: 'Failed', message, ...(code !== undefined && { code }) }
}

export function condition(object: LiveObject, type: string): JsonRecord | undefined {
  return recordsOf(at(object, 'status', 'conditions')).find(one => one.type === type)
}

export function isTrue(object: LiveObject, type: string): boolean {
  return condition(object, type)?.status === 'True'
}

/** The cluster's own words in a condition; empty where it says nothing. */
export function wordsOf(object: LiveObject, type: string): string {
  const found = condition(object, type)
  return textOf(found?.message) || textOf(found?.reason) || ''
}

export function messageOf(object: LiveObject, type: string): Text {
  const words = wordsOf(object, type)
  return words === '' ? sentences.waitsForCondition(type) : clusterSays(words)
}
