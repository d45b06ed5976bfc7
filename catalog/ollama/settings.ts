import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** `llama3.2:3b`, `library/phi4`, `hf.co/maker/model:Q4_K_M`. */
const modelName = z
  .string()
  .max(120)
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9._/-]*(:[a-zA-Z0-9._-]+)?$/,
    inBoth('the name of a model, such as llama3.2:3b', 'de naam van een model, zoals llama3.2:3b'),
  )

/** The questions of Ollama. */
export const settings = z.strictObject({
  models: question(z.array(modelName).max(8).default([]), {
    title: { en: 'Models', nl: 'Modellen' },
    help: {
      en: 'Downloaded before the app starts, such as llama3.2:3b. Each model has its own licence. Empty: add models later through the API.',
      nl: 'Gedownload voordat de app start, zoals llama3.2:3b. Elk model heeft een eigen licentie. Leeg: voeg later modellen toe via de API.',
    },
  }),
  storage: storageQuestion('50Gi'),
  gpus: question(z.int().min(0).max(8).default(0), {
    title: { en: 'GPUs', nl: 'GPU’s' },
    help: {
      en: 'NVIDIA GPUs. With 0 it runs on the processor, which suits models of up to about 8 billion parameters.',
      nl: 'NVIDIA-GPU’s. Met 0 draait het op de processor; dat past bij modellen tot ongeveer 8 miljard parameters.',
    },
  }),
  contextLength: question(z.int().min(1024).max(262144).default(8192), {
    title: { en: 'Context length (tokens)', nl: 'Contextlengte (tokens)' },
    help: {
      en: 'How much text a model can look back on. More takes more memory.',
      nl: 'Hoeveel tekst een model kan terugzien. Meer kost meer geheugen.',
    },
  }),
  keepAlive: question(z.enum(['0', '5m', '30m', '2h', '-1']).default('5m'), {
    title: { en: 'Keep a model in memory', nl: 'Model in het geheugen houden' },
    help: {
      en: 'How long after the last question. Longer answers faster; shorter frees memory.',
      nl: 'Hoelang na de laatste vraag. Langer antwoordt sneller; korter geeft geheugen vrij.',
    },
    labels: {
      '0': { en: 'Not at all', nl: 'Helemaal niet' },
      '5m': { en: '5 minutes', nl: '5 minuten' },
      '30m': { en: '30 minutes', nl: '30 minuten' },
      '2h': { en: '2 hours', nl: '2 uur' },
      '-1': { en: 'Always', nl: 'Altijd' },
    },
  }),
  parallelRequests: question(z.int().min(1).max(16).default(1), {
    title: { en: 'Questions at the same time', nl: 'Vragen tegelijk' },
    help: {
      en: 'Per model. Each takes its own share of the memory.',
      nl: 'Per model. Elke vraag neemt een eigen deel van het geheugen.',
    },
    advanced: true,
  }),
  loadedModels: question(z.int().min(1).max(8).default(1), {
    title: { en: 'Models in memory at the same time', nl: 'Modellen tegelijk in het geheugen' },
    help: {
      en: 'With more than one, switching between models is fast and memory fills sooner.',
      nl: 'Met meer dan één wissel je snel tussen modellen en raakt het geheugen eerder vol.',
    },
    advanced: true,
  }),
  flashAttention: question(z.boolean().default(false), {
    title: { en: 'Flash attention', nl: 'Flash attention' },
    help: {
      en: 'Uses less memory with a long context, where model and GPU support it.',
      nl: 'Gebruikt minder geheugen bij een lange context, als model en GPU het kunnen.',
    },
    advanced: true,
  }),
})
