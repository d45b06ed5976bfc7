import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { PodDemand } from '#platform/federation/room.ts'
import { demandOf } from './demand.ts'
import { digestOf } from './digest.ts'
import { at, numberOf } from './engine/reading.ts'
import type { Work } from './work.ts'

/**
 * The workload of these objects that has the replicas of a deployment: the one of its name, else the only one that has as many. Undefined
 * where there is none, so that nothing can be divided.
 */
function scaledAmong(
  objects: readonly KubernetesObject[],
  name: string,
  total: number,
): KubernetesObject | undefined {
  const all = objects.filter(
    one =>
      (one.kind === 'Deployment' || one.kind === 'StatefulSet') &&
      (numberOf(at(one.spec, 'replicas')) ?? 1) === total,
  )
  return all.find(one => one.metadata.name === name) ?? (all.length === 1 ? all[0] : undefined)
}

/** The objects for a cluster that has this part of the replicas. They differ from those of another cluster by that alone. */
function withReplicas(
  objects: readonly KubernetesObject[],
  name: string,
  { total, part }: { readonly total: number; readonly part: number },
): readonly KubernetesObject[] {
  const scaled = scaledAmong(objects, name, total)
  return objects.map(one =>
    // A workload's spec is an object.
    one === scaled ? { ...one, spec: { ...(one.spec as object), replicas: part } } : one,
  )
}

/** The work for a cluster that has this part of the replicas; as it is where they are not divided. */
export function workThere<W extends Pick<Work, 'name' | 'objects' | 'digest'>>(
  work: W,
  total: number,
  part: number | undefined,
): W {
  if (part === undefined || part === total) return work
  const objects = withReplicas(work.objects, work.name, { total, part })
  return { ...work, objects, digest: digestOf(objects) }
}

/** What the pods ask for: those that can be divided, and those that every cluster has. */
export function splitDemand(
  objects: readonly KubernetesObject[],
  name: string,
  total: number,
  tolerations: Parameters<typeof demandOf>[1],
): { readonly divided: PodDemand | null; readonly rest: readonly PodDemand[] } {
  const scaled = scaledAmong(objects, name, total)
  const [divided = null] = scaled ? demandOf([scaled], tolerations) : []
  const others = objects.filter(one => one !== scaled)
  return { divided, rest: demandOf(others, tolerations) }
}
