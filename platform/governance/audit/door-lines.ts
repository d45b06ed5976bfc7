import type { Database } from '#platform/adapters/database/database.ts'
import { type Asked, whileAsked } from '#platform/events/asked.ts'
import { append } from '#platform/events/store.ts'
import type { EventData, NewEvent } from '#platform/events/types.ts'
import { startTicks } from '#platform/ticks.ts'

export type Refusal = Omit<EventData<'RequestRefused'>, 'actor' | 'via' | 'action' | 'count'>
export type Allowance = Omit<EventData<'RequestAllowed'>, 'actor' | 'via' | 'action'>

/** What only the door can tell the audit. */
export type DoorLines = {
  /** Writes down that somebody was refused: the first of its kind in a minute at once, all others of that minute as one count. */
  refused(asked: Asked, refusal: Refusal): Promise<void>
  /** Writes down that somebody may do something now. Rejects where it cannot: then it must not be done. */
  allowed(asked: Asked, allowance: Allowance): Promise<void>
  /** Writes the counts that are left. */
  close(): Promise<void>
}

type Kept = { readonly asked: Asked; readonly refusal: Refusal; more: number }

const WINDOW_MS = 60_000
/** Kinds of refusals in a minute that get a line each: a flood from everywhere must not fill the audit. */
const MOST_KINDS = 200

/** Lines of one door. */
export function openDoorLines(
  database: Database,
  onError: (error: unknown) => void,
  { windowMs = WINDOW_MS, mostKinds = MOST_KINDS } = {},
): DoorLines {
  let kinds = new Map<string, Kept>()
  const flush = async () => {
    const over = kinds
    kinds = new Map()
    for (const { asked, refusal, more } of over.values())
      if (more > 0) await write(database, asked, refusedBy(asked, refusal, more))
  }
  const stop = startTicks(windowMs, flush, onError)
  return {
    async refused(asked, refusal) {
      const kind = kindOf(asked, refusal)
      const known = kinds.get(kind)
      if (known) {
        known.more += 1
        return
      }
      if (kinds.size < mostKinds) {
        kinds.set(kind, { asked, refusal, more: 0 })
        await write(database, asked, refusedBy(asked, refusal, 1))
        return
      }
      const rest = kinds.get('rest') ?? { ...ofMany(asked, refusal), more: 0 }
      rest.more += 1
      kinds.set('rest', rest)
    },
    allowed: (asked, allowance) =>
      write(database, asked, { type: 'RequestAllowed', data: { ...askerOf(asked), ...allowance } }),
    async close() {
      await stop()
      await flush().catch(onError)
    },
  }
}

function write(database: Database, asked: Asked, event: NewEvent): Promise<void> {
  return whileAsked(asked, () =>
    database.transaction(tx => append(tx, 'audit-door', null, [event])),
  )
}

function refusedBy(asked: Asked, refusal: Refusal, count: number): NewEvent {
  return { type: 'RequestRefused', data: { ...askerOf(asked), ...refusal, count } }
}

function askerOf({ actor, action }: Asked) {
  // Only the door makes an `Asked`, by one of the doors there are.
  return { actor: actor.id, via: actor.via as EventData<'RequestRefused'>['via'], action }
}

/** Strangers are told apart by their address alone: what they ask for they can choose at will. */
function kindOf({ actor, action, origin }: Asked, { code, object }: Refusal): string {
  if (actor.id === anonymous) return JSON.stringify([origin.ip, code])
  return JSON.stringify([actor.id, origin.ip, action, object.kind, object.id, code])
}

/** Who asks when nobody knows. */
export const anonymous = 'anonymous'

function ofMany(asked: Asked, refusal: Refusal): Omit<Kept, 'more'> {
  const object = { kind: 'request', id: 'many' }
  return {
    asked: {
      ...asked,
      action: 'many',
      actor: { id: 'many', roles: [], via: asked.actor.via },
      origin: { ip: 'many', client: 'many' },
    },
    refusal: { object, result: refusal.result, code: 'many' },
  }
}
