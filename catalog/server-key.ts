import { generated } from '#kit/secrets.ts'

/** The one key of a server that knows no people: apps get it by binding, and nobody else has it. */
export const serverKey = generated({
  title: { en: 'API key', nl: 'API-sleutel' },
  description: {
    en: 'Apps that bind to this server get it.',
    nl: 'Apps die zich aan deze server koppelen, krijgen hem.',
  },
})
