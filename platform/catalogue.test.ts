import { expect, it } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { listApps, readApp } from './catalogue.ts'
import type { PlatformContext } from './context.ts'

/** The shelf is all that a list of apps looks at. */
const shelf = { catalog, clock: () => new Date('2026-11-22') } as unknown as PlatformContext

it('shows each app once, page after page', () => {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const { items, next } = listApps(shelf, { limit: 2, cursor })
    ids.push(...items.map(one => one.id))
    cursor = next ?? undefined
  } while (cursor !== undefined)
  expect(ids).toEqual(catalog.map(entry => entry.app.id))
})

it('refuses a cursor it did not give out, instead of beginning again for ever', () => {
  expect(() => listApps(shelf, { limit: 2, cursor: 'nothing' })).toThrow(/cursor/)
})

it('finds apps by all words of a question, in either language and any case', () => {
  const found = listApps(shelf, { limit: 50, q: 'OPEN webui' }).items.map(one => one.id)
  expect(found).toContain('open-webui')
  expect(listApps(shelf, { limit: 50, q: 'open no-such-word' }).items).toEqual([])
})

it('stops counting an answer after its last day, and says so', () => {
  const later = { ...shelf, clock: () => new Date('2099-01-01') }
  const now = readApp(shelf, 'ollama')
  const then = readApp(later, 'ollama')
  expect([now.expired, now.aiRisk]).toEqual([[], 'depends-on-use'])
  expect(then.expired).toContain('ai-risk')
  expect([then.aiRisk, then.selfHostable, then.accessibility]).toEqual(
    Array.from({ length: 3 }, () => 'unknown'),
  )
  expect(listApps(later, { limit: 1, aiRisk: ['depends-on-use'] }).total).toBe(0)
})
