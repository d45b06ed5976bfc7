import { expect, test } from 'vitest'
import { type Draft, emptyDraft } from './draft.ts'
import { rebase } from './rebase.ts'

const before: Draft = {
  ...emptyDraft('qdrant'),
  settings: { logLevel: 'INFO', onDisk: true },
  env: { A: '1', B: '2' },
  replicas: 1,
}

test('keeps what was typed and takes over what somebody else changed', () => {
  const mine = { ...before, settings: { logLevel: 'DEBUG', onDisk: true }, reason: 'to see more' }
  const newest = { ...before, settings: { logLevel: 'INFO', onDisk: false }, replicas: 2 }
  expect(rebase(before, mine, newest)).toEqual({
    ...before,
    settings: { logLevel: 'DEBUG', onDisk: false },
    replicas: 2,
    reason: 'to see more',
  })
})

test('where both changed the same, what was typed stays', () => {
  const mine = { ...before, host: 'mine.example.org' }
  const newest = { ...before, host: 'theirs.example.org' }
  expect(rebase(before, mine, newest).host).toBe('mine.example.org')
})

test('what either took away stays away', () => {
  const mine = { ...before, env: { B: '2' } }
  const newest = { ...before, env: { A: '1' } }
  expect(rebase(before, mine, newest).env).toEqual({})
})
