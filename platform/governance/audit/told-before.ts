import type { Sql } from '#platform/adapters/database/database.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import type { StoredEvent } from '#platform/events/types.ts'
import { sayTogether } from './before-after.ts'

/** Earlier actions on a thing that are looked at for what it was before. */
const LOOK_BACK = 20

type Data = Readonly<Record<string, unknown>>

/** What an event says of its thing, and what the actions before it said. */
export async function beforeAndNow(
  tx: Sql,
  event: StoredEvent,
): Promise<{ before: Data | undefined; now: Data }> {
  const earlier = await tx.query<{ data: Data }>(
    `SELECT data FROM (
       SELECT data, position FROM message_store.messages
        WHERE stream_name = $1 AND position < $2 AND data ? 'actor' ORDER BY position DESC LIMIT $3) one
     ORDER BY position`,
    [event.stream, event.position, LOOK_BACK],
  )
  const before = sayTogether(await Promise.all(earlier.map(({ data }) => opened(data))))
  const last = sayTogether(earlier.map(({ data }) => data))
  return {
    before: before && { ...before, ...(await settingsOf(tx, last)) },
    now: { ...opened(event.data as Data), ...(await settingsOf(tx, event.data as Data)) },
  }
}

/** A revision as fields of the deployment itself, which it replaces one by one. */
function opened({ revision, ...data }: Data): Data {
  if (!isRecord(revision)) return data
  const { number: _number, reason: _reason, origins: _origins, ...fields } = revision
  return { ...data, ...fields }
}

/** Settings stand beside the event, under their digest. */
async function settingsOf(tx: Sql, data: Data | undefined): Promise<Data> {
  const revision = data?.revision
  if (!isRecord(revision) || typeof revision.settings !== 'string') return {}
  // Whatever of an old revision was cleared away, its digest still says that it was another.
  return { settings: await readBlob(tx, revision.settings).catch(() => revision.settings) }
}

function isRecord(value: unknown): value is Data {
  return typeof value === 'object' && value !== null
}
