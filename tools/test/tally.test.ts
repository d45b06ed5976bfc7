import { expect, test } from 'vitest'
import { add, closingLine, emptyTally, failedFiles, tallyOf, withSecondRun } from './tally.js'

const file = (name: string, status: string, ...assertionResults: ReturnType<typeof ran>[]) => ({
  name,
  status,
  assertionResults,
})
const ran = (status: string, fullName = 'a test') => ({ status, fullName })

test('passed, failed and skipped tests are counted, and the skipped are named', () => {
  const tally = tallyOf({
    testResults: [
      file('a', 'failed', ran('passed'), ran('failed'), ran('pending', 'x')),
      file('b', 'passed', ran('passed'), ran('todo', 'y')),
    ],
  })
  expect(closingLine(tally)).toBe('2 passed, 1 failed, 2 skipped')
  expect(tally.skippedNames).toEqual(['x', 'y'])
})

test('a file that could not be loaded is one failure', () => {
  const report = { testResults: [file('a', 'failed')] }
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

test('the second run of a failed file counts in the place of its first', () => {
  const first = {
    testResults: [file('a', 'passed', ran('passed')), file('b', 'failed', ran('failed'))],
  }
  expect(failedFiles(first)).toEqual(['b'])
  const well = withSecondRun(first, { testResults: [file('b', 'passed', ran('passed'))] })
  expect(closingLine(tallyOf(well))).toBe('2 passed, 0 failed, 0 skipped')
  expect(tallyOf(withSecondRun(first, { testResults: [] })).failed).toBe(1)
})
