import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { at, numberOf, recordsOf } from '#platform/deployments/engine/reading.ts'
import type { RevisionData } from '#platform/events/types.ts'
import { amountsOf } from '#platform/federation/amounts.ts'
import { demandThere } from '#platform/federation/assumed.ts'

/** What a deployment takes of all its clusters together: millicores, bytes, and devices by the name of their resource. */
export type Taken = {
  readonly cpu: number
  readonly memory: number
  readonly storage: number
  readonly devices: Readonly<Record<string, number>>
}

type Asked = Pick<RevisionData, 'demand' | 'replicas' | 'storage'>

/**
 * What a revision takes on these clusters: the requests of the pods that stay, and the volumes that are asked for. `parts` are the
 * replicas of each cluster where these are divided.
 */
export function takenBy(
  { demand, replicas, storage = 0 }: Asked,
  clusters: readonly string[],
  parts: Readonly<Record<string, number>> | undefined,
): Taken {
  const pods = clusters.flatMap(cluster =>
    demandThere({ demand: demand ?? null, total: replicas, part: parts?.[cluster] ?? null }),
  )
  const devices: Record<string, number> = {}
  for (const { request, count } of pods)
    for (const [name, each] of Object.entries(request.devices))
      devices[name] = (devices[name] ?? 0) + each * count
  return {
    cpu: pods.reduce((sum, pod) => sum + pod.request.cpu * pod.count, 0),
    memory: pods.reduce((sum, pod) => sum + pod.request.memory * pod.count, 0),
    storage: storage * clusters.length,
    devices,
  }
}

/** Bytes of the volumes that these objects ask one cluster for. */
export function storageOf(objects: readonly KubernetesObject[]): number {
  return objects.reduce((sum, object) => sum + storageIn(object), 0)
}

function storageIn({ kind, spec }: KubernetesObject): number {
  if (kind === 'PersistentVolumeClaim') return sizeOf(spec)
  if (kind !== 'StatefulSet') return 0
  const each = recordsOf(at(spec, 'volumeClaimTemplates')).map(one => sizeOf(one.spec))
  return (numberOf(at(spec, 'replicas')) ?? 1) * each.reduce((sum, one) => sum + one, 0)
}

function sizeOf(claim: unknown): number {
  const size = at(claim, 'resources', 'requests', 'storage')
  // Read as memory is: a number of bytes.
  return amountsOf({ memory: size }, Math.ceil).memory
}
