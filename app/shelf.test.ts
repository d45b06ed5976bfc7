import { expect, test } from 'vitest'
import type { AppSummary } from '#api/apps.ts'
import { appsFor } from './shelf.ts'

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
}
const chat: AppSummary = {
  ...qdrant,
  id: 'chat',
  name: 'Chat',
  category: 'chat-assistant',
  aiRisk: 'high-risk',
}

test('finds an app by a word of its description in either language', () => {
  for (const words of ['similar', 'LIJKEN', 'qdrant teksten'])
    expect(appsFor([qdrant, chat], { words, category: 'vector-database', demands: [] })).toEqual([
      qdrant,
    ])
})

test('leaves out an app that does not meet every demand', () => {
  const found = appsFor([qdrant, chat], {
    words: '',
    category: '',
    demands: ['openSource', 'lowRisk'],
  })
  expect(found).toEqual([qdrant])
})

test('does not take an unknown privacy assessment for one that was made', () => {
  expect(appsFor([qdrant], { words: '', category: '', demands: ['dpia'] })).toEqual([])
})
