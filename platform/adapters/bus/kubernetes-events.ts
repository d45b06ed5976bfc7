/**
 * A cluster as a destination: what happens to its deployments stands there as Events of Kubernetes, so that
 * `kubectl describe` tells it. One driver, and so one cursor, per cluster: one that is away holds up no other.
 *
 * The hands on the cluster are a worker's. This only says what to tell, and of which deployments: those that stand there.
 */

import type { CloudEvent } from '../../events/cloud-event.ts'
import { noteOf, notOvertaken } from '../../events/cluster-notes.ts'
import type { ClusterNote, Told } from '../../federation/cluster-note.ts'
import { orAborted } from '../../or-aborted.ts'
import type { BusDriver } from './bus-driver.ts'

/** The deployment of an operation, and the clusters that it is about. */
export type OperationPlace = { readonly deployment: string; readonly clusters: readonly string[] }

export type KubernetesEventsOptions = {
  readonly cluster: string
  /** By operation; one that is not known is left out. */
  placesOf(operations: readonly string[]): Promise<ReadonlyMap<string, OperationPlace>>
  /** Has a worker write them. Throws when the cluster cannot be reached; may be called again with the same. */
  tell(notes: readonly ClusterNote[]): Promise<Told>
  /** Told what the cluster said to a note that it will never take. */
  onRefused?: (said: string) => void
}

export function kubernetesEventsDriver(options: KubernetesEventsOptions): BusDriver {
  const stopping = new AbortController()
  return {
    name: `kubernetes.${options.cluster}`,
    start: async () => {},
    async publish(events, signal) {
      const ending = AbortSignal.any([signal, stopping.signal])
      ending.throwIfAborted()
      const notes = await orAborted(notesFor(options, events), ending)
      if (notes.length === 0) return
      const { refused } = await orAborted(options.tell(notes), ending)
      if (refused !== undefined) options.onRefused?.(refused)
    },
    stop: async () => stopping.abort(new Error('This driver was stopped.')),
  }
}

async function notesFor(
  { cluster, placesOf }: KubernetesEventsOptions,
  events: readonly CloudEvent[],
): Promise<readonly ClusterNote[]> {
  const operations = events.flatMap(({ data }) => textOf(data.operation) ?? [])
  const places = await placesOf([...new Set(operations)])
  return notOvertaken(events).flatMap(event => {
    const place = places.get(textOf(event.data.operation) ?? '')
    // What happened on one cluster is told there; the rest wherever the operation was about.
    const named = textOf(event.data.cluster)
    const here = named === undefined ? place?.clusters.includes(cluster) : named === cluster
    const deployment = place?.deployment ?? textOf(event.data.deployment)
    return (here && deployment !== undefined && noteOf(event, deployment)) || []
  })
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
