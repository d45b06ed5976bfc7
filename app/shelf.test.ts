import { expect, test } from 'vitest'
import type { AppSummary } from '#api/apps.ts'
import { addressOf, appsFor, queryOf } from './shelf.ts'

const qdrant: AppSummary = {
  id: 'qdrant',
  name: 'Qdrant',
  version: '1.0.0',
  category: 'vector-database',
  description: { en: 'Finds similar texts', nl: 'Vindt teksten die op elkaar lijken' },
  licence: 'Apache-2.0',
  openSource: 'yes',
  aiRisk: 'minimal',
  selfHostable: 'yes',
  dpia: 'unknown',
  accessibility: 'not-applicable',
  icon: '',
  needs: [],
  provides: ['vector-store'],
  gpu: 'none',
  podSecurity: 'restricted',
}
const chat: AppSummary = {
  ...qdrant,
  id: 'chat',
  name: 'Chat',
  category: 'chat-assistant',
  description: { en: 'Talks', nl: 'Praat' },
  aiRisk: 'high-risk',
}

test('finds an app by a word of its description in either language', () => {
  for (const words of ['similar', 'LIJKEN', 'qdrant teksten'])
    expect(appsFor([qdrant, chat], words)).toEqual([qdrant])
})

test('reads from an address what was written into it, and writes only what is asked', () => {
  const asked = { ...queryOf({}), q: 'open', gpu: ['optional', 'none'], licence: ['MIT'] }
  const address = addressOf(asked)
  expect(address).toEqual({ q: 'open', gpu: ['none', 'optional'], licence: ['MIT'] })
  expect(queryOf(address)).toEqual({ ...asked, gpu: ['none', 'optional'] })
})

test('takes an address that somebody typed: one value, no value, a word it does not know', () => {
  const { q, gpu, dpia } = queryOf({ q: ['a', 'b'], gpu: 'none', dpia: null, other: 'x' })
  expect([q, gpu, dpia]).toEqual(['a', ['none'], []])
})
