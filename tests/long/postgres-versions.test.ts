/**
 * The contracts of the store, the queue and the subscriptions on every PostgreSQL server this machine has: those of Debian's
 * packages, and those in the folders of KADE_TEST_POSTGRES_PROGRAMS (separated by colons; each holds `initdb` and `pg_ctl`).
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, glob, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { serverUser } from '#platform/adapters/database/server-user.ts'
import { freePorts } from '#platform/adapters/loopback-ports.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const contracts = ['event-store', 'queue', 'subscriptions', 'blobs', 'feed', 'secret-versions']
const given = (process.env.KADE_TEST_POSTGRES_PROGRAMS ?? '').split(':').filter(Boolean)
const installed = await Array.fromAsync(glob('/usr/lib/postgresql/*/bin/initdb'))
const folders = [...installed.map(file => path.dirname(file)).sort(), ...given]

/** A new server in a directory of its own; gives back the URL of its superuser, and how to end it. */
async function startServer(programs: string) {
  const user = await serverUser(() => {})
  const place = await mkdtemp(path.join(tmpdir(), 'kade-postgres-'))
  const passwordFile = path.join(place, 'password')
  await writeFile(passwordFile, 'test')
  for (const each of user ? [place, passwordFile] : []) await chown(each, user?.uid ?? 0, 0)
  const data = path.join(place, 'data')
  const by = { ...user, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' } }
  const auth = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`]
  await run(path.join(programs, 'initdb'), ['-D', data, '-E', 'UTF8', ...auth], by)
  const [port] = await freePorts(1)
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`
  const control = path.join(programs, 'pg_ctl')
  const log = path.join(place, 'log')
  await run(control, ['start', '-w', '-D', data, '-l', log, '-o', settings], by)
  return {
    url: `postgres://postgres:test@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await run(control, ['stop', '-w', '-m', 'fast', '-D', data], by)
      await rm(place, { recursive: true, force: true })
    },
  }
}

async function passesOn(url: string): Promise<string> {
  const files = contracts.map(name => `tests/database/${name}.test.ts`)
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'database', ...files], {
    cwd: root,
    env: { ...process.env, KADE_TEST_POSTGRES: url },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code, signal] = await once(child, 'exit')
  return `ended with ${code ?? signal}`
}

it.each(folders)('the database contracts hold on %s', async programs => {
  const server = await startServer(programs)
  try {
    expect(await passesOn(server.url)).toBe('ended with 0')
  } finally {
    await server.stop()
  }
})

if (folders.length === 0) it.skip('no PostgreSQL is on this machine beside the embedded one')
