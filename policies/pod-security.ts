import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { PatchOperation } from '#api/findings.ts'
import type { PolicyQuestion } from '#platform/governance/policy-input.ts'
import { changed } from './fixtures.ts'

/** `policies/pod-security.yaml`: the fixtures of Kubernetes' own Pod Security admission (tools/policies/pod-security.ts). */
const Changes = z.record(z.string(), z.array(PatchOperation))
const Level = z.strictObject({
  base: z.record(z.string(), z.unknown()),
  pass: Changes,
  fail: Changes,
})
const File = z.strictObject({
  module: z.string(),
  version: z.string(),
  rules: z.string(),
  baseline: Level,
  restricted: Level,
})

export type PodSecurityFixture = {
  readonly name: string
  readonly level: 'baseline' | 'restricted'
  /** Whether that level admits it. */
  readonly passes: boolean
  readonly pod: PolicyQuestion['objects'][number]
}

/** Every fixture of both levels. */
export async function readPodSecurityFixtures(): Promise<readonly PodSecurityFixture[]> {
  const file = File.parse(
    parse(await readFile(new URL('pod-security.yaml', import.meta.url), 'utf8')),
  )
  return (['baseline', 'restricted'] as const).flatMap(level =>
    (['pass', 'fail'] as const).flatMap(kind =>
      Object.entries(file[level][kind]).map(([name, change]) => ({
        name: `${level}/${kind}/${name}`,
        level,
        passes: kind === 'pass',
        // Read from the manifests of pods.
        pod: changed(file[level].base, change) as PodSecurityFixture['pod'],
      })),
    ),
  )
}
