import type { Environment } from '#kit/environment.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { podRequest } from '#platform/federation/amounts.ts'
import type { PodDemand, Toleration } from '#platform/federation/room.ts'
import { at, numberOf, recordsOf, textOf } from './engine/reading.ts'

/** Kinds whose pods stay. Those of jobs come and go, and are not counted. */
const lasting: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet'])

/** What the pods of these objects ask of a cluster, beside the tolerations that their environment gives them. */
export function demandOf(
  objects: readonly KubernetesObject[],
  tolerations: Environment['tolerations'] = [],
): PodDemand[] {
  return objects
    .filter(({ kind }) => lasting.has(kind))
    .flatMap(object => {
      const spec = at(object.spec, 'template', 'spec')
      const count = numberOf(at(object.spec, 'replicas')) ?? 1
      const stood = [...recordsOf(at(spec, 'tolerations')).map(tolerationOf), ...tolerations]
      const request = podRequest(spec)
      return count > 0 ? [{ request, count, ...(stood.length > 0 && { tolerations: stood }) }] : []
    })
}

function tolerationOf(value: Readonly<Record<string, unknown>>): Toleration {
  const field = (name: 'key' | 'operator' | 'value' | 'effect') => {
    const text = textOf(value[name])
    return text === undefined ? {} : { [name]: text }
  }
  return { ...field('key'), ...field('operator'), ...field('value'), ...field('effect') }
}
