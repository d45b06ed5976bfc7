import { z } from 'zod'
import { question } from '#kit/question.ts'

const sizes = ['5Gi', '10Gi', '20Gi', '50Gi', '100Gi', '200Gi'] as const
const label = (size: string) => {
  const words = size.replace('Gi', ' GiB')
  return { en: words, nl: words }
}

/** How large the disk of an app is: the question that every app with a volume asks in the same words. */
export function storageQuestion(usual: (typeof sizes)[number]) {
  return question(z.enum(sizes).default(usual), {
    title: { en: 'Disk size', nl: 'Schijfruimte' },
    help: {
      en: 'Room for everything the app keeps. A disk can grow later; it cannot shrink.',
      nl: 'Ruimte voor alles wat de app bewaart. Een schijf kan later groeien, maar niet krimpen.',
    },
    labels: {
      '5Gi': label('5Gi'),
      '10Gi': label('10Gi'),
      '20Gi': label('20Gi'),
      '50Gi': label('50Gi'),
      '100Gi': label('100Gi'),
      '200Gi': label('200Gi'),
    },
  })
}
