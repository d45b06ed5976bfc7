import { readFile } from 'node:fs/promises'
import { applyPatch, type Operation } from 'rfc6902'
import { parse } from 'yaml'
import { z } from 'zod'
import { PatchOperation } from '#api/findings.ts'
import type { PolicyQuestion } from '#platform/governance/policy-input.ts'

/** `policies/<id>/fixtures.yaml`: what a policy lets through and what it stops, as changes of fixture-base.yaml. */
const shared = { what: z.string(), change: z.array(PatchOperation) }
export const FixtureFile = z.strictObject({
  pass: z.array(z.strictObject({ ...shared, warns: z.array(z.string()).default([]) })).min(1),
  fail: z
    .array(
      z.strictObject({
        ...shared,
        /** Message and where it points to. Other findings may stand beside it. */
        finds: z.record(z.string(), z.string()),
        /** What `resources` of the request must hold after all fixes were applied. */
        fixed: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .min(1),
})
export type FixtureFile = z.infer<typeof FixtureFile>

const folder = new URL('./', import.meta.url)

/** What the rules were compiled to. */
export const compiledPolicies = new URL('compiled/policies.wasm', folder)

async function readYaml(file: string): Promise<unknown> {
  return parse(await readFile(new URL(file, folder), 'utf8'))
}

/** A question that every policy allows; a new copy each time. */
export async function baseQuestion(): Promise<PolicyQuestion> {
  // Written by hand to this type; the fixtures' tests show that it is allowed.
  return (await readYaml('fixture-base.yaml')) as PolicyQuestion
}

export async function readFixtures(policy: string): Promise<FixtureFile> {
  return FixtureFile.parse(await readYaml(`${policy}/fixtures.yaml`))
}

/** A copy with a JSON Patch applied; throws where the patch does not fit. */
export function changed<T>(value: T, patch: readonly PatchOperation[]): T {
  const copy = structuredClone(value)
  for (const problem of applyPatch(copy, patch as Operation[])) if (problem) throw problem
  return copy
}
