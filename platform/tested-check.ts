import type { Check, Passport } from '#api/apps.ts'
import type { Text } from '#api/names.ts'
import type { AppData } from '#kit/app.ts'

const inWords = (date: string, language: string) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date))

/** How far this very version of an app was tried, and on which Kubernetes; what was tried of another version proves nothing. */
export function testedCheck({ tested }: Pick<Passport, 'tested'>, { version }: AppData): Check {
  if (tested === undefined)
    return unknown({
      en: 'Nobody has tried it for this catalogue yet.',
      nl: 'Nog niemand heeft hem voor deze catalogus geprobeerd.',
    })
  if (tested.version !== version)
    return unknown({
      en: `Version ${tested.version} was tried; version ${version} was not.`,
      nl: `Versie ${tested.version} is geprobeerd; versie ${version} niet.`,
    })
  const { level, kubernetes, at } = tested
  const explanations: Record<typeof level, Text> = {
    rendered: {
      en: `What it renders fits the schemas of Kubernetes ${kubernetes}, as of ${inWords(at, 'en-GB')}. No API server was asked, and its containers were not run.`,
      nl: `Wat hij oplevert past in de schema’s van Kubernetes ${kubernetes}, op ${inWords(at, 'nl')}. Geen API-server is ernaar gevraagd, en zijn containers zijn niet gedraaid.`,
    },
    admitted: {
      en: `On ${inWords(at, 'en-GB')} an API server of Kubernetes ${kubernetes} took its objects and its pods under the strictest rules. Its containers were not run.`,
      nl: `Op ${inWords(at, 'nl')} nam een API-server van Kubernetes ${kubernetes} zijn objecten en zijn pods aan, onder de strengste regels. Zijn containers zijn niet gedraaid.`,
    },
    ran: {
      en: `On ${inWords(at, 'en-GB')} it ran on Kubernetes ${kubernetes}, and answered.`,
      nl: `Op ${inWords(at, 'nl')} draaide hij op Kubernetes ${kubernetes}, en gaf hij antwoord.`,
    },
  }
  return {
    id: 'tested',
    answer: level === 'ran' ? 'yes' : 'partly',
    value: level,
    explanation: explanations[level],
  }
}

function unknown(explanation: Text): Check {
  return { id: 'tested', answer: 'unknown', value: 'none', explanation }
}
