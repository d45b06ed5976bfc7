import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { loadPolicy } from '@open-policy-agent/opa-wasm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { policyIds } from '#platform/adapters/policy/policy-texts.ts'
import { policyInput } from '#platform/governance/policy-input.ts'
import { baseQuestion, changed, readFixtures } from '#policies/fixtures.ts'
import { readPodSecurityFixtures } from '#policies/pod-security.ts'
import { compile, opaBinary } from '#tools/policies/compile.ts'
import { podSecurityText } from '#tools/policies/pod-security.ts'
import { ruleFiles } from '#tools/policies/sources.ts'

const run = promisify(execFile)
const policies = fileURLToPath(new URL('../../policies/', import.meta.url))
const compiled = join(policies, 'compiled', 'policies.wasm')

let opa: string
let work: string
beforeAll(async () => {
  opa = await opaBinary()
  work = await mkdtemp(join(tmpdir(), 'kade-policies-test-'))
}, 1_800_000)
afterAll(() => rm(work, { recursive: true, force: true }))

it('compiles to the committed file, byte for byte', async () => {
  await compile(work)
  expect((await readFile(join(work, 'policies.wasm'))).equals(await readFile(compiled))).toBe(true)
})

it('holds the fixtures of Pod Security as the release of the control plane has them', async () => {
  const committed = await readFile(join(policies, 'pod-security.yaml'), 'utf8')
  expect(await podSecurityText()).toBe(committed)
})

it('is formatted, and passes its own tests', async () => {
  const tests = policyIds.map(id => `${id}/rule_test.rego`)
  const all = [...(await ruleFiles()), ...tests]
  await run(opa, ['fmt', '--fail', '--list', ...all], { cwd: policies })
  const { stdout } = await run(opa, ['test', ...all], { cwd: policies })
  expect(stdout).toMatch(/^PASS: (\d+)\/\1$/m)
})

it('says in WebAssembly what the real opa says, for every fixture', async () => {
  const base = await baseQuestion()
  const wasm = await loadPolicy(await readFile(compiled))
  const rules = (await ruleFiles()).flatMap(file => ['-d', file])
  const fixtures = await Promise.all(policyIds.map(readFixtures))
  const changes = fixtures.flatMap(({ pass, fail }) => [...pass, ...fail])
  const pods = (await readPodSecurityFixtures()).map(({ name, pod }) => ({
    what: name,
    question: { ...base, objects: [pod] },
  }))
  const cases = [
    ...changes.map(({ what, change }) => ({ what, question: changed(base, change) })),
    ...pods,
  ].map(({ what, question }) => ({ what, input: policyInput(question) }))
  const file = join(work, 'cases.json')
  await writeFile(file, JSON.stringify({ cases: cases.map(({ input }) => input) }))
  // One evaluation over all of them: a process for each takes minutes.
  const query = '[found | some one in data.cases; found := data.kade.findings with input as one]'
  const { stdout } = await run(opa, ['eval', '-f', 'raw', '-d', file, ...rules, query], {
    cwd: policies,
    maxBuffer: 64 * 2 ** 20,
  })
  const said: unknown[][] = JSON.parse(stdout)
  expect(said).toHaveLength(cases.length)
  for (const [i, { what, input }] of cases.entries()) {
    const [{ result }] = wasm.evaluate(JSON.parse(JSON.stringify(input)), 'kade/findings')
    expect(sorted(result), what).toEqual(sorted(said[i] ?? []))
  }
})

/** Findings are a set: engines give them in different order, and so their fields. */
function sorted(findings: unknown[]): string[] {
  const inOrder = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inOrder)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, inOrder(inner)]),
    )
  }
  return findings.map(one => JSON.stringify(inOrder(one))).sort()
}
