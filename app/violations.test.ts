import { expect, test } from 'vitest'
import { placeOf, standing, wrongsSaid } from './violations.ts'

test.each([
  ['/name', { step: 'place', field: '/name' }],
  ['/bindings/llm', { step: 'place', field: '/bindings/llm' }],
  ['/bindings/llm/url', { step: 'place', field: '/bindings/llm/url' }],
  ['/settings/maxUploadMB', { step: 'settings', field: '/settings/maxUploadMB' }],
  ['/settings/models/2/name', { step: 'settings', field: '/settings/models' }],
  ['/settings/a~1b', { step: 'settings', field: '/settings/a/b' }],
  ['/env/FOO', { step: 'settings', field: '/env/FOO' }],
  ['/resources/limits/memory', { step: 'settings', field: '/resources/limits/memory' }],
  ['/ingress', { step: 'settings', field: '/ingress/host' }],
  ['/secrets/x', { step: 'secrets', field: '/secrets/x' }],
  ['/failover/data', { step: 'place', field: '/failover/data' }],
  ['/version', null],
  ['/constructor', null],
  ['', null],
])('knows the field of %s', (pointer, place) => {
  expect(placeOf(pointer)).toEqual(place)
})

const body = { namespace: 'lab', name: 'web', settings: { size: 5, list: ['a'] }, env: { A: 'x' } }
const odd = { en: 'is odd', nl: 'is vreemd' }
const violations = [
  { pointer: '/settings/list/0', detail: odd },
  { pointer: '/env/A', detail: odd },
  { pointer: '/bindings/llm', detail: odd },
]

test('lets a violation stand as long as its answer does', () => {
  const now = { ...body, settings: { size: 6, list: ['a'] }, reason: 'other' }
  expect(standing({ body, violations }, now)).toEqual(violations)
})

test('drops a violation once its answer is another, is gone, or is there at last', () => {
  const now = { settings: { size: 5, list: ['b'] }, env: {}, bindings: { llm: 'lab/ollama' } }
  expect(standing({ body, violations }, now)).toEqual([])
})

test('drops a name that was taken once the namespace is another', () => {
  const taken = { body, violations: [{ pointer: '/name', detail: odd }] }
  expect(standing(taken, { ...body, env: {} })).toHaveLength(1)
  expect(standing(taken, { ...body, namespace: 'other' })).toEqual([])
})

test('drops that data would stay behind once nothing is to be moved', () => {
  const moved = { ...body, failover: { mode: 'graceful' } }
  const said = { body: moved, violations: [{ pointer: '/failover/data', detail: odd }] }
  expect(standing(said, { ...moved, env: {} })).toHaveLength(1)
  expect(standing(said, { ...moved, failover: { mode: 'never' } })).toEqual([])
})

test('says all that was said of one field beside it', () => {
  const two = [
    { pointer: '/settings/list/0', detail: odd },
    { pointer: '/settings/list/1', detail: { en: 'is empty', nl: 'is leeg' } },
    { pointer: '/version', detail: odd },
  ]
  expect(wrongsSaid(two)).toEqual({
    '/settings/list': {
      key: 'said',
      text: { en: 'is odd; is empty', nl: 'is vreemd; is leeg' },
    },
  })
})
