import { expect, it } from 'vitest'
import { takeTurns } from './turns.ts'

const room = { waiting: 5, waitingOfModule: 3 }

it('gives each module its turn, however many questions another one has', () => {
  const turns = takeTurns<string>(room)
  for (const entry of ['a1', 'a2', 'a3', 'b1']) turns.join(entry.slice(0, 1), entry)
  expect(turns.next()).toBe('a1')
  turns.join('c', 'c1')
  expect([1, 2, 3, 4, 5].map(() => turns.next())).toEqual(['b1', 'a2', 'c1', 'a3', undefined])
})

it('puts a module behind all others once it has had its turn', () => {
  const turns = takeTurns<string>(room)
  for (const entry of ['a1', 'a2', 'b1', 'b2', 'c1']) turns.join(entry.slice(0, 1), entry)
  expect([1, 2, 3, 4, 5].map(() => turns.next())).toEqual(['a1', 'b1', 'c1', 'a2', 'b2'])
})

it('prefers who has not just had its turn', () => {
  const turns = takeTurns<string>(room)
  turns.join('a', 'a1')
  turns.next()
  for (const entry of ['a2', 'a3', 'b1']) turns.join(entry.slice(0, 1), entry)
  expect([1, 2, 3].map(() => turns.next())).toEqual(['b1', 'a2', 'a3'])
})

it('has room for so many questions of a module, and for so many in all', () => {
  const turns = takeTurns<number>(room)
  expect([1, 2, 3, 4].map(n => turns.join('a', n))).toEqual([true, true, true, false])
  expect([5, 6, 7].map(n => turns.join(`${n}`, n))).toEqual([true, true, false])
  turns.next()
  expect(turns.join('a', 8)).toBe(true)
})

it('lets go of who no longer waits, once', () => {
  const turns = takeTurns<string>(room)
  turns.join('a', 'a1')
  expect([turns.leave('a', 'a1'), turns.leave('a', 'a1')]).toEqual([true, false])
  expect(turns.next()).toBeUndefined()
})
