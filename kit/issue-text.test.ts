import { expect, it } from 'vitest'
import { z } from 'zod'
import { inBoth, issueText } from './issue-text.ts'

function texts(schema: z.ZodType, value: unknown) {
  return schema.safeParse(value).error?.issues.map(issueText)
}

const cases: readonly [
  behaviour: string,
  schema: z.ZodType,
  value: unknown,
  en: string,
  nl: string,
][] = [
  ['is missing', z.object({ a: z.string() }), {}, 'is missing', 'ontbreekt'],
  ['is no text', z.string(), 5, 'must be text (a string)', 'moet tekst zijn (een string)'],
  ['is no whole number', z.int(), 1.5, 'must be a whole number', 'moet een geheel getal zijn'],
  ['is no list', z.array(z.string()), {}, 'must be a list', 'moet een lijst zijn'],
  [
    'is not one of',
    z.enum(['a', 'b']),
    'c',
    'must be one of: a, b',
    'moet een van deze zijn: a, b',
  ],
  ['is too small', z.number().min(1), 0, 'at least 1', 'minstens 1'],
  ['is too large', z.number().lt(9), 9, 'less than 9', 'minder dan 9'],
  ['is too long', z.string().max(2), 'abc', 'at most 2 characters', 'hoogstens 2 tekens'],
  ['has too few', z.array(z.int()).min(1), [], 'at least 1 items', 'minstens 1 onderdelen'],
  ['is no address', z.url(), 'x', 'must be a URL', 'moet een URL zijn'],
  ['misses a pattern', z.string().regex(/^a$/), 'b', 'must match /^a$/', 'moet passen op /^a$/'],
]

it.each(cases)('says in both languages that an answer %s', (_behaviour, schema, value, en, nl) => {
  expect(texts(schema, value)).toEqual([{ en, nl }])
})

it('takes an author’s own message, in one language or in both', () => {
  const both = z.string().regex(/^a$/, inBoth('the letter a', 'de letter a'))
  expect(texts(both, 'b')).toEqual([{ en: 'the letter a', nl: 'de letter a' }])
  expect(texts(z.string().regex(/^a$/, 'the letter a'), 'b')).toEqual([
    { en: 'the letter a', nl: 'the letter a' },
  ])
})

it('never repeats the answer', () => {
  const wrong = { a: 'canary', b: 'canary', c: 'canary', d: 'canary' }
  const schema = z.object({ a: z.int(), b: z.enum(['x']), c: z.url(), d: z.string().max(2) })
  expect(JSON.stringify(texts(schema, wrong))).not.toContain('canary')
})
