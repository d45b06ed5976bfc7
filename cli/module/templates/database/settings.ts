import { z } from 'zod'
import { question } from '#kit/question.ts'

const sizes = ['5Gi', '20Gi', '100Gi'] as const

/** The questions of My app: what a person may decide, each with an answer that is good enough to begin with. */
export const settings = z.strictObject({
  storage: question(z.enum(sizes).default('5Gi'), {
    title: { en: 'Disk size', nl: 'Schijfruimte' },
    help: {
      en: 'Room for everything it keeps. A disk can grow later; it cannot shrink.',
      nl: 'Ruimte voor alles wat het bewaart. Een schijf kan later groeien, maar niet krimpen.',
    },
    labels: {
      '5Gi': { en: '5 GiB', nl: '5 GiB' },
      '20Gi': { en: '20 GiB', nl: '20 GiB' },
      '100Gi': { en: '100 GiB', nl: '100 GiB' },
    },
  }),
  connections: question(z.int().min(10).max(500).default(100), {
    title: { en: 'Connections at once', nl: 'Verbindingen tegelijk' },
    help: { en: 'Each takes memory.', nl: 'Elke kost geheugen.' },
    advanced: true,
  }),
})
