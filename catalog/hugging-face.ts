import { optional } from '#kit/secrets.ts'

/** What a model server asks of Hugging Face, in the same words for each: a key, the network, and how a model is named. */
export const huggingFaceToken = optional({
  title: { en: 'Hugging Face token', nl: 'Token van Hugging Face' },
  description: {
    en: 'Only for models that ask you to accept their conditions first. A token that can read is enough.',
    nl: 'Alleen voor modellen waarvan je eerst de voorwaarden moet aanvaarden. Een token dat mag lezen is genoeg.',
  },
})

export const huggingFaceEgress = {
  to: 'internet-https',
  because: 'Downloads the model you choose from Hugging Face.',
} as const

/** `maker/model`, the only form that is never read as an option or a path. */
export const repositoryName = /^[a-zA-Z0-9][a-zA-Z0-9._-]*\/[a-zA-Z0-9][a-zA-Z0-9._-]*$/
