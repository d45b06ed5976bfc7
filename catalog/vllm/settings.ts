import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'
import { repositoryName } from '../hugging-face.ts'
import { storageQuestion } from '../storage-question.ts'

const model = z
  .string()
  .max(120)
  .regex(
    repositoryName,
    inBoth(
      'a model of Hugging Face, such as Qwen/Qwen3-0.6B',
      'een model van Hugging Face, zoals Qwen/Qwen3-0.6B',
    ),
  )

const memory = {
  memoryShare: question(z.int().min(30).max(98).default(90), {
    title: { en: 'Share of GPU memory (%)', nl: 'Deel van het GPU-geheugen (%)' },
    help: {
      en: 'What it takes of each GPU for the model and running questions. It does not count without a GPU.',
      nl: 'Wat het van elke GPU neemt voor het model en lopende vragen. Het telt niet zonder GPU.',
    },
    advanced: true,
  }),
  cacheGiB: question(z.int().min(1).max(512).default(4), {
    title: {
      en: 'Memory for running questions (GiB)',
      nl: 'Geheugen voor lopende vragen (GiB)',
    },
    help: {
      en: 'Without a GPU only, on top of the model itself. Both must fit in the memory limit.',
      nl: 'Alleen zonder GPU, naast het model zelf. Beide moeten binnen de geheugenlimiet passen.',
    },
    advanced: true,
  }),
}

/** The questions of vLLM. */
export const settings = z.strictObject({
  model: question(model.default('Qwen/Qwen3-0.6B'), {
    title: { en: 'Model', nl: 'Model' },
    help: {
      en: 'A model of Hugging Face, downloaded at the first start. Each model has its own licence. The one filled in is small, for trying.',
      nl: 'Een model van Hugging Face, gedownload bij de eerste start. Elk model heeft een eigen licentie. Het ingevulde is klein, om te proberen.',
    },
  }),
  gpus: question(z.enum(['0', '1', '2', '4', '8']).default('0'), {
    title: { en: 'GPUs', nl: 'GPU’s' },
    help: {
      en: 'NVIDIA GPUs that share the model. It is made for GPUs; without one it is for trying small models.',
      nl: 'NVIDIA-GPU’s die het model delen. Het is gemaakt voor GPU’s; zonder is het om kleine modellen te proberen.',
    },
    labels: {
      '0': { en: 'None: on the processor', nl: 'Geen: op de processor' },
      '1': { en: '1 GPU', nl: '1 GPU' },
      '2': { en: '2 GPUs', nl: '2 GPU’s' },
      '4': { en: '4 GPUs', nl: '4 GPU’s' },
      '8': { en: '8 GPUs', nl: '8 GPU’s' },
    },
  }),
  contextLength: question(z.int().min(1024).max(1_048_576).default(8192), {
    title: { en: 'Context length (tokens)', nl: 'Contextlengte (tokens)' },
    help: {
      en: 'How much text the model can look back on, up to what the model itself can. More takes more memory.',
      nl: 'Hoeveel tekst het model kan terugzien, tot wat het model zelf kan. Meer kost meer geheugen.',
    },
  }),
  storage: storageQuestion('50Gi'),
  toolCalls: question(z.enum(['none', 'hermes', 'llama3_json', 'mistral']).default('none'), {
    title: { en: 'Use of tools', nl: 'Gebruik van hulpmiddelen' },
    help: {
      en: 'How the model asks for a tool. Choose what the maker of the model names; the wrong one yields plain text.',
      nl: 'Hoe het model om een hulpmiddel vraagt. Kies wat de maker van het model noemt; de verkeerde geeft gewone tekst.',
    },
    labels: {
      none: { en: 'Off', nl: 'Uit' },
      hermes: { en: 'Hermes, Qwen', nl: 'Hermes, Qwen' },
      llama3_json: { en: 'Llama 3', nl: 'Llama 3' },
      mistral: { en: 'Mistral', nl: 'Mistral' },
    },
  }),
  parallelRequests: question(z.int().min(1).max(1024).default(64), {
    title: { en: 'Questions at the same time', nl: 'Vragen tegelijk' },
    help: {
      en: 'More wait in line. Each takes its own share of the memory.',
      nl: 'Meer vragen wachten in de rij. Elke vraag neemt een eigen deel van het geheugen.',
    },
    advanced: true,
  }),
  ...memory,
  offline: question(z.boolean().default(false), {
    title: { en: 'Never download', nl: 'Nooit downloaden' },
    help: {
      en: 'Use only what is on the disk already. Turn it on after the first start, when the model is there.',
      nl: 'Gebruik alleen wat al op de schijf staat. Zet dit aan na de eerste start, als het model er is.',
    },
    advanced: true,
  }),
})
