import type { EventView } from '#api/events.ts'

/** The events the portal listens for; the stream names each by its bare name. */
const names = [
  'DeploymentRequested',
  'DeploymentStarted',
  'PhaseStarted',
  'DeploymentApplied',
  'PlaceSettled',
  'PlaceEmptied',
  'DeploymentMoved',
  'WaveHeld',
  'WaveStarted',
  'DeploymentCompleted',
  'DeploymentFailed',
  'DeploymentRolledBack',
  'DeploymentDeleted',
  'OperationCancelled',
  'SecretRevealed',
  'HealthChanged',
  'DriftChanged',
  'ObjectsRepaired',
  'FailoverChosen',
  'FailoverHeld',
  'NamespaceRequested',
  'NamespaceSpread',
  'NamespaceCreated',
  'ResourceQuotaExceeded',
  'ClusterCreated',
  'ClusterUpdated',
  'LeaksChanged',
  'PlatformHealthCheck',
  'ClusterCordoned',
  'ClusterUncordoned',
  'ClusterDetached',
  'WorkerCredentialCreated',
  'WorkerCredentialRevoked',
  'AppAdded',
  'AppRemoved',
] as const

export type StreamListener = {
  event(event: EventView): void
  opened(): unknown
  /** `refused`: the server answered, but with no stream; asked again after a while. */
  broken(refused: boolean): unknown
}

const patience = 5000

/**
 * Follows the event stream at `address` until `signal` ends it, and resolves then. The browser reconnects by itself and sends
 * `Last-Event-ID`; only after an answer that is no stream (signed out, too many requests) a new one is opened here.
 */
export function openStream(
  address: string,
  signal: AbortSignal,
  listener: StreamListener,
): Promise<void> {
  return new Promise(resolve => {
    let source: EventSource
    let retry: ReturnType<typeof setTimeout> | undefined

    function open() {
      source = new EventSource(address)
      source.addEventListener('open', () => listener.opened())
      source.addEventListener('error', () => {
        const refused = source.readyState === EventSource.CLOSED
        listener.broken(refused)
        if (refused) retry = setTimeout(open, patience)
      })
      // The payload is an EventView by contract (api/events.ts), from our own origin.
      for (const name of names)
        source.addEventListener(name, ({ data }) => listener.event(JSON.parse(data) as EventView))
    }

    open()
    signal.addEventListener('abort', () => {
      clearTimeout(retry)
      source.close()
      resolve()
    })
  })
}
