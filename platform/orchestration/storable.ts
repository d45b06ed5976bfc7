/**
 * What a cluster said, as PostgreSQL can keep it: a text with U+0000 or half of a surrogate pair is refused by `jsonb`. Both
 * come from containers (their last words) and from texts that were cut, so a tenant could otherwise stop what is told of others.
 */
export function storable<T>(value: T): T {
  // Keeps every shape: only the characters of texts change.
  return withTexts(value) as T
}

function withTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd')
  if (Array.isArray(value)) return value.map(withTexts)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTexts(item)]))
}
