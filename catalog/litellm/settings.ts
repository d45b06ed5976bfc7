import { z } from 'zod'
import { question } from '#kit/question.ts'

/** The questions of LiteLLM. */
export const settings = z.strictObject({
  timeoutSeconds: question(z.int().min(5).max(3600).default(600), {
    title: { en: 'Longest answer time (seconds)', nl: 'Langste antwoordtijd (seconden)' },
    help: {
      en: 'A model that takes longer is given up.',
      nl: 'Een model dat langer doet over een antwoord, wordt opgegeven.',
    },
  }),
  retries: question(z.int().min(0).max(10).default(2), {
    title: { en: 'Attempts after a failure', nl: 'Pogingen na een fout' },
    help: {
      en: 'How often a failed question is asked again.',
      nl: 'Hoe vaak een mislukte vraag opnieuw wordt gesteld.',
    },
  }),
  routing: question(
    z.enum(['simple-shuffle', 'least-busy', 'latency-based-routing']).default('simple-shuffle'),
    {
      title: { en: 'Choice between servers', nl: 'Keuze tussen servers' },
      help: {
        en: 'Which server gets a question when several offer the same model.',
        nl: 'Welke server een vraag krijgt als meerdere hetzelfde model aanbieden.',
      },
      labels: {
        'simple-shuffle': { en: 'In turn, at random', nl: 'Willekeurig' },
        'least-busy': { en: 'The least busy', nl: 'De minst drukke' },
        'latency-based-routing': { en: 'The fastest', nl: 'De snelste' },
      },
    },
  ),
  dropUnknownParameters: question(z.boolean().default(true), {
    title: { en: 'Leave out what a model does not know', nl: 'Weglaten wat een model niet kent' },
    help: {
      en: 'Options that a model does not support are left out, instead of refusing the question.',
      nl: 'Opties die een model niet kent worden weggelaten, in plaats van de vraag te weigeren.',
    },
  }),
  logMessages: question(z.boolean().default(false), {
    title: { en: 'Keep questions and answers in logs', nl: 'Vragen en antwoorden in logs bewaren' },
    help: {
      en: 'They are often personal data. Off: only times, models and amounts are logged.',
      nl: 'Dat zijn vaak persoonsgegevens. Uit: alleen tijden, modellen en aantallen komen in de logs.',
    },
  }),
  apiPages: question(z.boolean().default(false), {
    title: { en: 'Show the API pages', nl: 'API-pagina’s tonen' },
    help: {
      en: 'A description of the API at the root address, readable by everyone who can reach it.',
      nl: 'Een beschrijving van de API op het hoofdadres, leesbaar voor iedereen die erbij kan.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['ERROR', 'INFO', 'DEBUG']).default('INFO'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'Debug can write whole requests to the logs: only for a short while.',
      nl: 'Debug kan hele verzoeken in de logs zetten: alleen voor even.',
    },
    labels: {
      ERROR: { en: 'Errors only', nl: 'Alleen fouten' },
      INFO: { en: 'Usual', nl: 'Gewoon' },
      DEBUG: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
