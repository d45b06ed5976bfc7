import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '#platform/adapters/database/embedded-postgres.ts'

let home: string
let running: EmbeddedPostgres[]

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'kade-postgres-'))
  running = []
})

afterEach(async () => {
  for (const server of running) await server.stop()
  await rm(home, { recursive: true, force: true })
})

async function start(at = home): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ home: at, settings: { fsync: 'off' } })
  running.push(server)
  return server
}

async function query(adminUrl: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: adminUrl })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

async function postmaster(): Promise<number> {
  const file = path.join(home, 'postgres', 'data', 'postmaster.pid')
  return Number((await readFile(file, 'utf8')).split('\n')[0])
}

test('a restarted server has the rows, the port and the password it had', async () => {
  const first = await start()
  await query(first.adminUrl, 'create table kept as select 42 as answer')
  await first.stop()
  const second = await start()
  expect(second.adminUrl).toBe(first.adminUrl)
  expect(await query(second.adminUrl, 'select answer from kept')).toEqual([{ answer: 42 }])
})

test('a start beside a living server attaches to it instead of starting another', async () => {
  const first = await start()
  const pid = await postmaster()
  const second = await start()
  expect(second.adminUrl).toBe(first.adminUrl)
  expect(await postmaster()).toBe(pid)
})

test('a lost port file is found again from the living server', async () => {
  const first = await start()
  await rm(path.join(home, 'postgres', 'port'))
  expect((await start()).adminUrl).toBe(first.adminUrl)
})

test('after a SIGKILL of the server the next start brings back what was committed', async () => {
  const first = await start()
  await query(first.adminUrl, 'create table kept as select 7 as answer')
  process.kill(await postmaster(), 'SIGKILL')
  const second = await start()
  expect(await query(second.adminUrl, 'select answer from kept')).toEqual([{ answer: 7 }])
})

test('a first start that was killed halfway is begun again', async () => {
  await mkdir(path.join(home, 'postgres', 'data.new'), { recursive: true })
  const server = await start()
  expect(await query(server.adminUrl, 'select current_database() as name')).toEqual([
    { name: 'kade' },
  ])
  expect(await readdir(path.join(home, 'postgres'))).not.toContain('data.new')
})

test('only loopback is listened on, and the password is readable by its owner alone', async () => {
  const server = await start()
  expect(await query(server.adminUrl, 'show listen_addresses')).toEqual([
    { listen_addresses: '127.0.0.1' },
  ])
  const { mode } = await stat(path.join(home, 'keys', 'postgres-password'))
  expect(mode & 0o777).toBe(0o600)
  const wrong = new URL(server.adminUrl)
  wrong.password = 'wrong'
  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
})

test('the server stops, and stopping it twice is no error', async () => {
  const server = await start()
  await server.stop()
  await server.stop()
  await expect(query(server.adminUrl, 'select 1')).rejects.toThrow('ECONNREFUSED')
})
