/**
 * Chains the audit behind the events: one sequencer of all processes (advisory lock) reads what was appended, in order within each
 * category, and adds a line for each action. Lines and cursors change in one transaction, and an event has one line at most, so that
 * neither a crash nor a cursor that was set back makes a line twice.
 *
 *   append ─▶ store ─▶ sequencer ─▶ kade.audit: seq, prevHash ─▶ hash
 */
import { canonicalLine, genesis, hashEntry } from '#api/audit-chain.ts'
import type { Database, Sql } from '#platform/adapters/database/database.ts'
import { WakeLoop } from '#platform/adapters/database/wake-loop.ts'
import { openPlaces, type Place, type PlaceOf } from '#platform/events/places.ts'
import { listCategories, readCategoryAsked } from '#platform/events/store.ts'
import type { StoredEvent } from '#platform/events/types.ts'
import { type AuditDraft, entryOf, isAudited } from './entry-of.ts'
import { beforeAndNow } from './told-before.ts'

const BATCH = 200

/** Chains whatever is appended, until the function given back is called. */
export async function startSequencer(
  database: Database,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const loop = new WakeLoop({
    database,
    channel: 'events',
    step: () => chainAudit(database),
    onError,
  })
  await loop.start()
  return () => loop.stop()
}

/** Adds the lines of what was appended since the last time, some at a time; answers whether there may be more. */
export async function chainAudit(database: Database): Promise<boolean> {
  return database.transaction(async tx => {
    const [lock] = await tx.query<{ mine: boolean }>(
      "SELECT pg_try_advisory_xact_lock(hashtext('kade.audit')) AS mine",
    )
    // Whoever holds it was woken by the same notification and reads to the end.
    if (!lock?.mine) return false
    const placeOf = openPlaces(tx)
    const drafts: AuditDraft[] = []
    let more = false
    for (const category of await listCategories(tx)) {
      const found = await readCategoryAsked(tx, category, await cursorOf(tx, category), BATCH)
      const last = found.at(-1)
      if (!last) continue
      more ||= found.length === BATCH
      for (const { event, asked } of found)
        if (isAudited(event)) {
          const place = await placeFor(tx, placeOf, event)
          drafts.push(entryOf({ event, asked, place, ...(await beforeAndNow(tx, event)) }))
        }
      await tx.query(
        `INSERT INTO kade.cursor (name, position) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET position = greatest(cursor.position, excluded.position)`,
        [cursorName(category), last.event.globalPosition],
      )
    }
    await addLines(tx, drafts)
    return more
  })
}

/** Cursors of the sequencer are named so, one per category. */
export function cursorName(category: string): string {
  return `audit.${category}`
}

async function cursorOf(tx: Sql, category: string): Promise<number> {
  const [row] = await tx.query<{ position: number }>(
    'SELECT position FROM kade.cursor WHERE name = $1',
    [cursorName(category)],
  )
  return row?.position ?? 0
}

async function addLines(tx: Sql, drafts: readonly AuditDraft[]): Promise<void> {
  const known = await tx.query<{ event: string }>(
    'SELECT event FROM kade.audit WHERE event = ANY($1)',
    [drafts.map(draft => draft.id)],
  )
  const there = new Set(known.map(row => row.event))
  const [last] = await tx.query<{ seq: number; hash: string }>(
    "SELECT seq, entry->>'hash' AS hash FROM kade.audit ORDER BY seq DESC LIMIT 1",
  )
  let { seq, hash } = last ?? { seq: 0, hash: genesis }
  const lines: string[] = []
  for (const draft of drafts
    .filter(one => !there.has(one.id))
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    seq += 1
    const entry = { ...draft, seq, prevHash: hash }
    hash = await hashEntry(entry)
    lines.push(canonicalLine({ ...entry, hash }))
  }
  await tx.query('INSERT INTO kade.audit (entry) SELECT line::jsonb FROM unnest($1::text[]) line', [
    lines,
  ])
}

/** What was asked for belongs to the team in whose namespace it would stand. */
async function placeFor(tx: Sql, placeOf: PlaceOf, event: StoredEvent): Promise<Place | null> {
  if (event.type !== 'RequestRefused' && event.type !== 'RequestAllowed') return placeOf(event)
  const { namespace } = event.data
  if (namespace === undefined) return null
  const [row] = await tx.query<{ team: string }>(
    'SELECT team FROM kade.namespace WHERE name = $1',
    [namespace],
  )
  return { namespace, team: row?.team ?? null }
}
