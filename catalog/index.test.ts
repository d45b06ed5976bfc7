import { expect, test } from 'vitest'
import { catalog } from './index.ts'

test('every app of the shelf has an id of its own', () => {
  const ids = catalog.map(({ app }) => app.id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every required need can be met by an app of the shelf', () => {
  const offered = new Set(catalog.flatMap(({ app }) => app.provides.map(each => each.capability)))
  const required = catalog.flatMap(({ app }) => app.needs.filter(each => !each.optional))
  expect(required.filter(each => !offered.has(each.capability))).toEqual([])
})

test('what an app provides names a port and a secret that it has', () => {
  for (const { app } of catalog) {
    for (const { port, secret } of app.provides) {
      expect(Object.keys(app.network.ports)).toContain(port)
      if (secret !== undefined) expect(app.secrets.map(each => each.name)).toContain(secret)
    }
  }
})
