import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Passport } from '#kit/passport.ts'
import { ownWord } from './own-word.ts'

const text = await readFile('catalog/qdrant/passport.yaml', 'utf8')
/** Of the catalogue itself: read here as if it came from outside. */
const { tested, ...ours }: Passport = parse(text)
const ofMaker: Passport = {
  ...ours,
  criteria: ours.criteria.map(each =>
    each.assurance === 'none' ? each : { ...each, assurance: 'self-declared' },
  ),
}

it("takes a maker's own word", () => {
  expect(ownWord(ofMaker)).toEqual({ passport: ofMaker, violations: [] })
})

it.each(['judged', 'ran'] as const)('refuses the word "%s", which is of the catalogue', word => {
  const [first, ...rest] = ofMaker.criteria
  const criteria = [{ ...first, answer: 'yes', assurance: word }, ...rest]
  expect(ownWord({ ...ofMaker, criteria }).violations).toMatchObject([
    {
      pointer: '/passport/criteria/0/assurance',
      detail: { nl: expect.stringMatching(/is aan deze catalogus/) },
    },
  ])
})

it('refuses that it was tried for this catalogue', () => {
  expect(tested).toBeDefined()
  expect(ownWord({ ...ofMaker, tested }).violations).toMatchObject([
    { pointer: '/passport/tested' },
  ])
})

it('refuses a passport without end or ground', () => {
  const deep = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000))
  for (const criteria of [deep, 'x'.repeat(70_000)])
    expect(ownWord({ ...ofMaker, criteria }).violations).toMatchObject([{ pointer: '/passport' }])
})
