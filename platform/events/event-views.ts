import type { EventView } from '#api/events.ts'
import type { Sql } from '../adapters/database/database.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { EventFeed, FeedEvent } from './feed.ts'
import { openPlaces, type Place, toldCategories } from './places.ts'
import { lastPosition } from './store.ts'

export type ViewOptions = {
  /** From `start`, or `EventView.id` of the last one seen. */
  after: string
  signal?: AbortSignal | undefined
  /** Whether the follower may see what belongs to a team; null belongs to none. */
  sees: (team: string | null) => boolean
}

export type EventViews = {
  /** The cursor to follow from: the one given, or that of this moment. Throws `request-invalid` for a foreign one. */
  start(after: string | undefined): Promise<string>
  follow(options: ViewOptions): AsyncIterable<EventView>
}

/** The feed as people see it: an event of a deployment also says its namespace and name, which only its first event holds. */
export function viewEvents(sql: Sql, feed: Pick<EventFeed, 'follow'>): EventViews {
  const placeOf = openPlaces(sql)
  return {
    start: async after => {
      if (after !== undefined) return encodeCursor(decodeCursor(after))
      const positions = toldCategories.map(
        async category => [category, await lastPosition(sql, category)] as const,
      )
      return encodeCursor(new Map(await Promise.all(positions)))
    },
    follow: async function* ({ after, signal, sees }) {
      for await (const event of feed.follow({ categories: toldCategories, after, signal })) {
        const place = await placeOf(event)
        // Of what nobody knows whose it is, nobody is told.
        if (place && sees(place.team)) yield view(event, place)
      }
    },
  }
}

function view(event: FeedEvent, { namespace, deployment }: Place): EventView {
  // Every event's data is an object; the union of their shapes has no index of its own.
  const data = event.data as Record<string, unknown>
  const text = (key: string) => (typeof data[key] === 'string' ? { [key]: data[key] } : {})
  return {
    id: event.cursor,
    name: event.type,
    at: event.at.toISOString(),
    ...text('actor'),
    ...(namespace === undefined ? {} : { namespace }),
    ...(deployment === undefined ? {} : { deployment }),
    ...text('operation'),
    data,
  }
}
