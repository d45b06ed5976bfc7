export type Turns<Entry> = {
  /** False where there is no room: for anybody, or for this module. */
  join(digest: string, entry: Entry): boolean
  /** Whose turn it is; the module then stands behind all others that wait. */
  next(): Entry | undefined
  /** False where it no longer waits. */
  leave(digest: string, entry: Entry): boolean
}

/** Who waits for the one thread. Modules have their turn one after the other, so that a slow one holds up itself before others. */
export function takeTurns<Entry>(room: {
  readonly waiting: number
  readonly waitingOfModule: number
}): Turns<Entry> {
  // A line per module, the module whose turn it is first; no line is empty.
  const lines = new Map<string, Entry[]>()
  let waiting = 0
  /** Who had its turn; it may have joined again before others came. */
  let last = ''

  const shorten = (digest: string, line: Entry[]) => {
    waiting -= 1
    if (line.length === 0) lines.delete(digest)
  }

  return {
    join(digest, entry) {
      const line = lines.get(digest) ?? []
      if (waiting >= room.waiting || line.length >= room.waitingOfModule) return false
      line.push(entry)
      lines.set(digest, line)
      waiting += 1
      return true
    },
    next() {
      const digest = [...lines.keys()].find(one => one !== last) ?? last
      const line = lines.get(digest)
      if (line === undefined) return undefined
      last = digest
      const entry = line.shift()
      lines.delete(digest)
      lines.set(digest, line)
      shorten(digest, line)
      return entry
    },
    leave(digest, entry) {
      const line = lines.get(digest) ?? []
      const at = line.indexOf(entry)
      if (at < 0) return false
      line.splice(at, 1)
      shorten(digest, line)
      return true
    },
  }
}
