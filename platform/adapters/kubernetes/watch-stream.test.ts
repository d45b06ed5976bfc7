import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lines } from './watch-stream.ts'

async function* chunksOf(bytes: Uint8Array, cuts: readonly number[]) {
  let from = 0
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, cut)
    from = cut
  }
}

async function all(stream: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = []
  for await (const line of stream) seen.push(line)
  return seen
}

test('lines come out whole, wherever the network cuts them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).filter(line => !line.includes('\n'))),
      fc.array(fc.nat(400)),
      async (expected, cuts) => {
        const bytes = Buffer.from(expected.map(line => `${line}\n`).join(''))
        const within = cuts.filter(cut => cut <= bytes.length)
        const seen = await all(lines(chunksOf(bytes, within)))
        expect(seen).toEqual(expected)
      },
    ),
  )
})

test('the last line needs no line break, and empty lines are no lines', async () => {
  const bytes = Buffer.from('one\n\ntwo')
  expect(await all(lines(chunksOf(bytes, [])))).toEqual(['one', 'two'])
})

test('a line without end is refused before it fills the memory', async () => {
  const endless = async function* () {
    for (;;) yield Buffer.alloc(1_000, 'x')
  }
  await expect(all(lines(endless(), 10_000))).rejects.toThrow('longer than 10000')
})
