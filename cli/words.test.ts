import { expect, it } from 'vitest'
import { Cluster } from '#api/clusters.ts'
import { Composition } from '#api/compositions.ts'
import { HealthState } from '#api/health.ts'
import { OperationKind, OperationState } from '#api/operations.ts'
import { head, word } from './words.ts'

const dutch = { env: { LANG: 'nl_NL.UTF-8' } }

it('has a Dutch word for every state and kind of the contract', () => {
  const said = [
    ...HealthState.options,
    ...OperationState.options,
    ...OperationKind.options,
    ...Cluster.shape.state.options,
    ...Composition.shape.state.options,
    ...['queued', 'blocked', 'applying', 'preparing', 'waiting', 'testing', 'concluding'],
    ...['finishing', 'deleting', 'yes', 'partly', 'no', 'unknown', 'not-applicable'],
  ]
  expect(said.filter(one => word(dutch, one) === one)).toEqual([])
})

it('leaves names and what it does not know as they are, and everything for who reads English', () => {
  expect(word(dutch, 'eu-nl')).toBe('eu-nl')
  expect(word(dutch, 'constructor')).toBe('constructor')
  const english = { env: { LANG: 'en_GB.UTF-8' } }
  expect([word(english, 'healthy'), head(english, 'AGE')]).toEqual(['healthy', 'AGE'])
  expect(head(dutch, 'AGE')).toBe('LEEFTIJD')
})
