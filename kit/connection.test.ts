import { expect, test } from 'vitest'
import { connectionString } from './connection.ts'

const database = { protocol: 'postgresql', user: 'app', database: 'app' } as const

test('tells an address without its password, and the whole string with it', () => {
  expect(connectionString(database, 'db.team-a.svc:5432')).toBe(
    'postgresql://db.team-a.svc:5432/app',
  )
  expect(connectionString(database, 'db.team-a.svc:5432', 'geheim')).toBe(
    'postgresql://app:geheim@db.team-a.svc:5432/app',
  )
})

test('escapes what a URL would read as something else', () => {
  const url = new URL(connectionString(database, 'db.team-a.svc:5432', 'a@b/c:d#e?f'))
  expect(url.hostname).toBe('db.team-a.svc')
  expect(decodeURIComponent(url.password)).toBe('a@b/c:d#e?f')
})

test('leaves out the user and the database that a provider does not have', () => {
  expect(connectionString({ protocol: 'redis' }, 'cache.team-a.svc:6379', 'geheim')).toBe(
    'redis://:geheim@cache.team-a.svc:6379',
  )
})
