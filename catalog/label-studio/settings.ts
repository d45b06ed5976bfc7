import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** The questions of Label Studio. */
export const settings = z.strictObject({
  adminEmail: question(z.email().max(254).default('admin@example.org'), {
    title: { en: 'Administrator e-mail', nl: 'E-mailadres van de beheerder' },
    help: {
      en: 'The first administrator signs in with this address. It counts at the first start only.',
      nl: 'De eerste beheerder meldt zich hiermee aan. Het telt alleen bij de eerste start.',
    },
  }),
  signup: question(z.boolean().default(false), {
    title: { en: 'Let people sign up', nl: 'Mensen zelf laten registreren' },
    help: {
      en: 'Anyone who can open the page gets an account and sees every project. Off: only with a link that an administrator gives.',
      nl: 'Wie de pagina kan openen, krijgt een account en ziet elk project. Uit: alleen met een link die een beheerder geeft.',
    },
  }),
  storage: storageQuestion('20Gi'),
  maxUploadMB: question(z.int().min(1).max(2048).default(250), {
    title: { en: 'Largest upload (MB)', nl: 'Grootste upload (MB)' },
    help: {
      en: 'Of all files that are added in one go.',
      nl: 'Van alle bestanden die in één keer worden toegevoegd.',
    },
    advanced: true,
  }),
  maxFiles: question(z.int().min(1).max(1000).default(100), {
    title: { en: 'Files in one upload', nl: 'Bestanden in één upload' },
    help: {
      en: 'More files are added in several goes.',
      nl: 'Meer bestanden voeg je in meer keren toe.',
    },
    advanced: true,
  }),
  lastingTokens: question(z.boolean().default(false), {
    title: { en: 'Tokens that never expire', nl: 'Tokens die nooit verlopen' },
    help: {
      en: 'The older kind of key for programs. Needed only by tools that do not know the newer one.',
      nl: 'De oudere soort sleutel voor programma’s. Alleen nodig voor hulpmiddelen die de nieuwere niet kennen.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['WARNING', 'INFO', 'DEBUG']).default('WARNING'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'How much the app tells about itself.',
      nl: 'Hoeveel de app over zichzelf vertelt.',
    },
    labels: {
      WARNING: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      INFO: { en: 'Usual', nl: 'Gewoon' },
      DEBUG: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
