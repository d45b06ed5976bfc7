import type { AuditEntry, AuditHead } from './audit.ts'

/** What the first line of a chain says of the line before it. */
export const genesis = '0'.repeat(64)

/** JSON in canonical form (RFC 8785): equal values have equal text, whoever writes it. */
export function canonicalLine(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.map(item => canonicalLine(item === undefined ? null : item)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined)
  // By UTF-16 code units, which is how JavaScript compares; an object of sorted keys would put numbers first.
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalLine(inner)}`).join(',')}}`
}

/** The hash of a line: of everything in it but the hash itself. */
export async function hashEntry(entry: Omit<AuditEntry, 'hash'> | AuditEntry): Promise<string> {
  const { hash: _, ...rest } = { hash: '', ...entry }
  const bytes = new TextEncoder().encode(canonicalLine(rest))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
}

export type ChainFault = {
  /** The first bad row, by `seq`; null where a line says none. */
  readonly seq: number | null
  /** The line of the file where it shows; null where it is the end that is missing. */
  readonly line: number | null
  readonly kind: 'unreadable' | 'edited' | 'missing' | 'moved' | 'replaced' | 'cut-off'
}

export type ChainReport = {
  readonly entries: number
  readonly first: number | null
  readonly head: AuditHead | null
  readonly fault: ChainFault | null
}

type Seen = { readonly seq: number; readonly hash: string }

/**
 * Follows a chain from its first line on and names the first bad row. `anchor` is a head that was kept elsewhere. A `selection` has
 * gaps by right: then each line is held against its own hash alone.
 */
export async function verifyChain(
  lines: AsyncIterable<string> | Iterable<string>,
  { anchor, selection = false }: { anchor?: AuditHead | undefined; selection?: boolean } = {},
): Promise<ChainReport> {
  let entries = 0
  let first: number | null = null
  let before: Seen | undefined
  // Rows that were expected and are not there; should one come later, it was moved.
  let gap: (ChainFault & { readonly until: number }) | undefined
  const report = (fault: ChainFault | null): ChainReport => ({
    entries,
    first,
    head: before ? { seq: before.seq, hash: before.hash } : null,
    fault: fault && { seq: fault.seq, line: fault.line, kind: fault.kind },
  })
  for await (const text of lines) {
    if (text === '') continue
    entries += 1
    const entry = readLine(text)
    if (!entry)
      return report(
        gap ?? { seq: before ? before.seq + 1 : null, line: entries, kind: 'unreadable' },
      )
    const { seq, hash } = entry
    if (gap) {
      if (seq >= gap.until || gap.seq === null || seq < gap.seq) continue
      return report({ ...gap, kind: 'moved' })
    }
    first ??= seq
    const fault = await faultOf(text, entry, before, anchor, selection)
    if (fault?.kind === 'missing' && fault.seq !== null)
      gap = { ...fault, line: entries, until: seq }
    else if (fault) return report({ ...fault, line: entries })
    else before = { seq, hash }
  }
  if (gap) return report(gap)
  if (anchor && !selection && (before?.seq ?? 0) < anchor.seq)
    return report({ seq: (before?.seq ?? 0) + 1, line: null, kind: 'cut-off' })
  return report(null)
}

type Fault = Pick<ChainFault, 'seq' | 'kind'>

async function faultOf(
  text: string,
  entry: AuditEntry,
  before: Seen | undefined,
  anchor: AuditHead | undefined,
  selection: boolean,
): Promise<Fault | null> {
  const { seq, hash, prevHash } = entry
  if (text !== canonicalLine(entry) || (await hashEntry(entry)) !== hash)
    return { seq, kind: 'edited' }
  if (selection) return before && seq <= before.seq ? { seq, kind: 'moved' } : null
  if (!before)
    return seq === 1 && prevHash !== genesis ? { seq, kind: 'replaced' } : anchored(entry, anchor)
  if (seq <= before.seq) return { seq, kind: 'moved' }
  if (seq > before.seq + 1) return { seq: before.seq + 1, kind: 'missing' }
  // The row before fits its own hash, and is not the one to which this one was chained.
  if (prevHash !== before.hash) return { seq: before.seq, kind: 'replaced' }
  return anchored(entry, anchor)
}

function anchored({ seq, hash }: AuditEntry, anchor: AuditHead | undefined): Fault | null {
  return anchor?.seq === seq && anchor.hash !== hash ? { seq, kind: 'replaced' } : null
}

/** The line as an entry of which only what the chain needs was looked at. */
function readLine(text: string): AuditEntry | undefined {
  try {
    const entry: unknown = JSON.parse(text)
    if (typeof entry !== 'object' || entry === null) return undefined
    const { seq, hash, prevHash } = entry as Partial<AuditEntry>
    const fits =
      Number.isSafeInteger(seq) && typeof hash === 'string' && typeof prevHash === 'string'
    // The rest is text to the chain, and its hash says that nobody changed it.
    return fits ? (entry as AuditEntry) : undefined
  } catch {
    return undefined
  }
}
