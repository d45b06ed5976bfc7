import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** The questions of Weaviate. */
export const settings = z.strictObject({
  storage: storageQuestion('20Gi'),
  autoSchema: question(z.boolean().default(true), {
    title: { en: 'Make fields by itself', nl: 'Zelf velden maken' },
    help: {
      en: 'What is stored with an unknown field gets that field. Off: only fields that were described before.',
      nl: 'Wie iets opslaat met een onbekend veld, krijgt dat veld erbij. Uit: alleen velden die eerder zijn beschreven.',
    },
  }),
  usualResults: question(z.int().min(1).max(1000).default(100), {
    title: { en: 'Results of a question', nl: 'Resultaten van een vraag' },
    help: {
      en: 'How many come back when the app does not say.',
      nl: 'Hoeveel er terugkomen als de app het niet zegt.',
    },
  }),
  mostResults: question(z.int().min(1000).max(100_000).default(10_000), {
    title: {
      en: 'Most results that can be looked through',
      nl: 'Meeste resultaten die te doorlopen zijn',
    },
    help: {
      en: 'A question that goes further is refused. More takes more memory.',
      nl: 'Een vraag die verder gaat wordt geweigerd. Meer kost meer geheugen.',
    },
    advanced: true,
  }),
  indexLater: question(z.boolean().default(false), {
    title: { en: 'Index in the background', nl: 'Indexeren op de achtergrond' },
    help: {
      en: 'Storing much at once goes faster; what was just stored is found a little later.',
      nl: 'Veel tegelijk opslaan gaat sneller; wat net is opgeslagen wordt iets later gevonden.',
    },
    advanced: true,
  }),
  readOnlyAbove: question(z.int().min(50).max(98).default(90), {
    title: {
      en: 'Store nothing more above (% of the disk)',
      nl: 'Niets meer opslaan boven (% van de schijf)',
    },
    help: {
      en: 'Above it the database only reads, so that a full disk damages nothing.',
      nl: 'Daarboven leest de database alleen nog, zodat een volle schijf niets beschadigt.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['warning', 'info', 'debug']).default('info'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'How much the database tells about itself.',
      nl: 'Hoeveel de database over zichzelf vertelt.',
    },
    labels: {
      warning: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      info: { en: 'Usual', nl: 'Gewoon' },
      debug: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
