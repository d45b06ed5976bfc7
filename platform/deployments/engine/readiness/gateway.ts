import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { at, type JsonRecord, recordsOf, textOf } from '../reading.ts'
import { current, inProgress, type Status } from './status.ts'

/** Gateway API conditions count only for the generation they were made for. */
function fresh(object: LiveObject, conditions: unknown, type: string): JsonRecord | undefined {
  return recordsOf(conditions).find(
    one =>
      one.type === type &&
      (one.observedGeneration ?? object.metadata.generation) === object.metadata.generation,
  )
}

export function gatewayStatus(object: LiveObject): Status {
  const programmed = fresh(object, at(object, 'status', 'conditions'), 'Programmed')
  if (programmed?.status === 'True') return current
  return inProgress(textOf(programmed?.message) ?? 'The gateway is not programmed yet')
}

/** A route stands when every gateway it names has accepted it and found what it points to. */
export function routeStatus(object: LiveObject): Status {
  const wanted = recordsOf(at(object, 'spec', 'parentRefs')).length
  const parents = recordsOf(at(object, 'status', 'parents'))
  if (parents.length < wanted) return inProgress('Not every gateway has answered yet')
  for (const parent of parents) {
    const accepted = fresh(object, parent.conditions, 'Accepted')
    if (accepted?.status !== 'True') {
      return inProgress(textOf(accepted?.message) ?? 'A gateway has not accepted the route')
    }
    const resolved = fresh(object, parent.conditions, 'ResolvedRefs')
    if (resolved?.status === 'False') {
      return inProgress(textOf(resolved.message) ?? 'The route points to something missing')
    }
  }
  return current
}
