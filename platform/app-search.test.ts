import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AppFilter, appFilterNames } from '#api/app-filters.ts'
import type { AppSummary } from '#api/apps.ts'
import { catalog } from '#catalog/index.ts'
import { type AppQuery, searchApps } from './app-search.ts'
import { listApps } from './catalogue.ts'
import type { PlatformContext } from './context.ts'

/** The shelf is all that a list of apps looks at. */
const shelf = { catalog, clock: () => new Date('2026-11-22') } as unknown as PlatformContext
const apps = listApps(shelf, { limit: 200 }).items
const search = (query: Partial<AppQuery>) => searchApps(apps, { limit: 200, ...query })
const idsOf = (query: Partial<AppQuery>) => search(query).items.map(app => app.id)

const everything = search({})
const anyQuery: fc.Arbitrary<Partial<AppQuery>> = fc
  .tuple(
    fc.constantFrom(undefined, 'model', 'open', 'server'),
    fc.record(
      // One arbitrary per name of a filter.
      Object.fromEntries(
        appFilterNames.map(filter => [
          filter,
          fc.uniqueArray(fc.constantFrom(...everything.facets[filter].map(({ value }) => value)), {
            minLength: 1,
            maxLength: 2,
          }),
        ]),
      ) as Record<AppFilter, fc.Arbitrary<string[]>>,
      { requiredKeys: [] },
    ),
  )
  .map(([q, filters]) => ({ q, ...filters }))

describe('facets', () => {
  it('say how many apps one gets by choosing a value, whatever else is asked', () => {
    const property = fc.property(anyQuery, fc.constantFrom(...appFilterNames), (query, filter) => {
      for (const { value, count } of search(query).facets[filter])
        expect(search({ ...query, [filter]: [value] }).total).toBe(count)
    })
    fc.assert(property, { numRuns: 200 })
  })

  it('keep every value in its place, whatever else is asked', () => {
    const property = fc.property(anyQuery, query => {
      const values = (list: typeof everything) =>
        appFilterNames.map(filter => list.facets[filter].map(({ value }) => value))
      expect(values(search(query))).toEqual(values(everything))
    })
    fc.assert(property)
  })

  it('know what the shelf holds', () => {
    const values = (filter: AppFilter) => everything.facets[filter].map(({ value }) => value)
    expect(values('gpu')).toEqual(['none', 'optional'])
    expect(values('openSource')).toEqual(['yes', 'partly'])
    expect(values('capability')).toContain('openai-api')
  })
})

describe('a search', () => {
  it('has several values of one filter widen it, and several filters narrow', () => {
    const property = fc.property(anyQuery, query => {
      for (const filter of appFilterNames) {
        const without = idsOf({ ...query, [filter]: undefined })
        expect(without).toEqual(expect.arrayContaining(idsOf(query)))
        const one = query[filter]?.slice(0, 1)
        expect(idsOf(query)).toEqual(
          expect.arrayContaining(one ? idsOf({ ...query, [filter]: one }) : []),
        )
      }
    })
    fc.assert(property)
  })

  it('finds words of name, description, category and capability, in both languages', () => {
    for (const q of [
      'QDRANT',
      'vector-database',
      'vector database',
      'vectoropslag',
      'vector store',
    ])
      expect(idsOf({ q })).toContain('qdrant')
    expect(idsOf({ q: 'taalmodel' })).toContain('ollama')
  })

  it('reads accents as the letters below them', () => {
    const [first] = apps as [AppSummary]
    const cafe = { ...first, name: 'Café Één' }
    for (const q of ['cafe een', 'CAFÉ', 'cafe\u0301'])
      expect(searchApps([cafe], { limit: 1, q }).total).toBe(1)
  })

  it('takes each side of OR for a licence, and what AND joins as one', () => {
    const [first] = apps as [AppSummary]
    const choice = { ...first, licence: 'MIT OR Apache-2.0' }
    const both = { ...first, licence: 'MIT AND LicenseRef-Enterprise' }
    expect(searchApps([choice, both], { limit: 9, licence: ['MIT'] }).items).toEqual([choice])
  })

  it('goes on after a cursor whose app no longer answers the query', () => {
    const [first, ...rest] = apps.map(app => app.id)
    expect(idsOf({ cursor: first })).toEqual(rest)
    const other = apps.find(app => app.category !== apps[0]?.category)
    expect(idsOf({ cursor: first, category: [other?.category ?? ''] })).toContain(other?.id)
  })
})

describe('when nothing is found', () => {
  it('says what each filter alone keeps away, and it is there without it', () => {
    const query = { q: 'qdrant', category: ['model-server'] }
    const { total, without } = search(query)
    expect(total).toBe(0)
    expect(without.map(({ filter }) => filter).sort()).toEqual(['category', 'q'])
    for (const { filter, count } of without)
      expect(search({ ...query, [filter]: undefined }).total).toBe(count)
  })

  it('is silent about it when something is found', () => {
    expect(search({ q: 'qdrant' }).without).toEqual([])
  })
})
