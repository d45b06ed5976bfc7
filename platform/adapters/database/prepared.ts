import { createHash } from 'node:crypto'
import pg from 'pg'

/**
 * Names for statements, so that PostgreSQL parses and plans each once per connection and not each time: of the small
 * statements that Kade's transactions are made of, planning is most of the cost (measured: 0.46 ms of 0.50).
 */
export type PreparedNames = {
  /** The name of a statement; undefined once there are more than a program writes down, so that none pile up in the server. */
  nameOf(text: string): string | undefined
  /** New names for all: a table has changed, and what was prepared before does not fit it any more. */
  renew(): void
}

const MOST = 500

export function preparedNames(): PreparedNames {
  const names = new Map<string, string>()
  let generation = 0
  return {
    nameOf(text) {
      const known = names.get(text)
      if (known !== undefined || names.size >= MOST) return known
      const name = `${generation}-${createHash('sha256').update(text).digest('base64url')}`
      names.set(text, name)
      return name
    },
    renew() {
      generation += 1
      names.clear()
    },
  }
}

/** Whether PostgreSQL refuses a prepared statement because its columns are others by now (a migration has run). */
export function isOutdated(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.routine === 'RevalidateCachedQuery'
}
