import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** The questions of JupyterLab. */
export const settings = z.strictObject({
  storage: storageQuestion('10Gi'),
  terminal: question(z.boolean().default(true), {
    title: { en: 'Terminal in the browser', nl: 'Terminal in de browser' },
    help: {
      en: 'Off hides it; a notebook can still run any command.',
      nl: 'Uit verbergt hem; een notitieboek kan nog steeds elke opdracht uitvoeren.',
    },
  }),
  stopIdleMinutes: question(z.int().min(0).max(10_080).default(0), {
    title: {
      en: 'Stop an idle notebook (minutes)',
      nl: 'Stop een stilstaand notitieboek (minuten)',
    },
    help: {
      en: 'Frees its memory once it computes nothing and nobody has it open. 0: it keeps running.',
      nl: 'Geeft het geheugen vrij zodra het niets rekent en niemand het open heeft. 0: het blijft draaien.',
    },
  }),
  hiddenFiles: question(z.boolean().default(false), {
    title: { en: 'Show hidden files', nl: 'Toon verborgen bestanden' },
    help: {
      en: 'Files whose name begins with a dot, such as preferences.',
      nl: 'Bestanden waarvan de naam met een punt begint, zoals voorkeuren.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['WARN', 'INFO', 'DEBUG']).default('INFO'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'How much the server tells about itself.',
      nl: 'Hoeveel de server over zichzelf vertelt.',
    },
    labels: {
      WARN: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      INFO: { en: 'Usual', nl: 'Gewoon' },
      DEBUG: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
