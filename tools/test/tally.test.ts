import { expect, test } from 'vitest'
import { add, closingLine, emptyTally, tallyOf } from './tally.js'

const ran = (status: string, fullName = 'a test') => ({ status, fullName })

test('passed, failed and skipped tests are counted, and the skipped are named', () => {
  const tally = tallyOf({
    testResults: [
      { status: 'failed', assertionResults: [ran('passed'), ran('failed'), ran('pending', 'x')] },
      { status: 'passed', assertionResults: [ran('passed'), ran('todo', 'y')] },
    ],
  })
  expect(closingLine(tally)).toBe('2 passed, 1 failed, 2 skipped')
  expect(tally.skippedNames).toEqual(['x', 'y'])
})

test('a file that could not be loaded is one failure', () => {
  const report = { testResults: [{ status: 'failed', assertionResults: [] }] }
  expect(tallyOf(report).failed).toBe(1)
})

test('the parts add up', () => {
  const part = { passed: 1, failed: 2, skipped: 1, skippedNames: ['x'] }
  expect(add(add(emptyTally(), part), part)).toEqual({
    passed: 2,
    failed: 4,
    skipped: 2,
    skippedNames: ['x', 'x'],
  })
})
