import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { labelStudio } from './label-studio.ts'
import type { settings } from './settings.ts'
import { prepareScript, startScript } from './start.ts'

moduleTests(labelStudio)

const envOf = (options: MkDeploymentOptions<typeof settings, 'data'> & { host?: string } = {}) => {
  const { host, ...rest } = options
  const { deployment } = host
    ? labelStudio.mkDeployment({ ...rest, ingress: { host } })
    : labelStudio.mkDeployment(rest)
  return Object.fromEntries(
    (deployment.spec.template.spec?.containers[0]?.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      value ?? valueFrom?.secretKeyRef?.key,
    ]),
  )
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kade-label-studio-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The variables that a program sees which only tells them, when the real scripts start it as the app. */
function startedWith(variables: Record<string, string>): Record<string, string> {
  writeFileSync(path.join(folder, 'label-studio'), '#!/bin/sh\nexec env -0\n')
  chmodSync(path.join(folder, 'label-studio'), 0o755)
  writeFileSync(path.join(folder, 'start.sh'), startScript)
  writeFileSync(path.join(folder, 'prepare.py'), prepareScript)
  const env = { PATH: `${folder}:${process.env.PATH}`, ...variables }
  const told = execFileSync('/bin/sh', [path.join(folder, 'start.sh')], { env, encoding: 'utf8' })
  const pairs = told.split('\0').map(each => [each.split('=')[0], each.replace(/^[^=]*=/, '')])
  return Object.fromEntries(pairs)
}

test('makes the first account itself, and lets nobody sign up without a link', () => {
  expect(envOf()).toMatchObject({
    LABEL_STUDIO_USERNAME: 'admin@example.org',
    LABEL_STUDIO_PASSWORD: 'firstAdminPassword',
    LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK: 'true',
  })
})

test('tells the maker nothing: what is empty is off, what is absent is on', () => {
  expect(envOf()).toMatchObject({
    COLLECT_ANALYTICS: 'false',
    SENTRY_DSN: '',
    FRONTEND_SENTRY_DSN: '',
    LATEST_VERSION_CHECK: 'false',
  })
})

test('knows the host it is reached at, without which nobody could sign in', () => {
  expect(envOf({ host: 'labels.example.org' })).toMatchObject({
    LABEL_STUDIO_HOST: 'https://labels.example.org',
    CSRF_TRUSTED_ORIGINS: 'https://labels.example.org',
    SESSION_COOKIE_SECURE: '1',
  })
})

// The app's own language, which is in its image, and may be absent where the tests run.
const noPython = spawnSync('python3', ['--version']).status !== 0

test.skipIf(noPython)('gives the app its database in parts, bound or its own', () => {
  const started = startedWith({
    DATABASE_CONNECTION:
      'postgresql://label:it%27s%20%24HOME%60id%60@db.other.svc/labels?sslmode=require',
  })
  expect(started).toMatchObject({
    DJANGO_DB: 'default',
    POSTGRE_HOST: 'db.other.svc',
    POSTGRE_PORT: '5432',
    POSTGRE_NAME: 'labels',
    POSTGRE_USER: 'label',
    POSTGRE_PASSWORD: "it's $HOME`id`",
    PGSSLMODE: 'require',
  })
  expect(started.DATABASE_CONNECTION).toBeUndefined()
  expect(startedWith({})).toMatchObject({ DJANGO_DB: 'sqlite' })
})
