/**
 * The event bus over the event store. To publish is to append (`store.ts`), in the transaction of what happened; there is no
 * second step that could be missed. Who follows has a cursor of its own in the same database:
 *
 *   append ─▶ store ─┬─▶ handlers of Kade (`subscriptions.ts`): a queue, tries and dead letters each
 *                    ├─▶ destinations (`destination.ts`): brokers and clusters, in order, by drivers
 *                    └─▶ whoever watches (`feed.ts`): pages and terminals
 *
 * Every delivery is at least once; an event's id is the same each time, and whoever must not act twice keeps it beside what it
 * did (a unique column), or leaves it to the broker.
 */
import type { BusDriver } from '../adapters/bus/bus-driver.ts'
import type { Database } from '../adapters/database/database.ts'
import type { Jobs } from '../adapters/database/jobs.ts'
import { type Destination, type DestinationOptions, startDestination } from './destination.ts'
import { type Handler, type Subscriptions, startSubscriptions } from './subscriptions.ts'

export type BusOptions = {
  database: Database
  queue: { readonly jobs: Jobs }
  /** `source` of the CloudEvents that leave. */
  source: string
  onError?: (error: unknown) => void
}

export type Bus = {
  /** Starts handlers, each from its cursor, with the events it wants, in order where it asks for that. */
  subscribe(handlers: readonly Handler[]): Promise<Subscriptions>
  /** Starts handing all events that others may hear of to a destination. */
  connect(
    driver: BusDriver,
    how?: Pick<DestinationOptions, 'start' | 'categories' | 'publishMs'>,
  ): Promise<Destination>
  /** Stops what was started here. */
  stop(): Promise<void>
}

export function openBus(options: BusOptions): Bus {
  const { database, queue, source, onError } = options
  const running: { stop(): Promise<void> }[] = []
  const kept = <T extends { stop(): Promise<void> }>(started: T): T => {
    running.push(started)
    return started
  }
  return {
    subscribe: async handlers =>
      kept(
        await startSubscriptions({ database, queue, handlers, ...(onError ? { onError } : {}) }),
      ),
    connect: async (driver, how = {}) =>
      kept(await startDestination({ ...how, database, driver, source, onError })),
    async stop() {
      await Promise.all(running.splice(0).map(one => one.stop()))
    },
  }
}
