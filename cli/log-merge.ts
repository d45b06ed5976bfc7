import type { Logs } from '#api/logs.ts'

type LogLine = Logs['items'][number]

/** Asked for again each time: the lines of several nodes come by clocks that differ, and not in order. */
const overlapMs = 10_000

export type LogMerge = {
  /** Where the next answer has to begin (RFC 3339); undefined until a line with a time was seen. */
  since(): string | undefined
  /**
   * What is new in an answer; `asked` is how many lines the first one could hold. `gap` is true where it shares no line with
   * what came before although there was something: lines in between may be missing.
   */
  take(
    items: readonly LogLine[],
    asked?: number,
  ): { readonly lines: LogLine[]; readonly gap: boolean }
}

/**
 * Makes one stream of answers that overlap. A line is known by pod, container, time and text; where the same one stands
 * twice in an answer, it is told twice.
 */
export function createLogMerge(): LogMerge {
  const told = new Map<string, { count: number; time: number | null }>()
  let newest: number | null = null
  // Where the first answer was full there is more before it, which nobody asked for. Empty: from wherever there is.
  let begin: string | null = null
  const forgetOld = () => {
    // One second more than is asked for, since the answer begins at a whole second.
    const oldest = (newest ?? 0) - overlapMs - 1_000
    for (const [key, { time }] of told) if (time !== null && time < oldest) told.delete(key)
  }
  return {
    since: () => (newest === null ? undefined : new Date(newest - overlapMs).toISOString()),
    take(items, asked = Number.POSITIVE_INFINITY) {
      const before = told.size
      begin ??= items.length >= asked ? momentOf(items[0]) : ''
      const here = new Map<string, number>()
      const lines = items.filter(line => {
        const key = JSON.stringify([line.pod, line.container, line.at, line.text])
        const count = (here.get(key) ?? 0) + 1
        here.set(key, count)
        if (count <= (told.get(key)?.count ?? 0)) return false
        if (line.at !== null && momentOf(line) < (begin ?? '')) return false
        const time = line.at === null ? null : Date.parse(line.at)
        told.set(key, { count, time })
        if (time !== null && time > (newest ?? 0)) newest = time
        return true
      })
      forgetOld()
      return { lines, gap: before > 0 && items.length > 0 && lines.length === items.length }
    },
  }
}

/** Its time with all nine digits of the second, so that two of them compare as texts. */
function momentOf(line: LogLine | undefined): string {
  return (line?.at ?? '').replace(/(?:\.(\d+))?Z$/, (_, digits = '') => `.${digits.padEnd(9, '0')}`)
}
