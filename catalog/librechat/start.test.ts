import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownDatabase, startScript } from './start.ts'

const run = promisify(execFile)
let folder: string

// Stands for the image's Node: what LibreChat would do is said by CREATE, and what it would start with is printed.
const node = `#!/bin/sh
case "$1" in
  -e) echo waited ;;
  config/create-user.js) shift; echo "account $*"; eval "$CREATE" ;;
  api/server/index.js) echo "server registration=$ALLOW_REGISTRATION password=\${FIRST_ADMIN_PASSWORD-none}" ;;
esac
`

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kade-librechat-'))
  await writeFile(path.join(folder, 'node'), node)
  await chmod(path.join(folder, 'node'), 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

async function start(create: string, database = ownDatabase) {
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    CREATE: create,
    MONGO_URI: database,
    FIRST_ADMIN_EMAIL: 'anna@example.org',
    FIRST_ADMIN_PASSWORD: '-a b"c',
    ALLOW_REGISTRATION: 'true',
  }
  return (await run('/bin/sh', ['-c', startScript], { env })).stdout.trim().split('\n')
}

const account = 'account anna@example.org Administrator admin -a b"c --email-verified=true'

test('waits for its own database, makes the account, and starts without the password', async () => {
  expect(await start('true')).toEqual(['waited', account, 'server registration=true password=none'])
})

test('does not wait for a database that is bound', async () => {
  expect((await start('true', 'mongodb://elsewhere/chat'))[0]).toBe(account)
})

test('goes on as before when the account is there already', async () => {
  const lines = await start(
    'echo "Error: A user with that email or username already exists!"; false',
  )
  expect(lines.at(-1)).toBe('server registration=true password=none')
})

test('lets nobody sign up when the account could not be made', async () => {
  const lines = await start('echo "Error: Invalid email address!"; false')
  expect(lines.at(-1)).toBe('server registration=false password=none')
  expect(lines).toContain('Error: Invalid email address!')
})
