import type { CloudEvent } from '../../events/cloud-event.ts'

/** A destination of all events that others may hear of. Never a second truth: what it loses can be sent again. */
export type BusDriver = {
  /** Permanent: it names the cursor. */
  readonly name: string
  /** Gets ready. Does not wait for a server that is away: `publish` then fails until it is back. */
  start(): Promise<void>
  /**
   * Hands the events over in order, and resolves when the destination has them for good. Throws when it may lack one; the
   * whole batch then comes again, so that a destination sees an event twice or knows it by its id. Ends with the signal.
   */
  publish(events: readonly CloudEvent[], signal: AbortSignal): Promise<void>
  /** Lets go of connections. */
  stop(): Promise<void>
}
