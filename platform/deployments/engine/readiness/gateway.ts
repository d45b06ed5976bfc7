import type { Text } from '#api/names.ts'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { clusterSays } from '#platform/cluster-says.ts'
import { at, type JsonRecord, recordsOf, textOf } from '../reading.ts'
import { sentences } from '../sentences.ts'
import { current, inProgress, type Status } from './status.ts'

/** Gateway API conditions count only for the generation they were made for. */
function fresh(object: LiveObject, conditions: unknown, type: string): JsonRecord | undefined {
  return recordsOf(conditions).find(
    one =>
      one.type === type &&
      (one.observedGeneration ?? object.metadata.generation) === object.metadata.generation,
  )
}

function saidIn(condition: JsonRecord | undefined): Text | undefined {
  const words = textOf(condition?.message)
  return words ? clusterSays(words) : undefined
}

export function gatewayStatus(object: LiveObject): Status {
  const programmed = fresh(object, at(object, 'status', 'conditions'), 'Programmed')
  if (programmed?.status === 'True') return current
  return inProgress(saidIn(programmed) ?? sentences.gatewayNotProgrammed())
}

/** A route stands when every gateway it names has accepted it and found what it points to. */
export function routeStatus(object: LiveObject): Status {
  const wanted = recordsOf(at(object, 'spec', 'parentRefs')).length
  const parents = recordsOf(at(object, 'status', 'parents'))
  if (parents.length < wanted) return inProgress(sentences.gatewaysSilent())
  for (const parent of parents) {
    const accepted = fresh(object, parent.conditions, 'Accepted')
    if (accepted?.status !== 'True') {
      return inProgress(saidIn(accepted) ?? sentences.routeNotAccepted())
    }
    const resolved = fresh(object, parent.conditions, 'ResolvedRefs')
    if (resolved?.status === 'False') {
      return inProgress(saidIn(resolved) ?? sentences.routeUnresolved())
    }
  }
  return current
}
