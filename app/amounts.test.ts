import { expect, test } from 'vitest'
import { bytesOf, coresOf } from './amounts.ts'

test('says processor time in cores, in the reader’s own way of writing numbers', () => {
  expect(['1m', '250m', '2', '1.5'].map(quantity => coresOf(quantity, 'en'))).toEqual([
    '0.001',
    '0.25',
    '2',
    '1.5',
  ])
  expect(coresOf('250m', 'nl')).toBe('0,25')
})

test('says memory in the largest unit that fits', () => {
  const quantities = ['512Mi', '1Gi', '1536Mi', '2G', '100']
  expect(quantities.map(quantity => bytesOf(quantity, 'en'))).toEqual([
    '512 MiB',
    '1 GiB',
    '1.5 GiB',
    '1.86 GiB',
    '100 B',
  ])
})

test('leaves alone what is no quantity', () => {
  expect(coresOf('–', 'en')).toBe('–')
  expect(bytesOf('much', 'en')).toBe('much')
})
