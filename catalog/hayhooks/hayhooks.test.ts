import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { fetchScript } from './fetch.ts'
import { hayhooks } from './hayhooks.ts'
import type { settings } from './settings.ts'

moduleTests(hayhooks)

const checksum = 'a'.repeat(64)
const archive = 'https://example.org/pipelines.tar.gz'

const envOf = (options: MkDeploymentOptions<typeof settings, 'pipelines'> = {}) => {
  const { spec } = hayhooks.mkDeployment(options).deployment.spec.template
  return Object.fromEntries(
    (spec?.containers[0]?.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      value ?? valueFrom?.secretKeyRef?.key,
    ]),
  )
}

test('is reached by apps that bind to it only, and takes no code from them', () => {
  expect(hayhooks.network.expose).toBeNull()
  expect(envOf()).toMatchObject({
    HAYHOOKS_DURABLE_MODE: 'true',
    HAYHOOKS_TRACING_ENABLED: 'false',
    HAYHOOKS_CORS_ALLOW_ORIGINS: '[]',
  })
  expect(envOf({ config: { deployApi: true } }).HAYHOOKS_DURABLE_MODE).toBe('false')
})

test('runs the pipelines of the checksum, and refuses an address without one', () => {
  expect(envOf().HAYHOOKS_PIPELINES_DIR).toBe('/pipelines/own')
  expect(envOf({ config: { archive, checksum } }).HAYHOOKS_PIPELINES_DIR).toBe(
    `/pipelines/${checksum}`,
  )
  expect(hayhooks.parseSettings({ archive })).toMatchObject({
    ok: false,
    violations: [{ pointer: '/checksum' }],
  })
  expect(hayhooks.parseSettings({ checksum })).toMatchObject({
    ok: false,
    violations: [{ pointer: '/archive' }],
  })
})

test('keeps long tasks where it is bound to, and in its memory otherwise', () => {
  expect(envOf().HAYHOOKS_DURABLE_STORE).toBe('memory')
  const bindings = { tasks: { url: 'redis://queue.other.svc', key: { secretKey: 'tasks.key' } } }
  expect(envOf({ bindings })).toMatchObject({
    HAYHOOKS_DURABLE_STORE: 'redis',
    HAYHOOKS_DURABLE_REDIS_URL: 'tasks.key',
  })
})

// The app's own language, which is in its image, and may be absent where the tests run.
const noPython = spawnSync('python3', ['--version']).status !== 0

describe.skipIf(noPython)('what is fetched before the start', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kade-hayhooks-'))
    mkdirSync(path.join(folder, 'release', 'answers'), { recursive: true })
    mkdirSync(path.join(folder, 'disk', 'older'), { recursive: true })
    writeFileSync(path.join(folder, 'release', 'answers', 'pipeline_wrapper.py'), 'one = 1\n')
    writeFileSync(path.join(folder, 'fetch.py'), fetchScript)
    execFileSync('tar', ['czf', 'release.tar.gz', 'release'], { cwd: folder })
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const sumOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')
  const fetched = (address: string, sum: string) =>
    spawnSync('python3', [path.join(folder, 'fetch.py'), path.join(folder, 'disk'), address, sum], {
      encoding: 'utf8',
    })

  test('is the archive of the checksum, once, and nothing older beside it', () => {
    const file = path.join(folder, 'release.tar.gz')
    const sum = sumOf(file)
    expect(fetched(pathToFileURL(file).href, sum)).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(path.join(folder, 'disk')).sort()).toEqual([sum, 'own'])
    expect(readdirSync(path.join(folder, 'disk', sum))).toEqual(['answers'])
    rmSync(file)
    expect(fetched(pathToFileURL(file).href, sum)).toMatchObject({ status: 0, stderr: '' })
  })

  test('is refused when the archive is another one, and what was there stays', () => {
    const { href } = pathToFileURL(path.join(folder, 'release.tar.gz'))
    const { status, stderr } = fetched(href, checksum)
    expect(status).toBe(1)
    expect(stderr).toMatch(/has the checksum [0-9a-f]{64}, and the answers say a{64}/)
    expect(readdirSync(path.join(folder, 'disk')).sort()).toEqual(['older', 'own'])
  })
})
