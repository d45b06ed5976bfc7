import { PlatformError } from '#platform/errors.ts'
import { isUnknown } from '#platform/is-unknown.ts'

/** Opaque cursors: the sort key of the last row of a page. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

const parts = {
  name: (text: string) => /^[-a-z0-9]{0,63}$/.test(text),
  time: (text: string) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text,
  id: (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  number: (text: string) => /^-?\d{1,9}$/.test(text),
} as const

export type CursorPart = keyof typeof parts

/**
 * The sort key of a cursor, which has these parts. Throws `request-invalid` for anything that is not one of ours: what
 * the database cannot compare must not reach it.
 */
export function decodeCursor(cursor: string, kinds: readonly CursorPart[]): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const fits = (part: unknown, index: number): part is string => {
      const kind = kinds[index]
      return kind !== undefined && typeof part === 'string' && parts[kind](part)
    }
    if (Array.isArray(key) && key.length === kinds.length && key.every(fits)) return key
  } catch {
    // Falls through: not base64url of JSON is as wrong as the wrong JSON.
  }
  throw new PlatformError('request-invalid', 'The cursor is not one that Kade gave out.', {
    violations: [{ pointer: '/cursor', detail: isUnknown }],
    next: 'Begin again without a cursor.',
  })
}

/** One row more than the page was asked for: there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
  keyOf: (row: Row) => readonly string[],
): { items: Item[]; next: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(view),
    next: rows.length > limit && last ? encodeCursor(keyOf(last)) : null,
  }
}
