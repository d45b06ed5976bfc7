import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** `maker/model`, or `/data/model` for one that is on the disk. */
const model = z
  .string()
  .max(120)
  .regex(
    /^([a-zA-Z0-9][a-zA-Z0-9._-]*|\/data)\/[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
    inBoth(
      'a model of Hugging Face, such as BAAI/bge-m3, or a folder such as /data/mine',
      'een model van Hugging Face, zoals BAAI/bge-m3, of een map zoals /data/mijn',
    ),
  )

const amounts = {
  maxTexts: question(z.int().min(1).max(1024).default(32), {
    title: { en: 'Texts in one question', nl: 'Teksten in één vraag' },
    help: {
      en: 'The most an app may send at once. Some apps send more than 32.',
      nl: 'Het meeste dat een app in één keer mag sturen. Sommige apps sturen er meer dan 32.',
    },
  }),
  parallelRequests: question(z.int().min(1).max(4096).default(512), {
    title: { en: 'Questions at the same time', nl: 'Vragen tegelijk' },
    help: {
      en: 'Beyond this number questions are refused, so that it stays on its feet.',
      nl: 'Boven dit aantal worden vragen geweigerd, zodat het overeind blijft.',
    },
    advanced: true,
  }),
  batchTokens: question(z.int().min(256).max(262_144).default(16_384), {
    title: { en: 'Tokens in one go', nl: 'Tokens in één keer' },
    help: {
      en: 'What it reads together. Fewer take less memory, more are faster on a GPU.',
      nl: 'Wat het samen leest. Minder kost minder geheugen, meer is sneller op een GPU.',
    },
    advanced: true,
  }),
  threads: question(z.int().min(1).max(128).default(4), {
    title: { en: 'Threads', nl: 'Threads' },
    help: {
      en: 'As many as the processors it may use. More than its limit makes it slower.',
      nl: 'Zoveel als de processoren die het mag gebruiken. Meer dan de limiet maakt het trager.',
    },
    advanced: true,
  }),
}

/** The questions of Text Embeddings Inference. */
export const settings = z.strictObject({
  model: question(model.default('intfloat/multilingual-e5-small'), {
    title: { en: 'Model', nl: 'Model' },
    help: {
      en: 'A model for embeddings or re-ranking, downloaded at the first start. Each has its own licence. Another model makes older embeddings useless.',
      nl: 'Een model voor embeddings of herrangschikken, gedownload bij de eerste start. Elk heeft een eigen licentie. Een ander model maakt eerdere embeddings onbruikbaar.',
    },
  }),
  gpu: question(z.boolean().default(false), {
    title: { en: 'Use a GPU', nl: 'GPU gebruiken' },
    help: {
      en: 'One NVIDIA GPU. Off: on the processor, which suits small models.',
      nl: 'Eén NVIDIA-GPU. Uit: op de processor; dat past bij kleine modellen.',
    },
  }),
  storage: storageQuestion('10Gi'),
  truncate: question(z.boolean().default(true), {
    title: { en: 'Cut long texts', nl: 'Lange teksten afkappen' },
    help: {
      en: 'A text longer than the model can read loses its end. Off: it is refused.',
      nl: 'Een tekst die langer is dan het model kan lezen, verliest het einde. Uit: hij wordt geweigerd.',
    },
  }),
  ...amounts,
  pooling: question(z.enum(['model', 'cls', 'mean', 'last-token']).default('model'), {
    title: { en: 'From words to one embedding', nl: 'Van woorden naar één embedding' },
    help: {
      en: 'How one embedding is made of a text. Only for a model that does not say it itself.',
      nl: 'Hoe van een tekst één embedding wordt gemaakt. Alleen voor een model dat het zelf niet zegt.',
    },
    labels: {
      model: { en: 'As the model says', nl: 'Zoals het model zegt' },
      cls: { en: 'First token', nl: 'Eerste token' },
      mean: { en: 'Mean of all', nl: 'Gemiddelde van alle' },
      'last-token': { en: 'Last token', nl: 'Laatste token' },
    },
    advanced: true,
  }),
})
