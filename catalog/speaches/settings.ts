import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** `Systran/faster-whisper-small`: maker and model at Hugging Face. */
const modelName = z
  .string()
  .max(120)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._-]*$/,
    inBoth(
      'maker and model, such as Systran/faster-whisper-small',
      'maker en model, zoals Systran/faster-whisper-small',
    ),
  )

/** The questions of Speaches. */
export const settings = z.strictObject({
  models: question(z.array(modelName).max(8).default(['Systran/faster-whisper-small']), {
    title: { en: 'Models', nl: 'Modellen' },
    help: {
      en: 'Downloaded once from Hugging Face, before the app starts. Each has its own licence. Empty: add models later through the API.',
      nl: 'Eén keer gedownload van Hugging Face, voordat de app start. Elk heeft een eigen licentie. Leeg: voeg later modellen toe via de API.',
    },
  }),
  storage: storageQuestion('10Gi'),
  gpus: question(z.int().min(0).max(4).default(0), {
    title: { en: 'GPUs', nl: 'GPU’s' },
    help: {
      en: 'NVIDIA GPUs. With 0 it runs on the processor, which suits the smaller models.',
      nl: 'NVIDIA-GPU’s. Met 0 draait het op de processor; dat past bij de kleinere modellen.',
    },
  }),
  precision: question(z.enum(['int8', 'int8_float32', 'float16', 'default']).default('int8'), {
    title: { en: 'Precision', nl: 'Nauwkeurigheid' },
    help: {
      en: 'Of the calculations. Fewer bits take less memory and are faster, at some cost in quality.',
      nl: 'Van de berekeningen. Minder bits kost minder geheugen en is sneller, ten koste van wat kwaliteit.',
    },
    labels: {
      int8: { en: '8 bits: small and fast', nl: '8 bits: klein en snel' },
      int8_float32: { en: '8 bits, with 32 where it matters', nl: '8 bits, met 32 waar het telt' },
      float16: { en: '16 bits: for a GPU', nl: '16 bits: voor een GPU' },
      default: { en: 'As the model was made', nl: 'Zoals het model is gemaakt' },
    },
    advanced: true,
  }),
  keepSeconds: question(z.int().min(-1).max(86400).default(300), {
    title: {
      en: 'Keep a model in memory (seconds)',
      nl: 'Model in het geheugen houden (seconden)',
    },
    help: {
      en: 'After the last recording. -1 is always, 0 is not at all.',
      nl: 'Na de laatste opname. -1 is altijd, 0 is helemaal niet.',
    },
    advanced: true,
  }),
  offline: question(z.boolean().default(false), {
    title: { en: 'Without internet', nl: 'Zonder internet' },
    help: {
      en: 'Uses only models that are on the disk already. The first start needs them there.',
      nl: 'Gebruikt alleen modellen die al op de schijf staan. Die moeten er bij de eerste start zijn.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['warning', 'info', 'debug']).default('info'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'The maker has this on everything.',
      nl: 'De maker heeft dit op alles staan.',
    },
    labels: {
      warning: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      info: { en: 'Usual', nl: 'Gewoon' },
      debug: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
