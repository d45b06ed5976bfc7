import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** `maker/model-GGUF`, with `:Q4_K_M` for one of its sizes, or `/models/file.gguf` for a file that is on the disk. */
const model = z
  .string()
  .max(160)
  .regex(
    /^([a-zA-Z0-9][a-zA-Z0-9._-]*\/[a-zA-Z0-9][a-zA-Z0-9._-]*(:[a-zA-Z0-9_]+)?|\/models\/[a-zA-Z0-9][a-zA-Z0-9._-]*\.gguf)$/,
    inBoth(
      'a GGUF model of Hugging Face, such as ggml-org/gemma-3-1b-it-GGUF:Q4_K_M, or a file such as /models/mine.gguf',
      'een GGUF-model van Hugging Face, zoals ggml-org/gemma-3-1b-it-GGUF:Q4_K_M, of een bestand zoals /models/mijn.gguf',
    ),
  )

/** The questions of the llama.cpp server. */
export const settings = z.strictObject({
  model: question(model.default('Qwen/Qwen2.5-1.5B-Instruct-GGUF:Q4_K_M'), {
    title: { en: 'Model', nl: 'Model' },
    help: {
      en: 'A GGUF model of Hugging Face, downloaded at the first start, or a file that is on its disk. Each model has its own licence.',
      nl: 'Een GGUF-model van Hugging Face, gedownload bij de eerste start, of een bestand dat op de schijf staat. Elk model heeft een eigen licentie.',
    },
  }),
  gpus: question(z.int().min(0).max(8).default(0), {
    title: { en: 'GPUs', nl: 'GPU’s' },
    help: {
      en: 'NVIDIA GPUs. With 0 it runs on the processor, for which it is made.',
      nl: 'NVIDIA-GPU’s. Met 0 draait het op de processor, waarvoor het is gemaakt.',
    },
  }),
  contextLength: question(z.int().min(1024).max(262_144).default(8192), {
    title: { en: 'Context length (tokens)', nl: 'Contextlengte (tokens)' },
    help: {
      en: 'How much text the model can look back on, for each question. More takes more memory.',
      nl: 'Hoeveel tekst het model kan terugzien, per vraag. Meer kost meer geheugen.',
    },
  }),
  parallelRequests: question(z.int().min(1).max(16).default(2), {
    title: { en: 'Questions at the same time', nl: 'Vragen tegelijk' },
    help: {
      en: 'More wait in line. Each takes its own share of the memory.',
      nl: 'Meer vragen wachten in de rij. Elke vraag neemt een eigen deel van het geheugen.',
    },
  }),
  storage: storageQuestion('20Gi'),
  threads: question(z.int().min(1).max(128).default(4), {
    title: { en: 'Threads', nl: 'Threads' },
    help: {
      en: 'As many as the processors it may use. More than its limit makes it slower.',
      nl: 'Zoveel als de processoren die het mag gebruiken. Meer dan de limiet maakt het trager.',
    },
    advanced: true,
  }),
  promptCacheMiB: question(z.int().min(0).max(65_536).default(1024), {
    title: { en: 'Memory for earlier texts (MiB)', nl: 'Geheugen voor eerdere teksten (MiB)' },
    help: {
      en: 'What was read before is kept, so that a chat goes on faster. 0 keeps nothing.',
      nl: 'Wat eerder is gelezen blijft bewaard, zodat een gesprek sneller verdergaat. 0 bewaart niets.',
    },
    advanced: true,
  }),
  offline: question(z.boolean().default(false), {
    title: { en: 'Never download', nl: 'Nooit downloaden' },
    help: {
      en: 'Use only what is on the disk already. Turn it on after the first start, when the model is there.',
      nl: 'Gebruik alleen wat al op de schijf staat. Zet dit aan na de eerste start, als het model er is.',
    },
    advanced: true,
  }),
})
