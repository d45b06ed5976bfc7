import { describe, expect, it } from 'vitest'
import { leaksOf, type OwnedSeen, type Picture } from './leaks.ts'

const configMap = (name: string, more: Partial<OwnedSeen> = {}): OwnedSeen => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'harbour',
  name,
  uid: name,
  deployment: 'd1',
  stays: false,
  isRecord: false,
  ...more,
})
const record = {
  namespace: 'harbour',
  deployment: 'd1',
  inventory: {
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'new', digest: '' }],
    leftover: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'old' }],
  },
}
const parent = configMap('app-kade', { isRecord: true })

function leaked(picture: Partial<Picture>): [string, string][] {
  const { objects = [], records = [record], strangers = new Set() } = picture
  return leaksOf({ objects, records, strangers }).map(({ object, why }) => [object.name, why.en])
}

describe('leaks', () => {
  it('are none of what the record names, also while an operation has it widened', () => {
    expect(leaked({ objects: [parent, configMap('new'), configMap('old')] })).toEqual([])
  })

  it('are what the record does not name, by kind and group and not by version', () => {
    const route = configMap('new', { apiVersion: 'example.org/v1' })
    const later = configMap('new', { apiVersion: 'v2' })
    expect(leaked({ objects: [parent, route, later] })).toEqual([
      ['new', expect.stringContaining('no revision')],
    ])
  })

  it('are what has no record, and a record in another namespace is none', () => {
    const elsewhere = configMap('new', { namespace: 'dock' })
    expect(leaked({ objects: [parent, elsewhere] })).toEqual([
      ['new', expect.stringContaining('record of its deployment')],
    ])
  })

  it('are all objects of a deployment that Kade does not have, its record too', () => {
    const found = leaked({ objects: [parent, configMap('new')], strangers: new Set(['d1']) })
    expect(found).toEqual([
      ['app-kade', expect.stringContaining('does not have')],
      ['new', expect.stringContaining('does not have')],
    ])
  })

  it('are not what says itself that it stays', () => {
    const kept = configMap('kept', { stays: true })
    expect(leaked({ objects: [kept], records: [], strangers: new Set(['d1']) })).toEqual([])
  })

  it('are not called by a record that cannot be read', () => {
    const unread = { ...record, inventory: null }
    expect(leaked({ objects: [parent, configMap('any')], records: [unread] })).toEqual([])
  })
})
