import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { PlatformError } from '#platform/errors.ts'
import { canonicalJson, digestOf, digestOfText } from './digest.ts'

/**
 * What a preview showed, in two halves: what would be applied, and what it was compared with in the cluster. The door
 * knows the first half and refuses there; the engine knows the second and refuses before it writes anything.
 *
 *     <32 hex digits of the render>-<32 hex digits of the live side of each cluster, by name>
 */
export function previewHash(render: string, live: readonly string[]): string {
  return [render, ...live].map(short).join('-')
}

/** The part of it that concerns one of the clusters that were previewed. */
export function previewAt(hash: string, clusters: readonly string[], cluster: string): string {
  const [render, ...live] = hash.split('-')
  return [render, live[clusters.toSorted().indexOf(cluster)] ?? live[0]].join('-')
}

/** Digest of what would be applied and where. A preview of a new name has no deployment yet, so its id is left out. */
export function renderDigest(
  objects: readonly KubernetesObject[],
  deployment: string,
  clusters: readonly string[],
  replicas?: Readonly<Record<string, number>>,
): string {
  const text = canonicalJson(objects).replaceAll(deployment, 'this deployment')
  return digestOf([clusters, digestOfText(text), ...(replicas ? [replicas] : [])])
}

/** True where the live side is the one that was previewed. */
export function showsLive(hash: string, live: string): boolean {
  return hash.split('-')[1] === short(live)
}

/** Throws `stale` where something else would be applied than the preview showed. */
export function holdToPreview(hash: string, render: string): void {
  if (hash.split('-')[0] === short(render)) return
  throw new PlatformError(
    'stale',
    {
      en: 'This is not what the preview showed: the settings, the app or its place changed since.',
      nl: 'Dit is niet wat het voorbeeld liet zien: de instellingen, de app of de plek is intussen veranderd.',
    },
    {
      violations: [
        {
          pointer: '/preview',
          detail: { en: 'is of an earlier preview', nl: 'is van een eerder voorbeeld' },
        },
      ],
      next: {
        en: 'Look at a new preview, then send its hash. Nothing was changed.',
        nl: 'Bekijk een nieuw voorbeeld en stuur de hash daarvan mee. Er is niets gewijzigd.',
      },
    },
  )
}

/** The first 128 bits of a digest. */
function short(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 32)
}
