import type { Check } from '#api/apps.ts'
import type { Text } from '#api/names.ts'
import type { AppData } from '#kit/app.ts'
import type { ModuleFacts } from '#kit/module-facts.ts'
import { testedFaults } from '#kit/passport.ts'
import { checkDocuments } from '#kit/passport-documents.ts'
import { assessmentsCheck } from './assessments-check.ts'
import { type CatalogueEntry, factsOfEntry } from './context.ts'
import { licenceVerdict } from './licence.ts'
import { testedCheck } from './tested-check.ts'

type Judged = Pick<CatalogueEntry, 'app' | 'passport' | 'documents' | 'added'>

/**
 * What Kade finds out about an app: from its licence expression, from what its module renders, from how far it was tried, and
 * from the assessments beside its passport. It never overwrites
 * what a person answered; where the passport is kinder than what was found, `contradictions` says so.
 */
export function passportChecks(entry: Judged, now: Date): Check[] {
  const { app, passport } = entry
  const facts = factsOfEntry(entry)
  return [
    licenceCheck(passport.licence.spdx),
    podSecurityCheck(facts, app),
    probesCheck(facts),
    egressCheck(app),
    imagesCheck(facts),
    // That a stranger says so of a stranger's app is no finding.
    testedCheck(entry.added ? {} : passport, app),
    assessmentsCheck(entry, now),
  ]
}

function licenceCheck(expression: string): Check {
  const { approved, unlisted } = licenceVerdict(expression)
  const own = unlisted.filter(part => /^LicenseRef-/.test(part))
  const strange = unlisted.filter(part => !own.includes(part))
  const found = (answer: Check['answer'], explanation: Text): Check => ({
    id: 'licence',
    answer,
    value: expression,
    explanation,
  })
  if (strange.length > 0)
    return found('unknown', {
      en: `SPDX does not list ${strange.join(', ')}.`,
      nl: `SPDX kent ${strange.join(', ')} niet.`,
    })
  if (approved === 'all')
    return found('yes', {
      en: 'On the SPDX list, and approved by the Open Source Initiative.',
      nl: 'Staat op de lijst van SPDX, en is goedgekeurd door het Open Source Initiative.',
    })
  if (approved === 'some')
    return found('partly', {
      en: 'Only a part is under a licence that the Open Source Initiative approved.',
      nl: 'Alleen een deel valt onder een licentie die het Open Source Initiative heeft goedgekeurd.',
    })
  return found('no', {
    en: 'No part is under a licence that the Open Source Initiative approved.',
    nl: 'Geen enkel deel valt onder een licentie die het Open Source Initiative heeft goedgekeurd.',
  })
}

function podSecurityCheck({ podSecurity }: ModuleFacts, app: AppData): Check {
  const opened = app.relaxations.map(({ what }) => what).join(', ')
  return {
    id: 'pod-security',
    answer: ({ restricted: 'yes', baseline: 'partly', privileged: 'no' } as const)[podSecurity],
    value: podSecurity,
    explanation: {
      en: `Its pods meet the level “${podSecurity}” of the Pod Security Standards with every setting that was tried.${opened && ` Beyond those standards it opens: ${opened}.`}`,
      nl: `Zijn pods halen het niveau ‘${podSecurity}’ van de Pod Security Standards met elke instelling die is geprobeerd.${opened && ` Naast die standaarden opent hij: ${opened}.`}`,
    },
  }
}

function probesCheck({ probes }: ModuleFacts): Check {
  const answer = ({ all: 'yes', some: 'partly', none: 'no' } as const)[probes]
  const explanations: Record<typeof probes, Text> = {
    all: {
      en: 'Every container says whether it is ready and whether it is alive.',
      nl: 'Elke container laat zien of hij klaarstaat en of hij leeft.',
    },
    some: {
      en: 'Not every container says both whether it is ready and whether it is alive.',
      nl: 'Niet elke container laat zien of hij klaarstaat én of hij leeft.',
    },
    none: {
      en: 'No container says whether it is ready or alive.',
      nl: 'Geen container laat zien of hij klaarstaat of leeft.',
    },
  }
  return { id: 'probes', answer, value: probes, explanation: explanations[probes] }
}

