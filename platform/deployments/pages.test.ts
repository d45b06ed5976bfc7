import { expect, it } from 'vitest'
import { PlatformError } from '#platform/errors.ts'
import { type CursorPart, decodeCursor, encodeCursor, toPage } from './pages.ts'

const id = '0f6cf1ce-6f4e-4c73-9c0c-0d6b1f0f4a11'

it.each<[CursorPart[], string[]]>([
  [
    ['name', 'name'],
    ['team-a', 'chat'],
  ],
  [
    ['time', 'id'],
    ['2026-11-21T12:00:00.000Z', id],
  ],
  [['number'], ['41']],
])('gives back what a cursor of %s was made of', (kinds, key) => {
  expect(decodeCursor(encodeCursor(key), kinds)).toEqual(key)
})

it.each<[string, CursorPart[]]>([
  ['', ['name']],
  ['%%%', ['name']],
  [encodeCursor(['a']), ['name', 'name']],
  [encodeCursor(['a', 'b', 'c']), ['name', 'name']],
  [encodeCursor(['team\0a']), ['name']],
  [encodeCursor(['chat', id]), ['time', 'id']],
  [encodeCursor(['2026-02-30T00:00:00.000Z', id]), ['time', 'id']],
  [encodeCursor(['2026-11-21T12:00:00.000Z', 'x']), ['time', 'id']],
  [encodeCursor(['NaN']), ['number']],
  [encodeCursor(['99999999999']), ['number']],
  [Buffer.from('[1]').toString('base64url'), ['number']],
  [Buffer.from('{"0":"1","length":1}').toString('base64url'), ['number']],
])('refuses the cursor %j before the database sees it', (cursor, kinds) => {
  expect(() => decodeCursor(cursor, kinds)).toThrow(PlatformError)
})

it('names a next page only where there is one', () => {
  const page = (rows: number[]) => toPage(rows, 2, String, row => [String(row)])
  expect(page([])).toEqual({ items: [], next: null })
  expect(page([1, 2])).toEqual({ items: ['1', '2'], next: null })
  expect(page([1, 2, 3])).toEqual({ items: ['1', '2'], next: encodeCursor(['2']) })
})
