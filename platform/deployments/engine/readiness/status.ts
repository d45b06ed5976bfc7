import type { ObjectStatus } from '#api/deployments.ts'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import type { CauseCode } from '../causes.ts'
import { at, type JsonRecord, recordsOf, textOf } from '../reading.ts'

/**
 * What an object says of itself, in kstatus words (sigs.k8s.io/cli-utils): `Current` is all there, `InProgress` may yet
 * become so by waiting, `Failed` will not. `code` names the failure where the object gives it away.
 */
export type Status = {
  readonly state: ObjectStatus['state']
  readonly message: string
  readonly code?: CauseCode
}

export const current: Status = { state: 'Current', message: 'Ready' }

export function inProgress(message: string): Status {
  return { state: 'InProgress', message }
}

export function failed(message: string, code?: CauseCode): Status {
  return { state: 'Failed', message, ...(code !== undefined && { code }) }
}

export function condition(object: LiveObject, type: string): JsonRecord | undefined {
  return recordsOf(at(object, 'status', 'conditions')).find(one => one.type === type)
}

export function isTrue(object: LiveObject, type: string): boolean {
  return condition(object, type)?.status === 'True'
}

export function messageOf(object: LiveObject, type: string): string {
  const found = condition(object, type)
  return textOf(found?.message) || textOf(found?.reason) || type
}
