import { describe, expect, it } from 'vitest'
import { readDatabaseUrls } from './database-urls.ts'

const app = 'postgres://kade_app:secret@127.0.0.1:5432/kade'
const owner = 'postgresql://kade_owner:p%40ss@127.0.0.1:5432/kade'

describe('the URLs of a PostgreSQL of one’s own', () => {
  it.each([
    [{}, null, null],
    [{ KADE_DATABASE_URL: '' }, null, null],
    [{ KADE_DATABASE_URL: app }, app, null],
    [{ KADE_DATABASE_URL: app, KADE_DATABASE_ADMIN_URL: owner }, app, owner],
  ])('are taken as given: %j', (env, databaseUrl, databaseAdminUrl) => {
    expect(readDatabaseUrls(env)).toEqual({ databaseUrl, databaseAdminUrl })
  })

  it.each([
    [{ KADE_DATABASE_URL: 'localhost:5432/secret' }, 'KADE_DATABASE_URL is no URL'],
    [{ KADE_DATABASE_URL: 'postgres://a:se/cret@host/kade' }, 'KADE_DATABASE_URL is no URL'],
    [{ KADE_DATABASE_URL: 'mysql://kade:secret@host/kade' }, 'KADE_DATABASE_URL is no URL'],
    [{ KADE_DATABASE_ADMIN_URL: owner }, 'KADE_DATABASE_URL, the role Kade runs as, is not'],
    [
      { KADE_DATABASE_URL: `${app}_two`, KADE_DATABASE_ADMIN_URL: owner },
      'the database "kade_two" and KADE_DATABASE_ADMIN_URL the database "kade"',
    ],
  ])('are refused without an echo of the password: %j', (env, message) => {
    const read = () => readDatabaseUrls(env)
    expect(read).toThrow(message)
    expect(read).not.toThrow(/secret|p%40ss|cret@/)
  })
})
