import { describe, expect, it } from 'vitest'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { changedFields } from './fields.ts'
import { adopted, ignoreAnnotation } from './ignored.ts'

const identity = {
  name: 'web',
  namespace: 'a',
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
}

function live(spec: object, owned: object, other?: object): LiveObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...identity,
      managedFields: [
        { manager: 'kade', operation: 'Apply', fieldsV1: { 'f:spec': owned } },
        ...(other === undefined
          ? []
          : [{ manager: 'hand', operation: 'Update' as const, fieldsV1: { 'f:spec': other } }]),
      ],
    },
    spec,
  }
}

function intent(spec: object) {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }
}

const byName = (name: string) => `k:{"name":"${name}"}`

describe('changed fields', () => {
  it('are none while Kade holds what it applied, however the server writes the value', () => {
    const seen = live({ cpu: '1', replicas: 3 }, { 'f:cpu': {}, 'f:replicas': {} })
    expect(changedFields(intent({ cpu: '1000m', replicas: 3 }), seen)).toEqual([])
  })

  it('are told with who holds them now', () => {
    const seen = live({ replicas: 7 }, {}, { 'f:replicas': {} })
    expect(changedFields(intent({ replicas: 3 }), seen)).toEqual([
      { path: '/spec/replicas', desired: 3, live: 7, manager: 'hand' },
    ])
  })

  it('are none where somebody else holds the very value that was meant', () => {
    const seen = live({ replicas: 3 }, {}, { 'f:replicas': {} })
    expect(changedFields(intent({ replicas: 3 }), seen)).toEqual([])
  })

  it('are none where others only added', () => {
    const seen = live({ replicas: 3, paused: true }, { 'f:replicas': {} }, { 'f:paused': {} })
    expect(changedFields(intent({ replicas: 3 }), seen)).toEqual([])
  })

  it('are found where somebody added to a map that is held as a whole', () => {
    const seen = live({ selector: { app: 'web', by: 'hand' } }, {}, { 'f:selector': {} })
    const selector = { app: 'web' }
    expect(changedFields(intent({ selector }), seen)).toEqual([
      {
        path: '/spec/selector',
        desired: selector,
        live: { ...selector, by: 'hand' },
        manager: 'hand',
      },
    ])
    const same = live({ selector }, {}, { 'f:selector': {} })
    expect(changedFields(intent({ selector }), same)).toEqual([])
  })

  it('are found in lists by key, whatever the order', () => {
    const seen = live(
      {
        env: [
          { name: 'B', value: 'x' },
          { name: 'A', value: '1' },
        ],
      },
      {
        'f:env': {
          [byName('A')]: { 'f:name': {}, 'f:value': {} },
          [byName('B')]: { 'f:name': {} },
        },
      },
      { 'f:env': { [byName('B')]: { 'f:value': {} } } },
    )
    const wanted = intent({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    })
    expect(changedFields(wanted, seen)).toEqual([
      { path: '/spec/env/1/value', desired: '2', live: 'x', manager: 'hand' },
    ])
  })

  it('are found where a whole list was taken out', () => {
    const changed = changedFields(intent({ env: [{ name: 'A', value: '1' }] }), live({}, {}))
    expect(changed).toContainEqual({ path: '/spec/env/0/value', desired: '1', live: undefined })
  })

  it('take a list that is held as a whole as one field', () => {
    const wanted = intent({ args: ['a', 'b'] })
    expect(changedFields(wanted, live({ args: ['a', 'b'] }, { 'f:args': {} }))).toEqual([])
    expect(changedFields(wanted, live({ args: ['c'] }, {}, { 'f:args': {} }))).toEqual([
      { path: '/spec/args', desired: ['a', 'b'], live: ['c'], manager: 'hand' },
    ])
  })

  it('leave out what others may set', () => {
    const free = intent({ replicas: 3, paused: false })
    const annotations = { [ignoreAnnotation]: '/spec/replicas' }
    const wanted = { ...free, metadata: { ...free.metadata, annotations } }
    const seen = live({ replicas: 7, paused: true }, {})
    expect(changedFields(wanted, seen).map(one => one.path)).toContain('/spec/paused')
    expect(changedFields(wanted, seen).map(one => one.path)).not.toContain('/spec/replicas')
  })
})

describe('a field that others may set', () => {
  const wanted = intent({ replicas: 3, paused: false })

  it('is sent with the value it has now, so that it does not fall back', () => {
    const seen = live({ replicas: 7 }, {}, { 'f:replicas': {} })
    expect(adopted(wanted, seen, ['/spec/replicas']).spec).toEqual({ replicas: 7, paused: false })
  })

  it('is left out when another manager applies it', () => {
    const seen = live({ replicas: 7 }, {})
    const theirs = {
      manager: 'scaler',
      operation: 'Apply' as const,
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    }
    const applied = { ...seen, metadata: { ...seen.metadata, managedFields: [theirs] } }
    expect(adopted(wanted, applied, ['/spec/replicas']).spec).toEqual({ paused: false })
  })
})
