import { expect, test } from 'vitest'
import { quantityValue } from './quantity.ts'

test.each([
  ['250m', 0.25],
  ['2', 2],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['512Mi', 2 ** 29],
  ['1M', 1e6],
])('%s is %d', (quantity, value) => {
  expect(quantityValue(quantity)).toBe(value)
})

test.each(['512MB', '', 'Gi', '-1', '1e3', '1 Gi', '2constructor'])(
  '"%s" is no quantity',
  quantity => {
    expect(quantityValue(quantity)).toBeUndefined()
  },
)
