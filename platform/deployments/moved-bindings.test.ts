import { expect, test } from 'vitest'
import { movedBindings } from './moved-bindings.ts'

const objects = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'chat', namespace: 'a' },
    spec: { template: { metadata: { labels: { 'uses.kade.dev/p-1': 'true' } } } },
  },
]
const peer = { type: 'deployment', id: 'p-1', namespace: 'a', port: 80 } as const

test('says nothing of what is bound as it was', () => {
  const bindings = { peers: [peer], keys: { 'llm.key': 'k' } }
  expect(movedBindings(objects, bindings, { 'llm.key': 'k', other: 'x' })).toEqual([])
})

test('tells another deployment under the same name, and another key', () => {
  const bindings = { peers: [{ ...peer, id: 'p-2' }], keys: { 'llm.key': 'k' } }
  const found = movedBindings(objects, bindings, { 'llm.key': 'old' })
  expect(found.map(one => one.pointer)).toEqual(['/bindings', '/bindings/llm'])
})
