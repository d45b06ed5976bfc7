import { z } from 'zod'
import { question } from '#kit/question.ts'

/** The questions of My app: what a person may decide, each with an answer that is good enough to begin with. */
export const settings = z.strictObject({
  language: question(z.enum(['en', 'nl']).default('en'), {
    title: { en: 'Language', nl: 'Taal' },
    help: { en: 'Of everything it shows.', nl: 'Van alles wat het toont.' },
    labels: { en: { en: 'English', nl: 'Engels' }, nl: { en: 'Dutch', nl: 'Nederlands' } },
  }),
  largestUploadMB: question(z.int().min(1).max(1024).default(25), {
    title: { en: 'Largest upload (MB)', nl: 'Grootste upload (MB)' },
    help: { en: 'Larger files are refused.', nl: 'Grotere bestanden worden geweigerd.' },
  }),
})
