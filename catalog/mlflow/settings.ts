import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** The questions of MLflow. */
export const settings = z.strictObject({
  signIn: question(z.boolean().default(true), {
    title: { en: 'People sign in', nl: 'Mensen melden zich aan' },
    help: {
      en: 'With a name and a password. Off: everyone who can reach it reads and changes everything.',
      nl: 'Met een naam en een wachtwoord. Uit: wie erbij kan, leest en wijzigt alles.',
    },
  }),
  defaultPermission: question(z.enum(['NO_PERMISSIONS', 'READ', 'EDIT']).default('READ'), {
    title: { en: 'Work of others', nl: 'Werk van anderen' },
    help: {
      en: 'What someone who signed in may do with what another person made.',
      nl: 'Wat iemand die is aangemeld mag met wat een ander maakte.',
    },
    labels: {
      NO_PERMISSIONS: { en: 'Nothing', nl: 'Niets' },
      READ: { en: 'Read', nl: 'Lezen' },
      EDIT: { en: 'Change', nl: 'Wijzigen' },
    },
  }),
  storage: storageQuestion('20Gi'),
  workers: question(z.int().min(1).max(8).default(2), {
    title: { en: 'Server processes', nl: 'Serverprocessen' },
    help: {
      en: 'More processes serve more people at once, and each takes about 300 MB of memory.',
      nl: 'Meer processen bedienen meer mensen tegelijk; elk neemt ongeveer 300 MB geheugen.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['WARNING', 'INFO', 'DEBUG']).default('INFO'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'How much the server tells about itself.',
      nl: 'Hoeveel de server over zichzelf vertelt.',
    },
    labels: {
      WARNING: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      INFO: { en: 'Usual', nl: 'Gewoon' },
      DEBUG: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
