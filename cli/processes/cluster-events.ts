import { kubernetesEventsDriver } from '#platform/adapters/bus/kubernetes-events.ts'
import type { PlatformContext } from '#platform/context.ts'
import { type Destination, startDestination } from '#platform/events/destination.ts'
import { operationPlaces } from '#platform/events/operation-places.ts'
import { readClusters } from '#platform/federation/registry.ts'
import { startRounds } from '#platform/orchestration/rounds.ts'
import type { Stop } from './stack.ts'

/** Milliseconds: how often it is looked whether clusters came or went. */
const looks = { first: 0, every: 10_000 }
/** Longer than a batch may take, so that the batch ends first and the next one is smaller. */
const answerWithin = 15_000
const categories = ['deployment', 'observed'] as const

type Options = { readonly source: string; readonly onError: (error: unknown) => void }

/** Tells each cluster of the registry, from when it is first seen there, what happens to the deployments that stand in it. */
export function startClusterEvents(context: PlatformContext, options: Options): Stop {
  const running = new Map<string, Destination>()
  const look = async (signal: AbortSignal) => {
    const names = (await readClusters(context.database)).map(one => one.name)
    for (const [name, destination] of running) {
      if (names.includes(name)) continue
      running.delete(name)
      await destination.stop()
    }
    for (const name of names) {
      if (running.has(name) || signal.aborted) continue
      running.set(name, await destinationOf(context, name, options))
    }
  }
  const stopLooking = startRounds(looks, look, options.onError)
  return async () => {
    await stopLooking()
    await Promise.all([...running.values()].map(one => one.stop()))
  }
}

function destinationOf(
  { database, agent }: PlatformContext,
  cluster: string,
  { source, onError }: Options,
): Promise<Destination> {
  const driver = kubernetesEventsDriver({
    cluster,
    placesOf: operations => operationPlaces(database, operations),
    tell: notes => agent.ask(cluster, { type: 'tell', notes }, answerWithin),
    onRefused: said => onError(new Error(`${cluster} refused to be told of a deployment: ${said}`)),
  })
  return startDestination({ database, driver, source, categories, unhurried: true, onError })
}
