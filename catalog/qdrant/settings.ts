import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** The questions of Qdrant. */
export const settings = z.strictObject({
  storage: storageQuestion('10Gi'),
  payloadOnDisk: question(z.boolean().default(true), {
    title: { en: 'Keep texts on disk', nl: 'Teksten op schijf houden' },
    help: {
      en: 'Texts that belong to vectors stay on disk, which saves memory. Off: faster filters, more memory.',
      nl: 'Teksten die bij vectoren horen blijven op schijf; dat spaart geheugen. Uit: snellere filters, meer geheugen.',
    },
  }),
  browserAccess: question(z.boolean().default(false), {
    title: { en: 'Calls from web pages', nl: 'Aanroepen vanuit webpagina’s' },
    help: {
      en: 'Lets web pages of other addresses call the database. The key is still needed.',
      nl: 'Laat webpagina’s van andere adressen de database aanroepen. De sleutel blijft nodig.',
    },
  }),
  maxRequestMB: question(z.int().min(1).max(512).default(32), {
    title: { en: 'Largest request (MB)', nl: 'Grootste verzoek (MB)' },
    help: {
      en: 'Larger batches of vectors are refused.',
      nl: 'Grotere ladingen vectoren worden geweigerd.',
    },
    advanced: true,
  }),
  searchThreads: question(z.int().min(0).max(64).default(0), {
    title: { en: 'Threads for searching', nl: 'Threads voor zoeken' },
    help: {
      en: '0: as many as the processor suggests.',
      nl: '0: zoveel als de processor aangeeft.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['WARN', 'INFO', 'DEBUG']).default('INFO'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'How much the database tells about itself.',
      nl: 'Hoeveel de database over zichzelf vertelt.',
    },
    labels: {
      WARN: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      INFO: { en: 'Usual', nl: 'Gewoon' },
      DEBUG: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
