import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { jurisdictions, noJurisdiction } from '#api/jurisdictions.ts'
import { PlatformError } from '#platform/errors.ts'
import type { ClusterSpec } from '#platform/federation/registry.ts'
import { violationsOf } from '#platform/violations-of.ts'

const Places = z.record(
  z.string(),
  z.strictObject({
    region: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, {
        error: 'must be lower-case letters, digits and dashes, such as nl-ams',
      })
      .optional(),
    jurisdiction: z
      .string()
      .refine(code => jurisdictions.has(code), { error: issue => noJurisdiction(issue.input) })
      .optional(),
  }),
)

/** Where clusters stand, by name: only what somebody has said. */
export type ClusterPlaces = Readonly<z.output<typeof Places>>

/**
 * Region and jurisdiction of one's own clusters, from the YAML file that `KADE_CLUSTERS` names; a kubeconfig does not hold them.
 * Throws `request-invalid` with everything that is wrong.
 */
export async function readClusterPlaces(
  file: string | undefined,
  kubeconfig: string | null,
): Promise<ClusterPlaces> {
  if (!file) return {}
  if (!kubeconfig)
    throw unusable(file, 'it is for clusters of your own, and KADE_KUBECONFIG names none')
  let written: unknown
  try {
    written = parse(await readFile(file, 'utf8'), { maxAliasCount: 100, uniqueKeys: true })
  } catch (cause) {
    throw unusable(file, cause instanceof Error ? cause.message : String(cause), cause)
  }
  const parsed = Places.safeParse(written)
  if (parsed.success) return parsed.data
  const faults = violationsOf(parsed.error.issues, '')
  throw unusable(file, faults.map(one => `${one.pointer || '/'}: ${one.detail.en}`).join('\n  '))
}

/** The specs with what is said of them. Throws `request-invalid` for a name that is none of theirs. */
export function withPlaces<T extends { readonly spec: ClusterSpec }>(
  planned: readonly T[],
  places: ClusterPlaces,
): T[] {
  const names = planned.map(one => one.spec.name)
  const stray = Object.keys(places).filter(name => !names.includes(name))
  if (stray.length > 0)
    throw new PlatformError(
      'request-invalid',
      `KADE_CLUSTERS names ${stray.join(', ')}, which KADE_KUBECONFIG does not have.`,
      { next: `Choose from ${names.join(', ')}: a context as Kade names it.` },
    )
  return planned.map(one => {
    const { region = one.spec.region, jurisdiction = one.spec.jurisdiction } =
      places[one.spec.name] ?? {}
    return { ...one, spec: { ...one.spec, region, jurisdiction } }
  })
}

function unusable(file: string, why: string, cause?: unknown): PlatformError {
  return new PlatformError(
    'request-invalid',
    `KADE_CLUSTERS names ${file}, which cannot be used: ${why}`,
    {
      ...(cause === undefined ? {} : { cause }),
      next: 'Correct the file, or leave KADE_CLUSTERS out. docs/how-to/use-your-own-cluster.md tells what may stand in it.',
    },
  )
}
