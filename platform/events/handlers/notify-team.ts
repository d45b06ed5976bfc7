import { randomUUID } from 'node:crypto'
import { noticed, noticeOf } from '#platform/notifications/notice-of.ts'
import type { Database } from '../../adapters/database/database.ts'
import { openPlaces, type PlaceOf } from '../places.ts'
import type { Handler } from '../subscriptions.ts'
import type { StoredEvent } from '../types.ts'

/** What one team keeps; older ones go when new ones come. */
const KEPT = 500

/** Writes for the people of a team what ended, failed or needs them. An event that comes twice is told once. */
export function notifyTeam(database: Database): Handler[] {
  const placeOf = openPlaces(database)
  return Object.entries(noticed).map(([category, wants]) => ({
    name: `notify-team-${category}`,
    category,
    wants,
    handle: event => write(database, placeOf, event),
  }))
}

async function write(database: Database, placeOf: PlaceOf, event: StoredEvent): Promise<void> {
  const place = await placeOf(event)
  const notice = place && noticeOf(event, place)
  if (!notice || place.team === null) return
  await database.transaction(async tx => {
    const added = await tx.query(
      `insert into kade.notification (id, team, event, kind, text, namespace, deployment, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (team, event) do nothing returning 1`,
      [
        randomUUID(),
        place.team,
        event.id,
        notice.kind,
        notice.text,
        place.namespace ?? null,
        place.deployment ?? null,
        event.at,
      ],
    )
    if (added.length === 0) return
    await tx.query(
      `delete from kade.notification where id in (
         select id from kade.notification where team = $1 order by at desc, id desc offset $2)`,
      [place.team, KEPT],
    )
  })
}
