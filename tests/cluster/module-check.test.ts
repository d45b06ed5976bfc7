import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { catalog } from '#catalog/index.ts'
import type { CheckReport, Rung } from '#cli/module/report.ts'
import { environmentNames } from '#kit/environment-name.ts'
import {
  controlPlaneBinaries,
  startTestCluster,
  type TestCluster,
} from '#tests/support/control-plane.ts'

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const catalogue = new URL('../../catalog/', import.meta.url)
let cluster: TestCluster
let folder: string

beforeAll(async () => {
  cluster = await startTestCluster('modules')
})
afterAll(() => cluster?.stop())
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'kade-module-')), 'sample')
})
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

const source = `
import { defineApp } from '@kade/kit/define-app'
import { z } from 'zod'

const check = { path: '/health', port: 'http' } as const
export const sample = defineApp({
  info: { id: 'sample', name: 'Sample', version: '1.0.0', category: 'test', description: { en: 'A', nl: 'A' } },
  image: 'registry.example/sample:1.0.0',
  ports: { http: 8080 },
  expose: 'http',
  settings: z.strictObject({ workers: z.int().min(1).max(64).default(1), level: z.enum(['info', 'debug']).default('info') }),
  health: { startup: check, ready: check, live: check },
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } },
  runAs: 1000,
  readyWithin: 60,
  env: ({ settings }) => ({ WORKERS: settings.workers, LEVEL: settings.level }),
})
`

/** A module outside any checkout, with the passport, guide and icon of a real one; `change` spoils its source. */
async function sample(change: (text: string) => string = text => text): Promise<void> {
  await cp(new URL('qdrant/', catalogue), folder, {
    recursive: true,
    filter: from => !/\.ts$|golden/.test(from),
  })
  const passport = join(folder, 'passport.yaml')
  // The claims in it are about a version of Qdrant.
  await writeFile(passport, (await readFile(passport, 'utf8')).replace(/^tested:\n( .*\n)+/m, ''))
  await writeFile(join(folder, 'sample.ts'), change(source))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
}

const execute = promisify(execFile)
async function kubectl(args: readonly string[]) {
  const program = join(await controlPlaneBinaries(), 'kubectl')
  return await execute(program, ['--kubeconfig', cluster.kubeconfigPath, ...args])
}

