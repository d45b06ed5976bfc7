import { z } from 'zod'
import { question } from '#kit/question.ts'

/** The questions of Docling Serve. */
export const settings = z.strictObject({
  gpus: question(z.int().min(0).max(1).default(0), {
    title: { en: 'GPUs', nl: 'GPU’s' },
    help: {
      en: 'NVIDIA GPUs. With 0 it runs on the processor; with 1 it uses another, much larger image.',
      nl: 'NVIDIA-GPU’s. Met 0 draait het op de processor; met 1 gebruikt het een andere, veel grotere image.',
    },
  }),
  largestFileMB: question(z.int().min(1).max(2048).default(50), {
    title: { en: 'Largest document (MB)', nl: 'Grootste document (MB)' },
    help: { en: 'Larger ones are refused.', nl: 'Grotere worden geweigerd.' },
  }),
  mostPages: question(z.int().min(1).max(10000).default(200), {
    title: { en: 'Most pages per document', nl: 'Meeste pagina’s per document' },
    help: {
      en: 'Documents with more are refused. Scanned pages take much longer than text.',
      nl: 'Documenten met meer worden geweigerd. Gescande pagina’s duren veel langer dan tekst.',
    },
  }),
  documentMinutes: question(z.int().min(1).max(1440).default(30), {
    title: { en: 'Longest time per document (minutes)', nl: 'Langste tijd per document (minuten)' },
    help: {
      en: 'After that the work is stopped. The maker allows seven days.',
      nl: 'Daarna wordt het werk gestopt. De maker staat zeven dagen toe.',
    },
  }),
  waitSeconds: question(z.int().min(10).max(3600).default(120), {
    title: { en: 'Wait for an answer (seconds)', nl: 'Wachten op antwoord (seconden)' },
    help: {
      en: 'For apps that ask and wait. What takes longer has to be asked for and collected later.',
      nl: 'Voor apps die vragen en wachten. Wat langer duurt, moet worden gevraagd en later opgehaald.',
    },
    advanced: true,
  }),
  documentsAtOnce: question(z.int().min(1).max(8).default(2), {
    title: { en: 'Documents at the same time', nl: 'Documenten tegelijk' },
    help: {
      en: 'More need more memory.',
      nl: 'Meer vragen meer geheugen.',
    },
    advanced: true,
  }),
  threads: question(z.int().min(1).max(32).default(2), {
    title: { en: 'Processor threads', nl: 'Processordraden' },
    help: {
      en: 'As many as the processor limit allows; more only slow it down.',
      nl: 'Zoveel als de processorgrens toelaat; meer maakt het alleen trager.',
    },
    advanced: true,
  }),
  keepResultSeconds: question(z.int().min(10).max(86400).default(300), {
    title: {
      en: 'Keep a collected result (seconds)',
      nl: 'Opgehaald resultaat bewaren (seconden)',
    },
    help: {
      en: 'A result is given out once, and removed after this time.',
      nl: 'Een resultaat wordt één keer gegeven en na deze tijd verwijderd.',
    },
    advanced: true,
  }),
})
