import { expect, test } from 'vitest'
import type { App } from '#api/apps.ts'
import { emptyDraft } from './draft.ts'
import { checkBindings } from './draft-checks.ts'

const app = {
  needs: [
    { name: 'llm', capability: 'openai-api', optional: false },
    { name: 'database', capability: 'postgres', optional: true },
  ],
} as unknown as App // its needs are all that is looked at

const wrongsOf = (llm: string, database: string) =>
  checkBindings(
    { ...emptyDraft(), bindings: { llm: { url: llm }, database: { url: database } } },
    app,
  )

test('an address begins as what it leads to is reached', () => {
  expect(wrongsOf('https://llm.example.org/v1', 'postgresql://ada@db.example.org/app')).toEqual({})
  expect(wrongsOf('http://llm.example.org', 'postgres://db.example.org')).toEqual({})
  expect(wrongsOf('postgresql://db.example.org', 'https://db.example.org')).toEqual({
    '/bindings/llm/url': { key: 'url' },
    '/bindings/database/url': { key: 'databaseUrl', name: 'postgresql:' },
  })
})
