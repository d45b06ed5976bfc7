import { expect, test } from 'vitest'
import { differencesOf } from './differences.ts'

test('names what was added, changed and taken away', () => {
  const before = { version: '1.0', replicas: 1, env: { A: 'x' }, ingress: null }
  const after = {
    version: '1.0',
    replicas: 2,
    env: {},
    resources: { limits: { memory: '1Gi' } },
    ingress: null,
  }
  expect(differencesOf(before, after)).toEqual([
    { path: 'env.A', before: 'x', after: undefined },
    { path: 'replicas', before: '1', after: '2' },
    { path: 'resources.limits.memory', before: undefined, after: '1Gi' },
  ])
})

test('sees no difference between absent, null and empty', () => {
  expect(differencesOf({ ingress: null, env: {} }, { resources: { limits: {} } })).toEqual([])
})
