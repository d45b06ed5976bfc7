import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

const userName = z
  .string()
  .max(60)
  .regex(
    /^[a-zA-Z][a-zA-Z0-9._@-]*$/,
    inBoth('a user name, such as admin', 'een gebruikersnaam, zoals admin'),
  )

/** The questions of Langflow. */
export const settings = z.strictObject({
  adminName: question(userName.default('admin'), {
    title: { en: 'Administrator name', nl: 'Naam van de beheerder' },
    help: {
      en: 'The first administrator signs in with this name. It counts at the first start only.',
      nl: 'De eerste beheerder meldt zich hiermee aan. Het telt alleen bij de eerste start.',
    },
  }),
  signup: question(z.boolean().default(false), {
    title: { en: 'Let people sign up', nl: 'Mensen zelf laten registreren' },
    help: {
      en: 'Anyone who can open the page may ask for an account, and waits until an administrator lets them in. Off: administrators create accounts.',
      nl: 'Wie de pagina kan openen, mag een account aanvragen en wacht tot een beheerder hem toelaat. Uit: beheerders maken accounts.',
    },
  }),
  ownCode: question(z.enum(['nobody', 'admins', 'everyone']).default('nobody'), {
    title: { en: 'Code of their own', nl: 'Eigen code' },
    help: {
      en: 'Who may have the app run Python that they, or a model, wrote. Such code can read the keys and data of everybody in the app.',
      nl: 'Wie de app Python mag laten uitvoeren die diegene, of een model, schreef. Zulke code kan bij de sleutels en gegevens van iedereen in de app.',
    },
    labels: {
      nobody: { en: 'Nobody', nl: 'Niemand' },
      admins: { en: 'Administrators', nl: 'Beheerders' },
      everyone: { en: 'Everyone with an account', nl: 'Iedereen met een account' },
    },
  }),
  storage: storageQuestion('10Gi'),
  maxUploadMB: question(z.int().min(1).max(2048).default(100), {
    title: { en: 'Largest upload (MB)', nl: 'Grootste upload (MB)' },
    help: {
      en: 'Largest file a person can add to a flow.',
      nl: 'Grootste bestand dat iemand aan een flow kan toevoegen.',
    },
    advanced: true,
  }),
  longestRunMinutes: question(z.int().min(1).max(120).default(5), {
    title: { en: 'Longest run (minutes)', nl: 'Langste uitvoering (minuten)' },
    help: {
      en: 'A flow called through the API is stopped after this time.',
      nl: 'Een flow die via de API wordt aangeroepen, wordt na deze tijd gestopt.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['warning', 'info', 'debug']).default('info'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'How much the app tells about itself.',
      nl: 'Hoeveel de app over zichzelf vertelt.',
    },
    labels: {
      warning: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      info: { en: 'Usual', nl: 'Gewoon' },
      debug: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
