import type { Sql } from '../adapters/database/database.ts'
import type { StoredEvent } from './types.ts'

/** Categories that people and other systems may hear of; `account` is not for everybody's ears. */
export const toldCategories = [
  'app',
  'approval',
  'cluster',
  'deployment',
  'namespace',
  'observed',
  'platform',
  'webhook',
] as const

/** Whose an event is, and where; `team` is null for what belongs to none, such as a cluster. */
export type Place = {
  readonly namespace?: string
  readonly deployment?: string
  readonly team: string | null
}

/** The place of an event, or null when nobody knows it: then nobody is told. */
export type PlaceOf = (event: StoredEvent) => Promise<Place | null>

/** Places kept in memory; a deployment never changes its own, so that forgetting them costs one query each. */
const KEPT = 10_000

/** Finds where events happened: only the first event of a deployment holds its namespace and name. */
export function openPlaces(sql: Sql): PlaceOf {
  const places = new Map<string, Place>()
  return async event => {
    const known = places.get(event.stream)
    if (known) return known
    const place = await findPlace(sql, event)
    if (places.size >= KEPT) places.clear()
    if (place?.namespace !== undefined) places.set(event.stream, place)
    return place
  }
}

async function findPlace(sql: Sql, event: StoredEvent): Promise<Place | null> {
  if (event.type === 'DeploymentRequested' || event.type === 'NamespaceRequested') {
    const { namespace, team } = event.data
    return event.type === 'NamespaceRequested'
      ? { namespace, team }
      : { namespace, team, deployment: event.data.name }
  }
  // A webhook's events outlive it.
  if ('team' in event.data && event.stream.startsWith('webhook-')) return { team: event.data.team }
  const dash = event.stream.indexOf('-')
  const [category, id] = [event.stream.slice(0, dash), event.stream.slice(dash + 1)]
  // The shelf, the clusters and Kade itself belong to no team.
  if (category === 'app' || category === 'cluster' || category === 'platform') return { team: null }
  if (category === 'approval') {
    const [asked] = await sql.query<Place>(
      'select namespace, deployment, team from kade.approval where id::text = $1',
      [id],
    )
    return asked ?? null
  }
  if (event.type === 'QuotaSet') {
    const { scope, name } = event.data
    if (scope === 'namespace') return await placeOfNamespace(sql, name)
    return { team: scope === 'team' ? name : null }
  }
  if (category === 'namespace') return await placeOfNamespace(sql, id)
  // Streams of another category have ids of another kind.
  if (category !== 'deployment' && category !== 'observed') return null
  // Operations outlive their deployment, so that its last event still has a place.
  const [row] = await sql.query<Place>(
    'select namespace, name as deployment, team from kade.operation where deployment = $1 limit 1',
    [id],
  )
  return row ?? null
}

async function placeOfNamespace(sql: Sql, name: string): Promise<Place | null> {
  const [row] = await sql.query<Place>(
    'select name as namespace, team from kade.namespace where name = $1',
    [name],
  )
  return row ?? null
}
