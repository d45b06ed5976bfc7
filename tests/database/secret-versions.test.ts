import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { openSecretVault } from '#platform/governance/secret-versions.ts'
import { type MigratedDatabase, startMigratedDatabase } from './migrated-database.ts'

let db: MigratedDatabase
let home: string
beforeAll(async () => {
  db = await startMigratedDatabase()
  home = await mkdtemp(path.join(tmpdir(), 'kade-secrets-'))
})
afterAll(async () => {
  await db.stop()
  await rm(home, { recursive: true, force: true })
})

const canary = 'canary-Zt7Qp2wX9'

describe('secret values', () => {
  it('come back as they were, version by version, until they are erased', async () => {
    const vault = await openSecretVault({ home })
    const id = randomUUID()
    await db.database.transaction(async tx => {
      await vault.put(tx, id, 1, { token: 'one' })
      await vault.put(tx, id, 2, { token: 'twéé', empty: '' })
    })
    expect(await vault.read(db.database, id, 1)).toEqual({ token: 'one' })
    expect(await vault.read(db.database, id, 2)).toEqual({ token: 'twéé', empty: '' })
    await vault.erase(db.database, id)
    await expect(vault.read(db.database, id, 1)).rejects.toThrow('not there')
  })

  it('stand nowhere in the database in plain', async () => {
    const vault = await openSecretVault({ home })
    await db.database.transaction(tx => vault.put(tx, randomUUID(), 1, { token: canary }))
    const admin = await openDatabase(db.adminUrl)
    const tables = await admin.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname IN ('kade', 'message_store', 'pgboss', 'public')`,
    )
    expect(tables.length).toBeGreaterThan(15)
    const forms = [canary, Buffer.from(canary).toString('base64').slice(0, 20)]
    for (const { name } of tables) {
      for (const form of forms) {
        const found = await admin.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE $1 LIMIT 1`, [
          `%${form}%`,
        ])
        expect(found, name).toEqual([])
      }
    }
    await admin.close()
  })

  it('do not open in the row of another deployment or version', async () => {
    const vault = await openSecretVault({ home })
    const [mine, other] = [randomUUID(), randomUUID()]
    await db.database.transaction(tx => vault.put(tx, mine, 1, { token: 'mine' }))
    await db.database.query(
      `INSERT INTO kade.secret_version SELECT $2, 1, ciphertext FROM kade.secret_version WHERE deployment = $1
       UNION ALL SELECT $1, 2, ciphertext FROM kade.secret_version WHERE deployment = $1`,
      [mine, other],
    )
    await expect(vault.read(db.database, other, 1)).rejects.toThrow('moved')
    await expect(vault.read(db.database, mine, 2)).rejects.toThrow('moved')
  })

  it('do not open when their row, or its header, was changed', async () => {
    const vault = await openSecretVault({ home })
    const [a, b] = [randomUUID(), randomUUID()]
    await db.database.transaction(tx => vault.put(tx, a, 1, { token: 'a' }))
    const [row] = await db.database.query<{ ciphertext: string }>(
      'SELECT ciphertext FROM kade.secret_version WHERE deployment = $1',
      [a],
    )
    const [header = '', ...rest] = (row?.ciphertext ?? '').split('.')
    const forged = JSON.parse(Buffer.from(header, 'base64url').toString())
    const mine = Buffer.from(JSON.stringify({ ...forged, deployment: b })).toString('base64url')
    await db.database.query('INSERT INTO kade.secret_version VALUES ($1, 1, $2)', [
      b,
      [mine, ...rest].join('.'),
    ])
    await expect(vault.read(db.database, b, 1)).rejects.toThrow('was changed')
  })

  it('of another key are refused with the name of both keys, not taken for damage', async () => {
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'kade-secrets-'))
    const first = await openSecretVault({ home })
    const second = await openSecretVault({ home: elsewhere })
    const id = randomUUID()
    await db.database.transaction(tx => first.put(tx, id, 1, { token: 'x' }))
    await expect(second.read(db.database, id, 1)).rejects.toThrow(/KADE_KEY_FILE/)
    await rm(elsewhere, { recursive: true })
  })
})

describe('the key', () => {
  it('is made once for its owner alone, and never overwritten', async () => {
    const fresh = await mkdtemp(path.join(tmpdir(), 'kade-secrets-'))
    const file = path.join(fresh, 'keys', 'secret.key')
    const first = openSecretVault({ home: fresh })
    const openings = [first]
    // Each begins a little after the one before it, so that some link while others already clear away.
    for (let count = 0; count < 200; count += 1) {
      await setImmediate()
      openings.push(openSecretVault({ home: fresh }))
    }
    await first
    const key = await readFile(file, 'utf8')
    await Promise.all(openings)
    expect(await readFile(file, 'utf8')).toBe(key)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(path.dirname(file))).toEqual(['secret.key'])
    await rm(fresh, { recursive: true })
  })

  it('that is named must be there and be a key', async () => {
    const file = path.join(home, 'own.key')
    await expect(openSecretVault({ home, keyFile: file })).rejects.toThrow('cannot be read')
    await writeFile(file, 'short')
    await chmod(file, 0o600)
    await expect(openSecretVault({ home, keyFile: file })).rejects.toThrow('32 random bytes')
  })
})
