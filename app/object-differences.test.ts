import { expect, test } from 'vitest'
import { objectDifferences, plainName } from './object-differences.ts'

const identity = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } as const

function pod(image: string, env: { name: string; value: string }[]) {
  return {
    spec: { replicas: 1, template: { spec: { containers: [{ name: 'web', image, env }] } } },
  }
}

test('compares the items of a list by name, not by place', () => {
  const before = pod('web:1', [
    { name: 'LEVEL', value: 'info' },
    { name: 'PORT', value: '80' },
  ])
  const after = pod('web:2', [
    { name: 'NEW', value: 'x' },
    { name: 'PORT', value: '80' },
    { name: 'LEVEL', value: 'debug' },
  ])
  expect(objectDifferences({ ...identity, change: 'change', before, after })).toEqual([
    { path: 'spec.template.spec.containers[web].env[LEVEL].value', before: 'info', after: 'debug' },
    { path: 'spec.template.spec.containers[web].env[NEW].value', before: undefined, after: 'x' },
    { path: 'spec.template.spec.containers[web].image', before: 'web:1', after: 'web:2' },
  ])
})

test('puts first what people have a word for, and last what is only bookkeeping', () => {
  const metadata = { name: 'web', labels: { a: 'b' } }
  const spec = { paused: true, replicas: 2, volumes: [{ name: 'tmp', emptyDir: {} }] }
  const changes = objectDifferences({ ...identity, change: 'create', after: { metadata, spec } })
  expect(changes.map(({ path }) => path)).toEqual([
    'spec.replicas',
    'spec.paused',
    'spec.volumes[tmp].name',
    'metadata.labels.a',
  ])
})

test('keeps a key with dots in one piece, and leaves out which object it is', () => {
  const metadata = { name: 'web', namespace: 'lab', labels: { 'kade.dev/app': 'web' } }
  const after = { apiVersion: 'v1', kind: 'Service', metadata }
  expect(objectDifferences({ ...identity, change: 'create', after })).toEqual([
    { path: 'metadata.labels[kade.dev/app]', before: undefined, after: 'web' },
  ])
})

test('shows of a Secret only how it was masked', () => {
  const change = { ...identity, kind: 'Secret', change: 'change', after: '(hidden)' } as const
  expect(objectDifferences(change)).toEqual([
    { path: 'data', before: undefined, after: '(hidden)' },
  ])
})

test('has nothing to tell where nothing is known', () => {
  expect(objectDifferences({ ...identity, change: 'delete' })).toEqual([])
})

test.each([
  ['spec.replicas', { key: 'replicas', name: '' }],
  ['spec.template.spec.initContainers[a].image', { key: 'image', name: '' }],
  ['spec.template.spec.containers[a].env[LEVEL].value', { key: 'env', name: 'LEVEL' }],
  ['spec.template.spec.containers[a].resources.limits.memory', { key: 'memoryLimit', name: '' }],
  ['spec.resources.requests.storage', { key: 'storage', name: '' }],
  ['data[config.yaml]', { key: 'config', name: 'config.yaml' }],
  ['metadata.annotations[kade.dev/x]', { key: 'annotation', name: 'kade.dev/x' }],
  ['spec.strategy.type', undefined],
])('has a plain name for %s where there is one', (path, expected) => {
  expect(plainName(path)).toEqual(expected)
})
