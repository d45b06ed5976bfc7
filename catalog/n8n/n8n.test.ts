import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { n8n } from './n8n.ts'
import type { settings } from './settings.ts'
import { prepareScript, startScript } from './start.ts'

moduleTests(n8n)

const containersOf = (options: MkDeploymentOptions<typeof settings, 'data'> = {}) =>
  n8n.mkDeployment(options).deployment.spec.template.spec?.containers ?? []

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kade-n8n-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The variables that an n8n sees which only tells them, when it is started by the real scripts. */
function startedWith(variables: Record<string, string>): Record<string, string> {
  const library = path.join(folder, 'node_modules', 'bcryptjs')
  mkdirSync(library, { recursive: true })
  // Says what it was asked, for the app's own library is only in its image.
  const bcrypt =
    "exports.encodeBase64 = bytes => Buffer.from(bytes).toString('hex')\nexports.hashSync = (...all) => all.join(' ')\n"
  writeFileSync(path.join(library, 'index.js'), bcrypt)
  writeFileSync(path.join(folder, 'n8n'), '#!/bin/sh\nexec env -0\n')
  chmodSync(path.join(folder, 'n8n'), 0o755)
  writeFileSync(path.join(folder, 'start.sh'), startScript)
  writeFileSync(path.join(folder, 'prepare.cjs'), prepareScript)
  const PATH = `${folder}:${path.dirname(process.execPath)}:/usr/bin:/bin`
  const env = { PATH, OWNER_PASSWORD: 'secret', N8N_ENCRYPTION_KEY: 'key', ...variables }
  const told = execFileSync('/bin/sh', [path.join(folder, 'start.sh')], { env, encoding: 'utf8' })
  const pairs = told.split('\0').map(each => [each.split('=')[0], each.replace(/^[^=]*=/, '')])
  return Object.fromEntries(pairs)
}

test('makes the owner itself, so that the first visitor does not become it', () => {
  const [app] = containersOf()
  expect(app?.env).toEqual(
    expect.arrayContaining([
      { name: 'N8N_INSTANCE_OWNER_MANAGED_BY_ENV', value: 'true' },
      { name: 'N8N_INSTANCE_OWNER_EMAIL', value: 'owner@example.org' },
    ]),
  )
  const { N8N_INSTANCE_OWNER_PASSWORD_HASH: hash, OWNER_PASSWORD } = startedWith({})
  expect(hash).toMatch(/^secret \$2a\$12\$[0-9a-f]{32}$/)
  expect(OWNER_PASSWORD).toBeUndefined()
  expect(startedWith({}).N8N_INSTANCE_OWNER_PASSWORD_HASH).toBe(hash)
  expect(startedWith({ N8N_ENCRYPTION_KEY: 'other' }).N8N_INSTANCE_OWNER_PASSWORD_HASH).not.toBe(
    hash,
  )
})

test('gives the app the database it is bound to in parts, whatever stands in the password', () => {
  const DATABASE_CONNECTION = `postgresql://flow:it%27s%20%24HOME%60id%60@db.other.svc/flows?sslmode=verify-full`
  const started = startedWith({ DATABASE_CONNECTION })
  expect(started).toMatchObject({
    DB_TYPE: 'postgresdb',
    DB_POSTGRESDB_HOST: 'db.other.svc',
    DB_POSTGRESDB_PORT: '5432',
    DB_POSTGRESDB_DATABASE: 'flows',
    DB_POSTGRESDB_USER: 'flow',
    DB_POSTGRESDB_PASSWORD: "it's $HOME`id`",
    DB_POSTGRESDB_SSL_ENABLED: 'true',
    DB_POSTGRESDB_SSL_REJECT_UNAUTHORIZED: 'true',
  })
  expect(started.DATABASE_CONNECTION).toBeUndefined()
  expect(startedWith({}).DB_TYPE).toBeUndefined()
})

test('runs the code of workflows apart from the disk and the keys', () => {
  const runner = containersOf().find(each => each.name === 'runners')
  expect(runner?.volumeMounts).toEqual([{ name: 'runner', mountPath: '/runner' }])
  const secret = runner?.env?.flatMap(each => each.valueFrom?.secretKeyRef?.key ?? [])
  expect(secret).toEqual(['runnerToken'])
})
