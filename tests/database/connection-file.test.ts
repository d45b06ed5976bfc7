import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { openConnectionFile } from '#cli/processes/connection-file.ts'
import { ensureOwner } from '#platform/governance/accounts.ts'
import { findSession } from '#platform/governance/sessions.ts'
import { type MigratedDatabase, startMigratedDatabase } from './migrated-database.ts'

let server: MigratedDatabase
let account: string
beforeAll(async () => {
  server = await startMigratedDatabase()
  account = (await ensureOwner(server.database)).id
})
afterAll(() => server?.stop())

async function newHome(): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'kade-connection-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  return home
}

async function tokenOf(home: string): Promise<string> {
  return JSON.parse(await readFile(path.join(home, 'connection.json'), 'utf8')).token
}

function open(home: string) {
  return openConnectionFile(home, server.database, { account, url: 'http://127.0.0.1:4100' })
}

async function lives(token: string): Promise<boolean> {
  return (await findSession(server.database, token)) !== undefined
}

it('lets in who reads the file, which only its owner can, until the door closes', async () => {
  const home = await newHome()
  const connection = await open(home)
  const token = await tokenOf(home)
  expect(await lives(token)).toBe(true)
  expect((await stat(path.join(home, 'connection.json'))).mode & 0o777).toBe(0o600)
  await connection.close()
  expect(await readdir(home)).toEqual([])
  expect(await lives(token)).toBe(false)
})

it('leaves the token of a door of another home alone', async () => {
  const [here, there] = [await newHome(), await newHome()]
  await open(here)
  const first = await tokenOf(here)
  const second = await open(there)
  expect(await lives(first)).toBe(true)
  await second.close()
  expect(await lives(first)).toBe(true)
})

it('ends the token that a killed door of this home has left', async () => {
  const home = await newHome()
  const killed = await open(home)
  const before = await tokenOf(home)
  await open(home)
  const now = await tokenOf(home)
  expect([await lives(before), await lives(now)]).toEqual([false, true])
  await killed.close()
  expect(await tokenOf(home)).toBe(now)
})
