import type { PlacementData } from './placement-data.ts'
import type { Place } from './places.ts'
import type { RevisionData, StoredEvent } from './types.ts'
import { currentVersion } from './versions.ts'

/**
 * An event as it leaves Kade: CloudEvents 1.0 in the NL GOV profile (Logius), in structured mode. Context attributes name no
 * person; the data names people by account id.
 */
export type CloudEvent = {
  readonly specversion: '1.0'
  /** Of the event: the same in every delivery, so that a receiver can know it again. */
  readonly id: string
  /** `urn:nld:oin:<OIN>:systeem:<name>` where the organisation says so. */
  readonly source: string
  readonly type: `nl.kade.${string}.v${number}`
  /** `namespace/name` of a deployment, else the namespace; absent for what is in none. */
  readonly subject?: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** Orders the events of one category, as text. */
  readonly sequence: string
  readonly data: Readonly<Record<string, unknown>>
  /** Present where the data was left out for its size; the API has it. */
  readonly dataomitted?: true
}

export const cloudEventType = 'application/cloudevents+json'

/** Bytes of JSON that data may have outside: what brokers take without being told (NATS 1 MiB, webhooks less). */
const MAX_DATA_BYTES = 256 * 1024

/** The event for the world outside. */
export function cloudEvent(event: StoredEvent, place: Place | null, source: string): CloudEvent {
  const data = outward(event)
  const fits = Buffer.byteLength(JSON.stringify(data)) <= MAX_DATA_BYTES
  const subject = subjectOf(place)
  return {
    specversion: '1.0',
    id: event.id,
    source,
    type: typeOf(event),
    ...(subject === undefined ? {} : { subject }),
    time: event.at.toISOString(),
    datacontenttype: 'application/json',
    sequence: String(event.globalPosition).padStart(16, '0'),
    data: fits ? data : {},
    ...(fits ? {} : { dataomitted: true }),
  }
}

/** The CloudEvents type of an event, by which a receiver knows its shape. */
export function typeOf({ type }: Pick<StoredEvent, 'type'>): CloudEvent['type'] {
  return `nl.kade.${type}.v${currentVersion(type)}`
}

function subjectOf(place: Place | null): string | undefined {
  if (place?.namespace === undefined) return undefined
  return place.deployment === undefined ? place.namespace : `${place.namespace}/${place.deployment}`
}

/**
 * What others may know of it. The configuration of a revision stays inside: variables and addresses that people typed are theirs, and
 * whoever may see them asks the API. So do the reasons of a placement, which tell of clusters and deployments of others.
 */
function outward(event: StoredEvent): Record<string, unknown> {
  if (event.type !== 'DeploymentRequested') return { ...event.data }
  const { revision, placement, ...rest } = event.data
  return {
    ...rest,
    ...(placement && { placement: outwardPlacement(placement) }),
    ...(revision && { revision: outwardRevision(revision) }),
  }
}

function outwardPlacement({ dataClass, verdicts }: PlacementData) {
  const clusters = verdicts.filter(one => one.chosen).map(one => one.cluster)
  return { ...(dataClass && { dataClass }), clusters }
}

function outwardRevision({ number, version, replicas, images }: RevisionData) {
  return { number, version, replicas, images }
}
