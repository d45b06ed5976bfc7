import { expect, it } from 'vitest'
import { shelfWords } from '#platform/shelf-words.ts'
import { textOf } from './files.ts'

it.each(['en', 'nl'] as const)(
  'a search knows categories and capabilities by the words of the portal (%s); to fix: platform/shelf-words.ts',
  language => {
    const words = JSON.parse(textOf(`app/locales/${language}/words.json`))
    const spoken = { ...words.category, ...words.capability }
    for (const [term, text] of Object.entries(shelfWords))
      expect(text[language], term).toBe(spoken[term])
  },
)
