import { readFile } from 'node:fs/promises'
import { loadPolicy } from '@open-policy-agent/opa-wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PatchOperation } from '#api/findings.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import { prepareNamespace } from '#platform/adapters/kubernetes/namespace.ts'
import { readAdmission } from '#platform/adapters/policy/admission.ts'
import { policyIds } from '#platform/adapters/policy/policy-texts.ts'
import { policyInput } from '#platform/governance/policy-input.ts'
import {
  baseQuestion,
  changed,
  compiledPolicies,
  type FixtureFile,
  readFixtures,
} from '#policies/fixtures.ts'
import { type JoinedCluster, namespaceSpec, startJoinedCluster } from '../support/joined-cluster.ts'

/**
 * Every fixture of every policy that can be said in CEL, on a real API server: what the rule finds is refused at admission for
 * the same reason, and what it passes is admitted. tests/long/policies.test.ts holds the rule to what the real `opa` says.
 */
let cluster: JoinedCluster
/** Whoever writes is somebody with every right, past Kade and its identities. */
const environments = ['dev', 'prod'] as const

const kinds = {
  networkpolicies: ['NetworkPolicy'],
  services: ['Service'],
  workloads: ['Deployment', 'StatefulSet', 'Job', 'CronJob'],
} as const

const base = await baseQuestion()
const wasm = await loadPolicy(await readFile(compiledPolicies))
const folder = new URL('../../policies/', import.meta.url)
const said = await Promise.all(
  policyIds.map(async id => ({
    id,
    admission: await readAdmission(folder, id),
    fixtures: await readFixtures(id),
  })),
)
/** Each fixture, and whether it is one that passes. */
function casesOf({ pass, fail }: FixtureFile) {
  return [
    ...pass.map(({ what, change }) => ({ what, change, passes: true })),
    ...fail.map(({ what, change }) => ({ what, change, passes: false })),
  ]
}

const policies = said.flatMap(({ id, admission, fixtures }) =>
  admission ? [{ id, admission, fixtures: casesOf(fixtures) }] : [],
)

beforeAll(async () => {
  cluster = await startJoinedCluster()
  const { preparer } = cluster.open
  for (const environment of environments)
    await prepareNamespace(preparer, { ...namespaceSpec(`in-${environment}`), environment })
})
afterAll(async () => await cluster?.stop())

/** What admission says of one object: the policy and message that refuse it, another refusal, or nothing. */
async function refusalOf(object: KubernetesObject): Promise<string | null> {
  try {
    await cluster.admin.apply(object, { dryRun: true, force: true })
    return null
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    return /Kade policy ([\w-]+\/[\w-]+):/.exec(error.message)?.[1] ?? error.message
  }
}

describe.each(policies)('$id', ({ id, admission, fixtures }) => {
  const messages = new Set(admission.rules.map(one => one.message))
  const judged: readonly string[] = kinds[admission.judges]

  /** What the rule finds that admission can say too, by the object it is about. */
  function found(change: readonly PatchOperation[]): Map<number, string[]> {
    const input = JSON.parse(JSON.stringify(policyInput(changed(base, change))))
    const [{ result }] = wasm.evaluate(input, 'kade/findings')
    // The entrypoint gives a set of findings.
    const findings = result as { policy: string; message: string; path: string }[]
    const places = new Map<number, string[]>()
    for (const { policy, message, path } of findings) {
      const place = Number(/^\/objects\/(\d+)\//.exec(path)?.[1])
      if (policy !== id || !messages.has(message) || Number.isNaN(place)) continue
      places.set(place, [...(places.get(place) ?? []), `${id}/${message}`])
    }
    return places
  }

  it.each(fixtures)('has one verdict with the API server: $what', async ({ change, passes }) => {
    const { namespace, objects } = changed(base, change)
    const places = found(change)
    for (const [place, object] of objects.entries()) {
      if (!judged.includes(object.kind)) continue
      const inside = namespace.environment === 'prod' ? 'in-prod' : 'in-dev'
      const metadata = { ...object.metadata, namespace: inside }
      const reasons = places.get(place)
      // The first time until the policies are in force, which nothing in their status says.
      await expect
        .poll(async () => verdict(await refusalOf({ ...object, metadata }), reasons, passes))
        .toBe('the same')
    }
  })
})

/** What no API server takes, whatever the policies say, is refused before them; nothing that passes may be. */
function verdict(
  refusal: string | null,
  reasons: readonly string[] | undefined,
  passes: boolean,
): string {
  if (refusal === null) return reasons ? `admitted, and not ${reasons}` : 'the same'
  if (reasons?.includes(refusal)) return 'the same'
  const byPolicy = /^[\w-]+\/[\w-]+$/.test(refusal)
  return byPolicy || passes ? `refused: ${refusal}` : 'the same'
}
