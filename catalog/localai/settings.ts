import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** `llama-3.2-1b-instruct:q4_k_m`, `huggingface://maker/model/file.gguf`, `https://example.org/model.yaml`. */
const modelName = z
  .string()
  .max(200)
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9._-]*(:(\/\/)?[a-zA-Z0-9._/@-]+(:[a-zA-Z0-9._/@-]+)?)?$/,
    inBoth(
      'a name of the gallery, such as llama-3.2-1b-instruct, or an address that begins with https:// or huggingface://',
      'een naam uit de galerij, zoals llama-3.2-1b-instruct, of een adres dat begint met https:// of huggingface://',
    ),
  )

/** The questions of LocalAI. */
export const settings = z.strictObject({
  models: question(z.array(modelName).max(8).default([]), {
    title: { en: 'Models', nl: 'Modellen' },
    help: {
      en: 'Downloaded when the app starts: names of the gallery, or addresses. Each model has its own licence. Empty: a server without models.',
      nl: 'Gedownload als de app start: namen uit de galerij, of adressen. Elk model heeft een eigen licentie. Leeg: een server zonder modellen.',
    },
  }),
  storage: storageQuestion('100Gi'),
  gpus: question(z.int().min(0).max(8).default(0), {
    title: { en: 'GPUs', nl: 'GPU’s' },
    help: {
      en: 'NVIDIA GPUs. With 0 it runs on the processor, which suits small models.',
      nl: 'NVIDIA-GPU’s. Met 0 draait het op de processor; dat past bij kleine modellen.',
    },
  }),
  contextLength: question(z.int().min(512).max(262144).default(4096), {
    title: { en: 'Context length (tokens)', nl: 'Contextlengte (tokens)' },
    help: {
      en: 'How much text a model can look back on, where the model does not say. More takes more memory.',
      nl: 'Hoeveel tekst een model kan terugzien, als het model dat niet zelf zegt. Meer kost meer geheugen.',
    },
  }),
  loadedModels: question(z.int().min(1).max(8).default(1), {
    title: { en: 'Models in memory at the same time', nl: 'Modellen tegelijk in het geheugen' },
    help: {
      en: 'With more than one, switching between models is fast and memory fills sooner.',
      nl: 'Met meer dan één wissel je snel tussen modellen en raakt het geheugen eerder vol.',
    },
    advanced: true,
  }),
  parallelRequests: question(z.boolean().default(true), {
    title: { en: 'Questions at the same time', nl: 'Vragen tegelijk' },
    help: {
      en: 'Where the model can. Off: one after the other, which takes less memory.',
      nl: 'Waar het model dat kan. Uit: na elkaar; dat kost minder geheugen.',
    },
    advanced: true,
  }),
  maxUploadMB: question(z.int().min(1).max(2048).default(100), {
    title: { en: 'Largest upload (MB)', nl: 'Grootste upload (MB)' },
    help: {
      en: 'Such as a recording that must become text.',
      nl: 'Zoals een opname die tekst moet worden.',
    },
    advanced: true,
  }),
  installByApps: question(z.boolean().default(false), {
    title: { en: 'Apps may install models', nl: 'Apps mogen modellen installeren' },
    help: {
      en: 'Lets every app with the key add models, and programs from the internet that run them, and take them away.',
      nl: 'Laat elke app met de sleutel modellen toevoegen, en programma’s van internet die ze draaien, en ze weghalen.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['warn', 'info', 'debug']).default('info'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'How much the server tells about itself. Everything includes what people ask.',
      nl: 'Hoeveel de server over zichzelf vertelt. Bij alles hoort ook wat mensen vragen.',
    },
    labels: {
      warn: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      info: { en: 'Usual', nl: 'Gewoon' },
      debug: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
