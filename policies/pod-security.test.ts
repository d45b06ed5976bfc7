import { readFile } from 'node:fs/promises'
import { loadPolicy } from '@open-policy-agent/opa-wasm'
import { describe, expect, it } from 'vitest'
import { policyInput } from '#platform/governance/policy-input.ts'
import { baseQuestion, compiledPolicies } from './fixtures.ts'
import { readPodSecurityFixtures } from './pod-security.ts'

/**
 * `restricted-container` beside the standard it is named after: Kubernetes' own fixtures of its levels `baseline` and
 * `restricted`. tests/cluster/policies.test.ts asks a real API server about the same pods.
 */
const fixtures = await readPodSecurityFixtures()
const policy = await loadPolicy(await readFile(compiledPolicies))
const base = await baseQuestion()

/** Kade asks these of apps; Pod Security does not. */
const ownRules: ReadonlySet<string> = new Set(['writable-root', 'token-mounted', 'service-account'])

function faultsOf(pod: (typeof fixtures)[number]['pod']): string[] {
  const input = policyInput({ ...base, objects: [pod] })
  const [{ result }] = policy.evaluate(JSON.parse(JSON.stringify(input)), 'kade/findings')
  // The entrypoint gives a set of findings; the engine's tests parse them.
  const findings = result as { readonly policy: string; readonly message: string }[]
  return findings
    .filter(one => one.policy === 'restricted-container' && !ownRules.has(one.message))
    .map(one => one.message)
    .sort()
}

describe('the fixtures of Pod Security', () => {
  it('are all there', () => {
    const count = (level: string, passes: boolean) =>
      fixtures.filter(one => one.level === level && one.passes === passes).length
    expect([count('baseline', true), count('baseline', false)]).toEqual([15, 34])
    expect([count('restricted', true), count('restricted', false)]).toEqual([23, 76])
  })

  it.each(fixtures.filter(one => !one.passes))('are stopped: $name', ({ pod }) => {
    expect(faultsOf(pod)).not.toEqual([])
  })

  it.each(fixtures.filter(one => one.passes && one.level === 'restricted'))(
    'are let through: $name',
    ({ pod }) => {
      expect(faultsOf(pod)).toEqual([])
    },
  )
})
