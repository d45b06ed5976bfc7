import { expect, test } from 'vitest'
import type { KubernetesObject } from './kubernetes-object.ts'
import { type Overlay, overlay } from './overlay.ts'

const web: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'team-a', labels: { app: 'web', tier: 'front' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'registry.example/web:1',
        args: ['--quiet', '--port=80'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        ports: [{ name: 'http', containerPort: 80 }],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
      { name: 'log', image: 'registry.example/log:1' },
    ],
  },
}

function laid(changes: object, more: Overlay = {}) {
  const change = { kind: 'Deployment', metadata: { name: 'web' }, ...changes }
  const [first] = overlay([web], { change: [change], ...more })
  return first
}
const container = (change: object) => laid({ spec: { containers: [{ name: 'web', ...change }] } })

test('an empty overlay changes nothing', () => {
  expect(overlay([web], {})).toEqual([web])
  expect(laid({})).toEqual(web)
})

test('merges maps, and null takes a field away', () => {
  const object = laid({ metadata: { name: 'web', labels: { tier: null, team: 'a' } } })
  expect(object?.metadata).toEqual({
    name: 'web',
    namespace: 'team-a',
    labels: { app: 'web', team: 'a' },
  })
})

test('finds items by their key, whatever else the list holds', () => {
  const object = container({
    env: [
      { name: 'B', value: '3' },
      { name: 'C', value: '4' },
    ],
    ports: [
      { containerPort: 80, protocol: 'TCP', hostIP: '10.0.0.1' },
      { containerPort: 80, protocol: 'UDP' },
    ],
    volumeMounts: [{ mountPath: '/data', readOnly: true }],
  })
  expect(object).toMatchObject({
    spec: {
      containers: [
        {
          image: 'registry.example/web:1',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '3' },
            { name: 'C', value: '4' },
          ],
          ports: [
            { name: 'http', containerPort: 80, protocol: 'TCP', hostIP: '10.0.0.1' },
            { containerPort: 80, protocol: 'UDP' },
          ],
          volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
        },
        { name: 'log' },
      ],
    },
  })
})

test('replaces a list that has no keys whole, and one that has where it is told to', () => {
  expect(container({ args: ['--loud'] })).toMatchObject({
    spec: { containers: [{ args: ['--loud'] }, {}] },
  })
  const env = [{ $patch: 'replace' }, { name: 'Z', value: '1' }]
  expect(container({ env })).toMatchObject({
    spec: { containers: [{ env: [{ name: 'Z', value: '1' }] }, {}] },
  })
})

test('takes an item away by its key', () => {
  const object = laid({ spec: { containers: [{ name: 'log', $patch: 'delete' }] } })
  expect(object?.spec).toMatchObject({ containers: [{ name: 'web' }] })
})

test('adds whole objects in the namespace of the others, and leaves objects out', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { a: '1' } }
  const result = overlay([web], { add: [map], omit: [{ kind: 'Deployment', name: 'web' }] })
  expect(result).toEqual([{ ...map, metadata: { name: 'web', namespace: 'team-a' } }])
})

test('says what it cannot do, and loses nothing in silence', () => {
  const stray = { kind: 'Service', metadata: { name: 'web' } }
  expect(() => overlay([web], { change: [stray] })).toThrow('no Service/web is rendered')
  expect(() => overlay([web], { omit: [{ kind: 'Service', name: 'web' }] })).toThrow(
    'no Service/web',
  )
  expect(() => overlay([web], { add: [web] })).toThrow('Deployment/web is rendered already')
  expect(() => container({ env: [{ value: '1' }] })).toThrow('does not say which it is')
})

test('leaves what it was given as it was', () => {
  const before = structuredClone(web)
  container({ env: [{ name: 'A', $patch: 'delete' }], args: null })
  expect(web).toEqual(before)
})
