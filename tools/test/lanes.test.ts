import { expect, test } from 'vitest'
import { PROJECTS, roundsOf } from './lanes.js'

test('what stands on servers runs side by side, and all of it is run', () => {
  expect(roundsOf(PROJECTS)).toEqual([
    [['unit']],
    [['rules']],
    [['cluster'], ['database', 'browser', 'real-node']],
  ])
  expect(roundsOf(PROJECTS).flat(2)).toEqual(PROJECTS)
})

test('what was not asked for leaves no empty lane or round behind', () => {
  expect(roundsOf(['browser', 'unit'])).toEqual([[['unit']], [['browser']]])
  expect(roundsOf(['browser', 'cluster'])).toEqual([[['cluster'], ['browser']]])
  expect(roundsOf([])).toEqual([])
})
