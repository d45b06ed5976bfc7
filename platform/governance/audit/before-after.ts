import type { AuditChange } from '#api/audit.ts'
import { digestOf } from '#platform/deployments/digest.ts'
import { escapePointer } from '#platform/escape-pointer.ts'

type Said = Readonly<Record<string, unknown>>

/** What an event says of who asked, how and when: not of the thing that it changes. */
const bookkeeping = new Set([
  'actor',
  'via',
  'assisted',
  'operation',
  'deadline',
  'preview',
  'consents',
  'approvals',
  'continues',
  'reason',
  'why',
])
const MOST_CHANGES = 50
const LONGEST = 200

/** Of the configuration of a deployment, what people typed stands as digests: a line of the audit can never be erased. */
const typed = /^\/(settings|env|bindings)(\/|$)/

/** What a thing was said to be, and is said to be now; only what the newest event speaks of is compared. */
export function compare(
  before: Said | undefined,
  now: Said,
): { before?: string; after: string; changes: AuditChange[] } {
  const after = Object.fromEntries(Object.entries(now).filter(([key]) => !bookkeeping.has(key)))
  const then =
    before &&
    Object.fromEntries(
      Object.keys(after).flatMap(key => (key in before ? [[key, before[key]]] : [])),
    )
  const changes = before ? [...differences('', then, after)].slice(0, MOST_CHANGES) : []
  return { ...(then ? { before: digestOf(then) } : {}), after: digestOf(after), changes }
}

/** Says together what events said one after the other. */
export function sayTogether(events: readonly Said[]): Said | undefined {
  return events.length === 0 ? undefined : Object.assign({}, ...events)
}

function* differences(path: string, before: unknown, after: unknown): Generator<AuditChange> {
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* differences(`${path}/${escapePointer(key)}`, before[key], after[key])
    return
  }
  if (digestOf(before ?? null) === digestOf(after ?? null)) return
  yield {
    path,
    ...(before === undefined ? {} : { before: shown(path, before) }),
    ...(after === undefined ? {} : { after: shown(path, after) }),
  }
}

function shown(path: string, value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const isDigest = /^sha256:[0-9a-f]{64}$/.test(text)
  return !isDigest && (typed.test(path) || text.length > LONGEST) ? digestOf(value) : value
}

function isRecord(value: unknown): value is Said {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
