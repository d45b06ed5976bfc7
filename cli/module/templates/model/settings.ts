import { z } from 'zod'
import { question } from '#kit/question.ts'

const sizes = ['10Gi', '50Gi', '200Gi'] as const

/** The questions of My app: what a person may decide, each with an answer that is good enough to begin with. */
export const settings = z.strictObject({
  model: question(
    z
      .string()
      .regex(/^[\w.-]{1,60}\/[\w.-]{1,60}$/)
      .default('example/small-model'),
    {
      title: { en: 'Model', nl: 'Model' },
      help: {
        en: 'Owner and name, as on its page. It is downloaded at the first start.',
        nl: 'Eigenaar en naam, zoals op zijn pagina. Het wordt bij de eerste start gehaald.',
      },
    },
  ),
  gpus: question(z.int().min(0).max(8).default(0), {
    title: { en: 'GPUs', nl: 'GPU’s' },
    help: { en: '0: on processors, which is slow.', nl: '0: op processoren, wat langzaam is.' },
  }),
  storage: question(z.enum(sizes).default('10Gi'), {
    title: { en: 'Disk size', nl: 'Schijfruimte' },
    help: {
      en: 'Room for models. A disk can grow later; it cannot shrink.',
      nl: 'Ruimte voor modellen. Een schijf kan later groeien, maar niet krimpen.',
    },
    labels: {
      '10Gi': { en: '10 GiB', nl: '10 GiB' },
      '50Gi': { en: '50 GiB', nl: '50 GiB' },
      '200Gi': { en: '200 GiB', nl: '200 GiB' },
    },
  }),
})
