/** One place where two configurations differ, as a path a person can read: `resources.limits.memory`. */
export type Difference = { path: string; before: string | undefined; after: string | undefined }

function leavesOf(value: unknown, path: string, leaves: Map<string, string>): void {
  if (value === undefined || value === null) return
  const entries = typeof value === 'object' ? Object.entries(value) : []
  if (typeof value !== 'object' || entries.length === 0 || Array.isArray(value)) {
    if (typeof value === 'object' && entries.length === 0) return
    leaves.set(path, typeof value === 'string' ? value : JSON.stringify(value))
    return
  }
  for (const [key, inner] of entries) leavesOf(inner, path ? `${path}.${key}` : key, leaves)
}

/** Where `after` differs from `before`, by path. Lists are compared whole; absent, null and empty count as the same. */
export function differencesOf(before: unknown, after: unknown): Difference[] {
  const old = new Map<string, string>()
  const fresh = new Map<string, string>()
  leavesOf(before, '', old)
  leavesOf(after, '', fresh)
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].sort()
  return paths
    .map(path => ({ path, before: old.get(path), after: fresh.get(path) }))
    .filter(difference => difference.before !== difference.after)
}
