import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** The questions of marimo. */
export const settings = z.strictObject({
  storage: storageQuestion('10Gi'),
  closeAfterMinutes: question(z.int().min(0).max(1440).default(0), {
    title: {
      en: 'Stop a notebook that nobody has open (minutes)',
      nl: 'Stop een notitieboek dat niemand open heeft (minuten)',
    },
    help: {
      en: 'Frees its memory; what it had computed is gone, what was saved is not. 0: it keeps running.',
      nl: 'Geeft het geheugen vrij; wat was uitgerekend is weg, wat was bewaard niet. 0: het blijft draaien.',
    },
  }),
  outputMB: question(z.int().min(1).max(100).default(8), {
    title: { en: 'Largest result of a cell (MB)', nl: 'Grootste resultaat van een cel (MB)' },
    help: {
      en: 'Larger tables and pictures are not shown.',
      nl: 'Grotere tabellen en plaatjes worden niet getoond.',
    },
    advanced: true,
  }),
  printMB: question(z.int().min(1).max(100).default(1), {
    title: { en: 'Most printed text of a cell (MB)', nl: 'Meeste geprinte tekst van een cel (MB)' },
    help: {
      en: 'What is printed after that is left out.',
      nl: 'Wat daarna wordt geprint valt weg.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['error', 'warn', 'info', 'debug']).default('warn'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'How much the server tells about itself.',
      nl: 'Hoeveel de server over zichzelf vertelt.',
    },
    labels: {
      error: { en: 'Errors only', nl: 'Alleen fouten' },
      warn: { en: 'Usual', nl: 'Gewoon' },
      info: { en: 'More', nl: 'Meer' },
      debug: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
