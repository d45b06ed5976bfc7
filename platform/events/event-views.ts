import type { EventView } from '#api/events.ts'
import type { Sql } from '../adapters/database/database.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { EventFeed, FeedEvent } from './feed.ts'
import { lastPosition } from './store.ts'

/** What people may hear of; `account` is not for everybody's ears. */
const categories = ['app', 'cluster', 'deployment', 'namespace', 'observed'] as const

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

type Place = { namespace?: string; deployment?: string; team: string | null }

/** Places kept in memory; a deployment never changes its own, so that forgetting them costs one query each. */
const KEPT = 10_000

/** The feed as people see it: an event of a deployment also says its namespace and name, which only its first event holds. */
export function viewEvents(sql: Sql, feed: Pick<EventFeed, 'follow'>): EventViews {
  const places = new Map<string, Place>()
  const placeOf = async (event: FeedEvent): Promise<Place | null> => {
    const known = places.get(event.stream)
    if (known) return known
    const place = await findPlace(sql, event)
    if (places.size >= KEPT) places.clear()
    if (place?.namespace !== undefined) places.set(event.stream, place)
    return place
  }
  return {
    start: async after => {
      if (after !== undefined) return encodeCursor(decodeCursor(after))
      const positions = categories.map(
        async category => [category, await lastPosition(sql, category)] as const,
      )
      return encodeCursor(new Map(await Promise.all(positions)))
    },
    follow: async function* ({ after, signal, sees }) {
      for await (const event of feed.follow({ categories, after, signal })) {
        const place = await placeOf(event)
        // Of what nobody knows whose it is, nobody is told.
        if (place && sees(place.team)) yield view(event, place)
      }
    },
  }
}

async function findPlace(sql: Sql, event: FeedEvent): Promise<Place | null> {
  if (event.type === 'DeploymentRequested' || event.type === 'NamespaceRequested') {
    const { namespace, team } = event.data
    return event.type === 'NamespaceRequested'
      ? { namespace, team }
      : { namespace, team, deployment: event.data.name }
  }
  const dash = event.stream.indexOf('-')
  const [category, id] = [event.stream.slice(0, dash), event.stream.slice(dash + 1)]
  // The shelf and the clusters belong to no team.
  if (category === 'app' || category === 'cluster') return { team: null }
  const [row] =
    category === 'namespace'
      ? await sql.query<Place>(
          'select name as namespace, team from kade.namespace where name = $1',
          [id],
        )
      : // Operations outlive their deployment, so that its last event still has a place.
        await sql.query<Place>(
          'select namespace, name as deployment, team from kade.operation where deployment = $1 limit 1',
          [id],
        )
  return row ?? null
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
