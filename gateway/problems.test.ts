import { describe, expect, it } from 'vitest'
import { problemStatus } from '#api/problem.ts'
import { PlatformError } from '#platform/errors.ts'
import { problemTexts } from './problem-texts.ts'
import { languageOf, problemOf } from './problems.ts'

describe('the language of a problem', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['fr-FR,fr', 'en'],
    ['nl', 'nl'],
    ['nl-NL,nl;q=0.9,en;q=0.8', 'nl'],
    ['en-GB,nl;q=0.9', 'en'],
    ['en;q=0.5, nl;q=0.7', 'nl'],
    ['nl;q=0, en', 'en'],
    ['nl;q=many, en', 'nl'],
  ])('for Accept-Language %s is %s', (header, language) => {
    expect(languageOf(header)).toBe(language)
  })

  it('is that of title, detail and advice', () => {
    const error = new PlatformError(
      'name-taken',
      { en: 'There is one already.', nl: 'Er is er al een.' },
      { next: { en: 'Choose another.', nl: 'Kies een andere.' } },
    )
    expect(problemOf(error, 'nl')).toMatchObject({
      title: 'De naam is bezet',
      detail: 'Er is er al een.',
      next: 'Kies een andere.',
    })
    expect(problemOf(error, 'en')).toMatchObject({ title: 'The name is taken' })
  })

  it('makes the advice of the code do where an error has its own in English alone', () => {
    const error = new PlatformError('conflict', 'It runs.', { next: 'Wait for it.' })
    expect(problemOf(error, 'en').next).toBe('Wait for it.')
    expect(problemOf(error, 'nl')).toMatchObject({
      detail: 'It runs.',
      next: problemTexts.conflict.next.nl,
    })
  })

  it('has its texts for every code', () => {
    for (const code of Object.keys(problemStatus) as (keyof typeof problemStatus)[])
      for (const text of Object.values(problemTexts[code])) {
        expect(text.nl, code).not.toBe('')
        expect(text.nl, code).not.toBe(text.en)
      }
  })
})
