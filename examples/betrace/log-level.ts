import { z } from 'zod'
import { question } from '#kit/question.ts'

/** The question that all three ask. */
export const logLevel = question(z.enum(['debug', 'info', 'warn']).default('info'), {
  title: { en: 'Log level', nl: 'Logniveau' },
  help: { en: 'How much it writes down.', nl: 'Hoeveel het opschrijft.' },
  labels: {
    debug: { en: 'Everything', nl: 'Alles' },
    info: { en: 'What happens', nl: 'Wat er gebeurt' },
    warn: { en: 'What goes wrong', nl: 'Wat er misgaat' },
  },
  advanced: true,
})
