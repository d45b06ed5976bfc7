import { expect, it } from 'vitest'
import { choiceOf, queryOf } from './audit-choice.ts'

it('takes from an address what is a text, and nothing else', () => {
  const choice = choiceOf({ actor: 'ada', q: ['a', 'b'], odd: 'x' })
  expect(choice).toEqual({
    q: '',
    actor: 'ada',
    action: '',
    object: '',
    result: '',
    from: '',
    to: '',
  })
  expect(queryOf(choice)).toEqual({ actor: 'ada' })
})

it('asks for whole days of the reader, the last one with all its hours', () => {
  const asked = queryOf(choiceOf({ from: '2026-11-27', to: '2026-11-28', object: ' team-a/chat ' }))
  expect(asked).toEqual({
    from: new Date(2026, 10, 27).toISOString(),
    to: new Date(2026, 10, 29).toISOString(),
    object: 'team-a/chat',
  })
  expect(queryOf(choiceOf({ from: 'yesterday' }))).toEqual({})
})
