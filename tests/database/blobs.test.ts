import { afterAll, beforeAll, expect, it } from 'vitest'
import { putBlobs, readBlob } from '#platform/deployments/blobs.ts'
import { type MigratedDatabase, startMigratedDatabase } from './migrated-database.ts'

let db: MigratedDatabase
beforeAll(async () => {
  db = await startMigratedDatabase()
})
afterAll(() => db.stop())

it('stores a value once, whatever the order of its keys', async () => {
  const put = async (value: unknown) =>
    (await db.database.transaction(tx => putBlobs(tx, [value])))[0] ?? ''
  const value = { b: [1, { d: null, c: 'é' }], a: true }
  const digest = await put(value)
  expect(await put({ a: true, b: [1, { c: 'é', d: null }] })).toBe(digest)
  expect(await put({ a: true, b: [{ c: 'é', d: null }, 1] })).not.toBe(digest)
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(await readBlob(db.database, digest)).toEqual(value)
  expect(await db.database.query('SELECT digest FROM kade.blob')).toHaveLength(2)
})

it('refuses bytes that are not what their digest says', async () => {
  const [first = '', second = ''] = await putBlobs(db.database, [{ replicas: 1 }, { replicas: 9 }])
  await db.database.query(
    'UPDATE kade.blob SET bytes = (SELECT bytes FROM kade.blob WHERE digest = $2) WHERE digest = $1',
    [first, second],
  )
  await expect(readBlob(db.database, first)).rejects.toThrow('was changed')
  await expect(readBlob(db.database, 'sha256:none')).rejects.toThrow('not there')
})
