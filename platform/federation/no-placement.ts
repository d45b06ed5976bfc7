import type { Verdict } from '#api/placement.ts'
import { PlatformError } from '#platform/errors.ts'
import { isUnknown } from '#platform/is-unknown.ts'

/** Which part of a request decided about a cluster. */
function pointerOf(code: Verdict['code']): string {
  if (code === 'residency' || code === 'residency-unknown') return '/dataClass'
  if (code === 'region' || code === 'affinity') return '/placement'
  return '/cluster'
}

/** No cluster will do: each with its reason. Where data was kept on `kept`, it may go there only. */
export function noPlacement(verdicts: readonly Verdict[], kept?: readonly string[]): PlatformError {
  const texts = kept ? besideItsData(kept.join(', ')) : anywhere
  return new PlatformError('no-placement', texts.what, {
    violations: verdicts.map(({ cluster, code, reason }) => ({
      pointer: pointerOf(code),
      detail: { en: `${cluster}: ${reason.en}`, nl: `${cluster}: ${reason.nl}` },
    })),
    next: texts.next,
  })
}

const anywhere = {
  what: {
    en: 'There is no cluster where this may run and has room.',
    nl: 'Er is geen cluster waar dit mag draaien en ruimte heeft.',
  },
  next: {
    en: 'Change what the reasons name, or ask who runs the clusters. Nothing was changed.',
    nl: 'Wijzig wat de redenen noemen, of vraag het wie de clusters beheert. Er is niets gewijzigd.',
  },
}

function besideItsData(where: string) {
  return {
    what: {
      en: `The data that was kept of the last deployment of this name stands on ${where}, and this cannot go there now.`,
      nl: `De bewaarde gegevens van de vorige uitrol met deze naam staan op ${where}, en dit kan daar nu niet naartoe.`,
    },
    next: {
      en: 'Change what the reasons name; or name another cluster (--cluster) or another name, to begin without that data and its secrets. Nothing was changed.',
      nl: 'Wijzig wat de redenen noemen; of noem een ander cluster (--cluster) of een andere naam, om zonder die gegevens en hun geheimen te beginnen. Er is niets gewijzigd.',
    },
  }
}

export function noCluster(): PlatformError {
  return new PlatformError(
    'no-placement',
    {
      en: 'There is no cluster to deploy to.',
      nl: 'Er is geen cluster om naar uit te rollen.',
    },
    {
      violations: [
        {
          pointer: '/cluster',
          detail: { en: 'no cluster has joined', nl: 'er is geen cluster aangesloten' },
        },
      ],
      next: {
        en: 'Wait until a cluster has joined (kade clusters), or join one.',
        nl: 'Wacht tot er een cluster is aangesloten (kade clusters), of sluit er een aan.',
      },
    },
  )
}

export function clusterUnknown(asked: string, known: readonly string[]): PlatformError {
  return new PlatformError(
    'cluster-unknown',
    { en: `There is no cluster ${asked}.`, nl: `Er is geen cluster ${asked}.` },
    {
      violations: [{ pointer: '/cluster', detail: isUnknown }],
      next:
        known.length > 0
          ? { en: `Choose from ${known.join(', ')}.`, nl: `Kies uit ${known.join(', ')}.` }
          : { en: 'Join a cluster first.', nl: 'Sluit eerst een cluster aan.' },
    },
  )
}