function egressCheck({ network: { egress } }: AppData): Check {
  if (egress.length === 0)
    return {
      id: 'egress',
      answer: 'yes',
      value: 'none',
      explanation: {
        en: 'It declares no address outside the cluster, so the network lets it call none.',
        nl: 'Hij noemt geen adres buiten het cluster, dus het netwerk laat hem er geen aanroepen.',
      },
    }
  const reasons = egress.map(({ because }) => because).join('; ')
  if (egress.every(({ bySetting }) => bySetting))
    return {
      id: 'egress',
      answer: 'partly',
      value: 'by-setting',
      explanation: {
        en: `Only some settings let it call HTTPS addresses on the internet, because: ${reasons} With the others the network lets it call none.`,
        nl: `Alleen sommige instellingen laten hem HTTPS-adressen op internet aanroepen, omdat: ${reasons} Met de andere laat het netwerk hem er geen aanroepen.`,
      },
    }
  return {
    id: 'egress',
    answer: 'partly',
    value: 'declared',
    explanation: {
      en: `It may call HTTPS addresses on the internet, because: ${reasons}`,
      nl: `Hij mag HTTPS-adressen op internet aanroepen, omdat: ${reasons}`,
    },
  }
}

function imagesCheck({ images }: ModuleFacts): Check {
  const explanations: Record<typeof images, Text> = {
    digest: {
      en: 'Every image is named by its digest.',
      nl: 'Elk image is met zijn digest genoemd.',
    },
    tag: {
      en: 'Every image has a fixed tag; whoever publishes it could still put another image under it.',
      nl: 'Elk image heeft een vaste tag; wie het uitgeeft kan er nog een ander image onder zetten.',
    },
    floating: {
      en: 'An image has no tag or a moving one, so two deployments may differ.',
      nl: 'Een image heeft geen tag of een die verschuift, dus twee uitrollen kunnen verschillen.',
    },
  }
  const answer = ({ digest: 'yes', tag: 'partly', floating: 'no' } as const)[images]
  return { id: 'images', answer, value: images, explanation: explanations[images] }
}

/**
 * Where the passport promises more than was found, or less than it says elsewhere: one sentence each, for whoever keeps the
 * catalogue. An answer that is stricter than a check is a person's to give.
 */
export function contradictions(entry: Judged, now: Date): string[] {
  const { licence, criteria } = entry.passport
  const checks = new Map(passportChecks(entry, now).map(check => [check.id, check]))
  const [openSource, selfHostable] = ['open-source', 'self-hostable'].map(id =>
    criteria.find(criterion => criterion.id === id),
  )
  const found = [
    ...testedFaults(entry.passport, entry.app, now),
    ...checkDocuments(criteria, entry.documents, now).flatMap(({ criterion, file, findings }) =>
      findings.map(({ en }) => `${criterion} rests on ${file}: ${en}`),
    ),
  ]
  const spdx = checks.get('licence')
  if (spdx?.answer === 'unknown') found.push(`licence ${licence.spdx}: ${spdx.explanation.en}`)
  for (const [place, kind] of [
    ['licence.openSource', licence.openSource === 'yes'],
    ['open-source', openSource?.answer === 'yes' || openSource?.value === 'osi-approved'],
  ] as const)
    if (kind && spdx?.answer !== 'yes')
      found.push(`${place} says yes, but of ${licence.spdx}: ${spdx?.explanation.en}`)
  if (openSource && openSource.answer !== licence.openSource)
    found.push(
      `open-source is "${openSource.answer}", but licence.openSource "${licence.openSource}"`,
    )
  if (selfHostable?.value === 'air-gapped' && checks.get('egress')?.value !== 'none')
    found.push('self-hostable is "air-gapped", but the module declares egress to the internet')
  return found
}
