import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type LoadedPolicy, loadPolicy } from '@open-policy-agent/opa-wasm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { policyIds } from '#platform/adapters/policy/policy-texts.ts'
import { policyInput } from '#platform/governance/policy-input.ts'
import { baseQuestion, changed, readFixtures } from '#policies/fixtures.ts'
import { opaBinary } from '#tools/policies/compile.ts'
import { ruleFiles } from '#tools/policies/sources.ts'

/**
 * Takes each condition out of each rule in turn, compiles, and judges all fixtures again. A condition whose absence no
 * fixture notices is either untested or says nothing; those of the second kind are listed with the reason.
 */
const saysNothingNew: Readonly<Record<string, string>> = {
  'item.kind == "Service"': 'no other kind that is allowed has these fields',
  'is_string(port)': 'ports are looked up by name: a number finds none',
  'is_number(port)': 'ports are compared by value: a text equals none',
  'is_string(requested_host)': 'without one, no host of a rule equals it',
  'is_array(item.spec.rules)': 'counting and comparing what is no list refuses it too',
  'is_object(pod.spec)': 'iterating over what is no object gives nothing',
  'is_object(container)':
    'reading fields of what is no object gives nothing; `unreadable` names it',
  'is_array(spec.containers)': 'the rule below it names a list that is none',
  'is_object(item)': 'fields of what is no object are absent',
  'is_object(spec)': 'reading fields of what is no object gives nothing; `unreadable` names it',
  'is_number(amount)': 'policyInput gives numbers or null',
  'amount == floor(amount)': 'policyInput gives whole numbers',
  'not is_null(value)': 'the contract has no null there',
  'asked("limits", kind)': 'a limit nobody asked for is the default, which the other rule takes',
  'effective("limits", kind),':
    'policyInput makes it one of those below it; an input that says otherwise must not pass either',
  'default_amount("requests", kind),':
    'a limit that is absent and a request that is, with a default for the second only',
  'usable(amount, kind)': 'max and min ignore what is smaller',
  'part == "requests"': 'the branch before it took the limits',
  'some part in ["requests", "limits"]': 'the part is bound by the function that follows',
  'some kind, _ in amounts': 'the kind is bound by the function that follows',
}

const run = promisify(execFile)
const policies = fileURLToPath(new URL('../../policies/', import.meta.url))
let opa: string
let work: string
let inputs: unknown[]

beforeAll(async () => {
  opa = await opaBinary()
  work = await mkdtemp(join(tmpdir(), 'kade-mutations-'))
  await cp(policies, work, { recursive: true })
  const base = await baseQuestion()
  const files = await Promise.all(policyIds.map(readFixtures))
  inputs = files
    .flatMap(({ pass, fail }) => [...pass, ...fail])
    .map(({ change }) => JSON.parse(JSON.stringify(policyInput(changed(base, change)))))
}, 1_800_000)
afterAll(() => rm(work, { recursive: true, force: true }))

/** All findings of all fixtures as the rules in `work` give them; `null` when they do not compile. */
async function verdicts(): Promise<string | null> {
  const bundle = join(work, 'bundle.tar.gz')
  const target = ['-t', 'wasm', '-e', 'kade/findings', '-o', bundle]
  try {
    await run(opa, ['build', ...target, ...(await ruleFiles())], { cwd: work })
  } catch {
    return null
  }
  await run('tar', ['-xzf', bundle, '-C', work, '/policy.wasm'])
  const policy = await loadPolicy(await readFile(join(work, 'policy.wasm')))
  return inputs.map(input => verdict(policy, input)).join('\n')
}

function verdict(policy: LoadedPolicy, input: unknown): string {
  try {
    const [{ result }] = policy.evaluate(input, 'kade/findings')
    return JSON.stringify(result.map((one: unknown) => JSON.stringify(one)).sort())
  } catch (error) {
    return String(error)
  }
}

it('every condition of every rule is noticed by a fixture when it is taken away', async () => {
  const whole = await verdicts()
  const unnoticed: string[] = []
  let noticed = 0
  for (const file of await ruleFiles()) {
    const path = join(work, file)
    const text = await readFile(path, 'utf8')
    const lines = text.split('\n')
    for (const [i, line] of lines.entries()) {
      const condition = line.trim()
      if (!/^\t+[^\s}\]#"]/.test(line) || saysNothingNew[condition]) continue
      await writeFile(path, lines.filter((_, j) => j !== i).join('\n'))
      const without = await verdicts()
      if (without === whole) unnoticed.push(`${file}:${i + 1} ${condition}`)
      else if (without !== null) noticed += 1
    }
    await writeFile(path, text)
  }
  expect(unnoticed).toEqual([])
  expect(noticed).toBeGreaterThan(80)
})
