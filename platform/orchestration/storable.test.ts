import { expect, it } from 'vitest'
import { storable } from './storable.ts'

it('replaces what PostgreSQL refuses in every text, and nothing else', () => {
  const at = new Date()
  expect(storable({ at, one: 1, none: null, texts: ['fine 😀', 'a\0b', 'half \ud83d'] })).toEqual({
    at,
    one: 1,
    none: null,
    texts: ['fine 😀', 'a\ufffdb', 'half \ufffd'],
  })
  expect(storable(null)).toBeNull()
})