/** `kade module check`, as a person calls it; without a cluster of a `kade up`. */
function run(path: string, flags: readonly string[] = [], home = join(folder, 'none')) {
  const args = [main, 'module', 'check', path, '--runs', '50', '--seed', '7', ...flags]
  const env = { ...process.env, KADE_HOME: home }
  return new Promise<{ code: number; out: string; err: string }>(done => {
    const child = execFile(process.execPath, args, { env }, (_, out, err) =>
      done({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

async function check(flags: readonly string[] = []) {
  const { code, out, err } = await run(folder, [...flags, '-o', 'json'])
  expect(err).toBe('')
  const report: CheckReport = JSON.parse(out)
  expect(code).toBe(report.ok ? 0 : 3)
  const of = (rung: Rung) => report.rungs.find(each => each.rung === rung)
  return { report, of }
}

test('a sound module passes, and what could not be looked at says why', async () => {
  await sample()
  const { report } = await check()
  expect(report).toMatchObject({ ok: true, app: { id: 'sample', version: '1.0.0' }, seed: 7 })
  expect(report.rungs.map(each => `${each.rung} ${each.state}`)).toEqual([
    'types passed',
    'schemas passed',
    'lint passed',
    'server skipped',
    'golden skipped',
    'sandbox passed',
    'passport passed',
  ])
  const { code, out } = await run(folder)
  expect(code).toBe(0)
  expect(out).toContain('- server    no cluster: give --kubeconfig, or start one with kade up')
  expect(out).toContain('The module passes.')
})

test('all faults of all steps are said at once, each with its place', async () => {
  await sample(text =>
    text
      .replace("version: '1.0.0'", "version: '1.0 beta'")
      .replace(
        'readyWithin: 60,',
        "readyWithin: '60',\n  transform: objects => JSON.parse(JSON.stringify(objects).replaceAll('replicas', 'replicsa')),",
      ),
  )
  await writeFile(join(folder, 'README.md'), '# Sample\n')
  const tested =
    "tested: { level: admitted, version: '0.9.0', kubernetes: 1.36.3, at: 2026-11-28 }\n"
  await appendFile(join(folder, 'passport.yaml'), tested)
  await rm(join(folder, 'icon.svg'))
  const { report, of } = await check()
  expect(report.ok).toBe(false)
  expect(of('types')?.findings).toMatchObject([{ rule: 'TS2322', pointer: 'sample.ts:15:3' }])
  expect(of('schemas')?.findings).toMatchObject([
    {
      pointer: '/2/spec/replicsa',
      detail: 'DeploymentSpec has no field "replicsa" to write; did you mean "replicas"?',
      seenIn: expect.arrayContaining(['dev', 'staging', 'prod']),
    },
    {
      pointer: '/2/spec/progressDeadlineSeconds',
      detail: 'must be a whole number; it is "60"',
    },
  ])
  const linted = of('lint')?.findings.map(each => each.rule)
  expect(linted).toContain('label-value')
  expect(of('passport')?.findings.map(each => each.pointer)).toContain('icon.svg')
  const { out } = await run(folder)
  expect(out).toContain('README.md: has no heading "## Data" [passport]')
  expect(out).toContain('passport.yaml /tested: tested speaks of version 0.9.0')
  expect(out).toContain('faults to put right.')
})

test('settings that break it are found, made small, and found again by the seed', async () => {
  await sample(text =>
    text.replace(
      'readyWithin: 60,',
      `readyWithin: 60,
  transform: (objects, { settings }) =>
    settings.workers > 20 ? objects.filter(each => each.kind !== 'ServiceAccount') : objects,`,
    ),
  )
  const { of } = await check()
  const [finding] = of('lint')?.findings ?? []
  expect(finding?.rule).toBe('own-service-account')
  expect(finding?.seenIn.join()).toContain('"settings":{"workers":21}')
  expect((await check()).of('lint')).toEqual(of('lint'))
})

test('golden files are written when asked, and a change shows in each environment', async () => {
  await sample()
  expect((await check(['--update'])).of('golden')?.state).toBe('passed')
  for (const environment of environmentNames) {
    const golden = await readFile(join(folder, `golden.${environment}.yaml`), 'utf8')
    expect(golden).toContain(`namespace: team-a-${environment}`)
  }
  expect((await check()).of('golden')?.state).toBe('passed')
  const dev = join(folder, 'golden.dev.yaml')
  await writeFile(dev, (await readFile(dev, 'utf8')).replace('value: info', 'value: debug'))
  await rm(join(folder, 'golden.prod.yaml'))
  const { of } = await check()
  expect(of('golden')?.findings.map(each => each.pointer)).toEqual([
    'golden.dev.yaml',
    'golden.prod.yaml',
  ])
  expect(of('golden')?.findings[0]?.detail).toMatch(/- +value: debug\n +\+ +value: info\n/)
}, 180_000)

test('what is not sound is never written as golden', async () => {
  await sample(text => text.replace("version: '1.0.0'", "version: '1.0 beta'"))
  expect((await check(['--update'])).of('golden')?.state).toBe('skipped')
})

test('a module that does not load has its reason, and its passport is looked at', async () => {
  await sample(text =>
    text.replace(
      'runAs: 1000',
      "check: () => [{ pointer: '/level', detail: { en: 'too loud', nl: 'te luid' } }],\n  runAs: 1000",
    ),
  )
  const { report, of } = await check()
  expect(of('lint')?.findings).toMatchObject([{ rule: 'defaults', pointer: '/settings/level' }])
  expect(report).toMatchObject({ ok: false, app: null })
  expect(of('passport')?.state).toBe('passed')
})

test('an assessment that the passport rests on is checked, and told apart from another file', async () => {
  await sample()
  const now = new Date().toISOString().slice(0, 10)
  const dpia = (
    await readFile(new URL('../support/assessments/dpia.json', import.meta.url), 'utf8')
  ).replaceAll(/2026-10-\d\d/g, now)
  await writeFile(join(folder, 'dpia.json'), dpia)
  const passport = join(folder, 'passport.yaml')
  const resting = (sha256: string) => `- id: dpia
    answer: yes
    explanation: { en: Done., nl: Gedaan. }
    evidence: [{ title: DPIA, url: https://example.org/dpia, file: dpia.json, sha256: ${sha256} }]
    assurance: evidenced
    checkedAt: ${now}
  - id: accessibility`
  const was = await readFile(passport, 'utf8')
  const write = (sha256: string) =>
    writeFile(passport, was.replace(/- id: dpia\n[\s\S]*?- id: accessibility/, resting(sha256)))
  await write(createHash('sha256').update(dpia).digest('hex'))
  expect((await check()).of('passport')).toMatchObject({ state: 'passed' })
  await write('a'.repeat(64))
  await writeFile(join(folder, 'dpia.json'), dpia.replace('definitief', 'concept'))
  expect((await check()).of('passport')?.findings).toMatchObject([
    { pointer: 'dpia.json', detail: expect.stringContaining('it is another file') },
    { pointer: 'dpia.json', detail: expect.stringContaining('its status is not') },
  ])
})

test('a file that exports no app says so, and a path that is not there is a mistake of the caller', async () => {
  await sample(() => 'export const nothing = 1\n')
  expect((await check()).of('lint')?.findings[0]?.detail).toContain(
    'export the result of defineApp',
  )
  const absent = await run(join(folder, 'other'))
  expect(absent).toMatchObject({ code: 2, out: '' })
  expect(absent.err).toContain('Give the file of a module, or its folder')
  await rm(join(folder, 'sample.ts'))
  expect((await run(folder)).err).toContain('holds no sample.ts')
})

test('an API server says what only it knows, and nothing of the check stays in the cluster', async () => {
  await sample(text =>
    text.replace(
      'readyWithin: 60,',
      `readyWithin: 60,
  transform: objects => JSON.parse(JSON.stringify(objects).replace('"replicas":2', '"replicas":-2')),`,
    ),
  )
  const { of } = await check(['--kubeconfig', cluster.kubeconfigPath])
  expect(of('schemas')?.state).toBe('passed')
  expect(of('server')?.findings).toMatchObject([{ rule: 'server', pointer: '/2/spec/replicas' }])
  const { stdout } = await kubectl(['get', 'namespaces', '-o', 'json'])
  const left = JSON.parse(stdout).items.filter(
    (each: { metadata: { name: string; deletionTimestamp?: string } }) =>
      each.metadata.name.startsWith('kade-module-check-') && !each.metadata.deletionTimestamp,
  )
  expect(left).toEqual([])
})

test('the cluster of a `kade up` is asked without being named, and left out where it does not answer', async () => {
  await sample()
  const home = join(dirname(cluster.kubeconfigPath), '../..')
  expect((await run(folder, [], home)).out).toContain(`✓ server    dry run on ${home}`)
  const stopped = join(folder, 'stopped')
  await mkdir(join(stopped, 'clusters/amsterdam'), { recursive: true })
  await writeFile(join(stopped, 'clusters/amsterdam/kubeconfig.yaml'), '{}')
  const { code, out } = await run(folder, [], stopped)
  expect(out).toContain('- server    the cluster of kade up does not answer')
  expect(code).toBe(0)
})

test('a cluster that does not answer is a fault when it was named', async () => {
  await sample()
  await writeFile(join(folder, 'kubeconfig'), '{}')
  const { of } = await check(['--kubeconfig', join(folder, 'kubeconfig')])
  expect(of('server')).toMatchObject({ state: 'failed', findings: [{ rule: 'server' }] })
})

test.each(catalog.map(({ app }) => app.id))('%s of the catalogue passes', async id => {
  const path = fileURLToPath(new URL(id, catalogue))
  const { out } = await run(path, ['--runs', '20'])
  expect(out).toContain('The module passes.')
})
