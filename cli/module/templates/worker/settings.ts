import { z } from 'zod'
import { question } from '#kit/question.ts'

/** The questions of My app: what a person may decide, each with an answer that is good enough to begin with. */
export const settings = z.strictObject({
  tasksAtOnce: question(z.int().min(1).max(32).default(2), {
    title: { en: 'Tasks at once', nl: 'Taken tegelijk' },
    help: {
      en: 'More is faster, and takes more memory.',
      nl: 'Meer is sneller, en kost meer geheugen.',
    },
  }),
  queue: question(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,29}$/)
      .default('tasks'),
    {
      title: { en: 'Name of the queue', nl: 'Naam van de wachtrij' },
      help: {
        en: 'Workers with the same name share the work.',
        nl: 'Werkers met dezelfde naam delen het werk.',
      },
      advanced: true,
    },
  ),
})
