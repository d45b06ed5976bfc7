import { expect, it } from 'vitest'
import type { AuditEntry } from './audit.ts'
import { canonicalLine, genesis, hashEntry, verifyChain } from './audit-chain.ts'

async function chain(length: number, reasons: Record<number, string> = {}): Promise<string[]> {
  const lines: string[] = []
  let prevHash = genesis
  for (let seq = 1; seq <= length; seq += 1) {
    const entry: AuditEntry = {
      seq,
      prevHash,
      hash: '',
      id: `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`,
      at: '2026-11-28T10:00:00.000Z',
      event: 'DeploymentRequested',
      action: 'deployment.create',
      actor: { id: 'ada', roles: ['developer'], via: 'cli' },
      object: { kind: 'deployment', id: `team-a/app-${seq}` },
      team: 'a',
      result: 'allow',
      origin: { client: 'kade', ip: '127.0.0.1' },
      ...(reasons[seq] ? { reason: reasons[seq] } : {}),
    }
    entry.hash = await hashEntry(entry)
    prevHash = entry.hash
    lines.push(canonicalLine(entry))
  }
  return lines
}

const headOf = (lines: readonly string[]) => {
  const { seq, hash } = JSON.parse(lines.at(-1) ?? '') as AuditEntry
  return { seq, hash }
}

it('writes JSON as RFC 8785 does', () => {
  // The example of its section 3.2.3, and keys that an object would put first.
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  const order = [...canonicalLine(value).matchAll(/:"(\w+)/g)].map(one => one[1])
  expect(order).toEqual(['Carriage', 'One', 'Control', 'Latin', 'Euro', 'Emoji', 'Hebrew'])
  expect(
    canonicalLine({ '10': 1, '9': 2, numbers: [333333333.3333333, 1e30, 4.5, 0.002, 1e-27, -0] }),
  ).toBe('{"10":1,"9":2,"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0]}')
  expect(canonicalLine({ b: undefined, a: '\u20ac$\u000f\nA\'B"\\' })).toBe(
    '{"a":"€$\\u000f\\nA\'B\\"\\\\"}',
  )
})

it('finds nothing in a chain as it was written, also from its middle on', async () => {
  const lines = await chain(5)
  expect(await verifyChain(lines, { anchor: headOf(lines) })).toMatchObject({
    entries: 5,
    first: 1,
    fault: null,
  })
  expect(await verifyChain(lines.slice(2))).toMatchObject({ entries: 3, first: 3, fault: null })
  expect(await verifyChain([])).toEqual({ entries: 0, first: null, head: null, fault: null })
})

it('names the row whose text was changed, in whatever field', async () => {
  const lines = await chain(5)
  const original = JSON.parse(lines[2] ?? '') as AuditEntry
  const forgeries: object[] = [
    { actor: { ...original.actor, id: 'bob' } },
    { result: 'deny' },
    { at: '2026-11-28T10:00:00.001Z' },
    { origin: {} },
    { more: 1 },
    { hash: genesis },
    { prevHash: genesis },
  ]
  for (const forged of forgeries) {
    const changed = lines.with(2, canonicalLine({ ...original, ...forged }))
    expect((await verifyChain(changed)).fault).toEqual({ seq: 3, line: 3, kind: 'edited' })
  }
  // One text, two readings: the last of two equal keys counts for most programs, and the first for most people.
  const doubled = (lines[2] ?? '').replace('{', '{"actor":"somebody else",')
  expect((await verifyChain(lines.with(2, doubled))).fault).toEqual({
    seq: 3,
    line: 3,
    kind: 'edited',
  })
})

it('names every bit that was flipped, in any line', async () => {
  const lines = await chain(3)
  for (const [index, line] of lines.entries())
    for (let at = 0; at < line.length; at += 7) {
      const flipped =
        line.slice(0, at) + String.fromCharCode(line.charCodeAt(at) ^ 1) + line.slice(at + 1)
      const { fault } = await verifyChain(lines.with(index, flipped), { anchor: headOf(lines) })
      expect(fault, `line ${index + 1}, character ${at}`).not.toBeNull()
      expect(fault?.line).toBe(index + 1)
    }
})

it('names the row that was taken out, moved or put in twice', async () => {
  const lines = await chain(6)
  const without = lines.toSpliced(2, 1)
  expect((await verifyChain(without)).fault).toEqual({ seq: 3, line: 3, kind: 'missing' })
  const swapped = [lines[0], lines[1], lines[3], lines[2], lines[4], lines[5]] as string[]
  expect((await verifyChain(swapped)).fault).toEqual({ seq: 3, line: 3, kind: 'moved' })
  const twice = lines.toSpliced(3, 0, lines[1] as string)
  expect((await verifyChain(twice)).fault).toEqual({ seq: 2, line: 4, kind: 'moved' })
  expect((await verifyChain(lines.with(1, 'no JSON'))).fault).toEqual({
    seq: 2,
    line: 2,
    kind: 'unreadable',
  })
})

it('names the row that was written anew with a hash of its own', async () => {
  const lines = await chain(6)
  const { hash: _, ...rest } = JSON.parse(lines[2] ?? '') as AuditEntry
  const forged = { ...rest, result: 'deny' as const }
  const line = canonicalLine({ ...forged, hash: await hashEntry(forged) })
  expect((await verifyChain(lines.with(2, line))).fault).toEqual({
    seq: 3,
    line: 4,
    kind: 'replaced',
  })
})

it('finds by a head that was kept elsewhere what was cut off, and what was written anew to its end', async () => {
  const lines = await chain(6)
  const anchor = headOf(lines)
  const cut = lines.slice(0, 4)
  expect((await verifyChain(cut)).fault).toBeNull()
  expect((await verifyChain(cut, { anchor })).fault).toEqual({
    seq: 5,
    line: null,
    kind: 'cut-off',
  })
  expect((await verifyChain([], { anchor })).fault).toEqual({ seq: 1, line: null, kind: 'cut-off' })
  const anew = await chain(7, { 2: 'another story' })
  expect((await verifyChain(anew)).fault).toBeNull()
  expect((await verifyChain(anew, { anchor })).fault).toEqual({ seq: 6, line: 6, kind: 'replaced' })
})

it('takes a selection with gaps line by line', async () => {
  const lines = await chain(6)
  const some = [lines[0], lines[3], lines[5]] as string[]
  expect((await verifyChain(some, { selection: true })).fault).toBeNull()
  const forged = (lines[3] ?? '').replace('ada', 'eve')
  expect((await verifyChain(some.with(1, forged), { selection: true })).fault).toMatchObject({
    seq: 4,
    kind: 'edited',
  })
})
