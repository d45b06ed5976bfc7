import { z } from 'zod'
import { question } from '#kit/question.ts'

/** Countries whose numbers can be looked for; the Netherlands are a question of their own. */
export const countries = ['de', 'es', 'it', 'pl', 'se', 'uk', 'us'] as const

/** The questions of Presidio. */
export const settings = z.strictObject({
  dutchNumbers: question(z.boolean().default(true), {
    title: { en: 'Dutch numbers', nl: 'Nederlandse nummers' },
    help: {
      en: 'Looks for citizen numbers (BSN) and postcodes by their form. Presidio itself has nothing Dutch.',
      nl: 'Zoekt burgerservicenummers en postcodes op hun vorm. Presidio zelf heeft niets Nederlands.',
    },
  }),
  countries: question(z.array(z.enum(countries)).max(7).default([]), {
    title: { en: 'Numbers of other countries', nl: 'Nummers van andere landen' },
    help: {
      en: 'Identity and tax numbers of de, es, it, pl, se, uk or us. More countries give more false alarms.',
      nl: 'Identiteits- en belastingnummers van de, es, it, pl, se, uk of us. Meer landen geven meer vals alarm.',
    },
  }),
  ownWords: question(z.array(z.string().trim().min(2).max(80)).max(100).default([]), {
    title: { en: 'Words of your own', nl: 'Eigen woorden' },
    help: {
      en: 'Found wherever they stand, such as the name of a case. They are kept in the configuration, readable for your team.',
      nl: 'Overal gevonden, zoals de naam van een zaak. Ze staan in de configuratie, leesbaar voor je team.',
    },
  }),
  certainty: question(z.enum(['all', 'likely', 'sure']).default('all'), {
    title: { en: 'What counts as found', nl: 'Wat als gevonden telt' },
    help: {
      en: 'Less certainty finds more and raises more false alarms. An app can ask for more certainty itself.',
      nl: 'Minder zekerheid vindt meer en geeft meer vals alarm. Een app kan zelf meer zekerheid vragen.',
    },
    labels: {
      all: { en: 'Everything that may be it', nl: 'Alles wat het zou kunnen zijn' },
      likely: { en: 'What is likely', nl: 'Wat waarschijnlijk is' },
      sure: { en: 'Only what is almost certain', nl: 'Alleen wat bijna zeker is' },
    },
  }),
  workers: question(z.int().min(1).max(8).default(1), {
    title: { en: 'Server processes', nl: 'Serverprocessen' },
    help: {
      en: 'More work on more texts at once, and each loads the language model again.',
      nl: 'Meer werken aan meer teksten tegelijk; elk laadt het taalmodel opnieuw.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['WARNING', 'INFO']).default('INFO'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'More than this is not offered: logs could then hold the personal data themselves.',
      nl: 'Meer dan dit is er niet: logs zouden dan de persoonsgegevens zelf kunnen bevatten.',
    },
    labels: {
      WARNING: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      INFO: { en: 'Usual', nl: 'Gewoon' },
    },
    advanced: true,
  }),
})
