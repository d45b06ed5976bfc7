import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** Two letters of ISO 639-1, or a language with its script: `zh-Hans`. */
const languageCode = z
  .string()
  .regex(
    /^[a-z]{2}(-[A-Z][a-z]{3})?$/,
    inBoth('the code of a language, such as nl', 'de code van een taal, zoals nl'),
  )

/** The questions of LibreTranslate. */
export const settings = z.strictObject({
  languages: question(z.array(languageCode).min(1).max(30).default(['nl', 'en', 'de', 'fr']), {
    title: { en: 'Languages', nl: 'Talen' },
    help: {
      en: 'By code, such as nl, en, de, fr, es, pl, tr, ar or uk. English always comes along. Each takes disk, memory and starting time.',
      nl: 'Per code, zoals nl, en, de, fr, es, pl, tr, ar of uk. Engels komt altijd mee. Elke taal kost schijf, geheugen en opstarttijd.',
    },
  }),
  storage: storageQuestion('10Gi'),
  language: question(z.enum(['auto', 'nl', 'en', 'de', 'fr']).default('auto'), {
    title: { en: 'Language of the page', nl: 'Taal van de pagina' },
    help: {
      en: 'Of buttons and explanations, not of translations.',
      nl: 'Van knoppen en uitleg, niet van vertalingen.',
    },
    labels: {
      auto: { en: 'As the browser asks', nl: 'Zoals de browser vraagt' },
      nl: { en: 'Dutch', nl: 'Nederlands' },
      en: { en: 'English', nl: 'Engels' },
      de: { en: 'German', nl: 'Duits' },
      fr: { en: 'French', nl: 'Frans' },
    },
  }),
  documents: question(z.boolean().default(true), {
    title: { en: 'Translate documents', nl: 'Documenten vertalen' },
    help: {
      en: 'Whole files, beside pieces of text. They are temporary.',
      nl: 'Hele bestanden, naast stukken tekst. Ze zijn tijdelijk.',
    },
  }),
  longestText: question(z.int().min(100).max(1000000).default(50000), {
    title: { en: 'Longest text (characters)', nl: 'Langste tekst (tekens)' },
    help: { en: 'Longer ones are refused.', nl: 'Langere worden geweigerd.' },
  }),
  updateModels: question(z.boolean().default(true), {
    title: { en: 'Look for models at every start', nl: 'Bij elke start naar modellen zoeken' },
    help: {
      en: 'Downloads what is missing or newer. Off: a language you add later does not come.',
      nl: 'Downloadt wat ontbreekt of nieuwer is. Uit: een taal die je later toevoegt, komt er niet.',
    },
    advanced: true,
  }),
  requestsPerMinute: question(z.int().min(1).max(100000).default(600), {
    title: { en: 'Requests per minute', nl: 'Verzoeken per minuut' },
    help: {
      en: 'For everyone who uses the key together.',
      nl: 'Voor allen die de sleutel gebruiken samen.',
    },
    advanced: true,
  }),
  batchLimit: question(z.int().min(1).max(10000).default(100), {
    title: { en: 'Texts per request', nl: 'Teksten per verzoek' },
    help: {
      en: 'For programs that send many at once.',
      nl: 'Voor programma’s die er veel tegelijk sturen.',
    },
    advanced: true,
  }),
  workers: question(z.int().min(1).max(16).default(2), {
    title: { en: 'Server processes', nl: 'Serverprocessen' },
    help: {
      en: 'More serve more people at once, and each loads its own models.',
      nl: 'Meer bedienen meer mensen tegelijk; elk laadt eigen modellen.',
    },
    advanced: true,
  }),
})
