import { describe, expect, it } from 'vitest'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { ignoreAnnotation } from './ignored.ts'
import { meantFields } from './meant-fields.ts'
import { fieldChanges } from './three-way.ts'

function intent(spec: object, annotations?: Record<string, string>) {
  const metadata = { name: 'web', ...(annotations && { annotations }) }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec }
}

/** A live object of which Kade holds `owned` and `hand` holds the rest. */
function standing(spec: object, owned: object, hand: object = {}): LiveObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'a',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [
        { manager: 'kade', operation: 'Apply', fieldsV1: { 'f:spec': owned } },
        { manager: 'hand', operation: 'Update', fieldsV1: { 'f:spec': hand } },
      ],
    },
    spec,
  }
}

function changes(applied: object, live: LiveObject, next: object, coming = next) {
  return fieldChanges({
    applied: intent(applied),
    live,
    next: intent(next),
    coming: intent(coming),
  }).fields
}

const replicas = { 'f:replicas': {} }

describe('whose change a field is', () => {
  it('is yours where only the revision means another value', () => {
    expect(changes({ replicas: 1 }, standing({ replicas: 1 }, replicas), { replicas: 3 })).toEqual([
      { path: 'spec.replicas', applied: 1, live: 1, next: 3, by: 'you' },
    ])
  })

  it("is somebody else's where the revision means what it meant", () => {
    const live = standing({ replicas: 7 }, {}, replicas)
    expect(changes({ replicas: 1 }, live, { replicas: 1 })).toEqual([
      { path: 'spec.replicas', applied: 1, live: 7, next: 1, by: 'somebody-else', manager: 'hand' },
    ])
  })

  it('is of both where all three differ', () => {
    const live = standing({ replicas: 7 }, {}, replicas)
    expect(changes({ replicas: 1 }, live, { replicas: 3 })).toEqual([
      { path: 'spec.replicas', applied: 1, live: 7, next: 3, by: 'both', manager: 'hand' },
    ])
  })

  it('is told with who else holds a field that you change', () => {
    const live = standing({ replicas: 1 }, replicas, replicas)
    expect(changes({ replicas: 1 }, live, { replicas: 3 })[0]).toMatchObject({
      by: 'you',
      manager: 'hand',
    })
  })

  it('is nobody’s where applying leaves the field as it stands', () => {
    const byHand = standing({ replicas: 3 }, {}, replicas)
    expect(changes({ replicas: 1 }, byHand, { replicas: 3 })).toEqual([])
    const defaulted = standing({ replicas: 1, strategy: { type: 'RollingUpdate' } }, replicas)
    expect(changes({ replicas: 1 }, defaulted, { replicas: 1 })).toEqual([])
    const normalised = standing({ cpu: '1' }, { 'f:cpu': {} })
    expect(changes({ cpu: '1000m' }, normalised, { cpu: '1' })).toEqual([])
  })

  it('is nobody’s under an ignore rule', () => {
    const live = standing({ replicas: 7 }, {}, replicas)
    const meant = (spec: object) => intent(spec, { [ignoreAnnotation]: '/spec/replicas' })
    const sides = { applied: meant({ replicas: 1 }), live, next: meant({ replicas: 3 }) }
    const coming = intent({ replicas: 7 })
    expect(fieldChanges({ ...sides, coming })).toEqual({ fields: [], more: 0 })
  })

  it('tells additions and removals, and compares a list item with its namesake', () => {
    const item = (name: string, value: string) => ({ name, value })
    const held = { 'f:env': { 'k:{"name":"a"}': { 'f:value': {} }, 'k:{"name":"b"}': {} } }
    const before = { env: [item('a', '1'), item('b', '2')] }
    const live = standing({ env: [item('b', '9'), item('a', '1')] }, held, {
      'f:env': { 'k:{"name":"b"}': { 'f:value': {} } },
    })
    const after = { env: [item('c', '5'), item('b', '2')] }
    expect(changes(before, live, after)).toEqual([
      { path: 'spec.env[a].value', applied: '1', live: '1', by: 'you' },
      {
        path: 'spec.env[b].value',
        applied: '2',
        live: '9',
        next: '2',
        by: 'somebody-else',
        manager: 'hand',
      },
      { path: 'spec.env[c].value', next: '5', by: 'you' },
    ])
  })

  it('tells a list without keys as one value', () => {
    const live = standing({ args: ['x'] }, {}, { 'f:args': {} })
    expect(changes({ args: ['a'] }, live, { args: ['a'] })).toEqual([
      {
        path: 'spec.args',
        applied: ['a'],
        live: ['x'],
        next: ['a'],
        by: 'somebody-else',
        manager: 'hand',
      },
    ])
  })

  it('tells at most 200 fields and counts the rest', () => {
    const fields = (value: number) =>
      Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`f${n}`, value]))
    const owned = Object.fromEntries(Object.keys(fields(1)).map(name => [`f:${name}`, {}]))
    const live = standing(fields(1), owned)
    const sides = { applied: intent(fields(1)), next: intent(fields(2)), coming: intent(fields(2)) }
    const found = fieldChanges({ ...sides, live })
    expect([found.fields.length, found.more]).toEqual([200, 50])
  })

  it('says that a value of a Secret changes, and never which', () => {
    const secret = (value: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web' },
      data: { key: value },
    })
    const live = { ...secret('b2xk'), metadata: standing({}, {}).metadata }
    const next = secret('bmV3')
    const { fields } = fieldChanges({ applied: secret('b2xk'), live, next, coming: next })
    expect(fields).toMatchObject([{ path: 'data.key', next: '(hidden, changed)' }])
    expect(JSON.stringify(fields)).not.toMatch(/b2xk|bmV3/)
  })
})

describe('the fields that a preview is held to', () => {
  it('are those that a revision means, without what others added or may set', () => {
    const applied = intent({ replicas: 1, paused: false })
    const next = intent({ replicas: 2, strategy: 'y' }, { [ignoreAnnotation]: '/spec/strategy' })
    const live = { ...standing({ replicas: 5, strategy: 'x', minReady: 3 }, {}), status: { ok: 1 } }
    const fields = new Map(meantFields({ applied, next, live }))
    expect(fields.get('spec.replicas')).toBe(5)
    expect(fields.get('spec.paused')).toBeNull()
    expect([...fields.keys()].filter(path => /strategy|minReady|status/.test(path))).toEqual([])
  })
})
