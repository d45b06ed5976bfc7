import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'

const address = z
  .string()
  .max(500)
  .regex(
    /^(https:\/\/[a-zA-Z0-9][a-zA-Z0-9._~/%?=&-]*)?$/,
    inBoth('an address that begins with https://', 'een adres dat begint met https://'),
  )

const sha256 = z
  .string()
  .regex(
    /^([0-9a-f]{64})?$/,
    inBoth(
      'a SHA-256 checksum: 64 characters, 0 to 9 and a to f',
      'een SHA-256-controlegetal: 64 tekens, 0 tot 9 en a tot f',
    ),
  )

/** The questions of Hayhooks. */
export const settings = z.strictObject({
  archive: question(address.default(''), {
    title: { en: 'Address of your pipelines', nl: 'Adres van je pipelines' },
    help: {
      en: 'An archive (.zip or .tar.gz) with a folder per pipeline, such as a release on GitHub. Empty: a server without pipelines.',
      nl: 'Een archief (.zip of .tar.gz) met een map per pipeline, zoals een release op GitHub. Leeg: een server zonder pipelines.',
    },
  }),
  checksum: question(sha256.default(''), {
    title: { en: 'Checksum of the archive', nl: 'Controlegetal van het archief' },
    help: {
      en: 'Its SHA-256. The archive is code: only this one is run, whoever changes what is at the address.',
      nl: 'De SHA-256 ervan. Het archief is code: alleen dit wordt uitgevoerd, wie ook wijzigt wat er op het adres staat.',
    },
  }),
  deployApi: question(z.boolean().default(false), {
    title: { en: 'Apps may change pipelines', nl: 'Apps mogen pipelines wijzigen' },
    help: {
      en: 'Every app that is bound to it may then have it run any Python, without a password. Only for trying things out.',
      nl: 'Elke app die eraan is gekoppeld, mag het dan elke Python laten uitvoeren, zonder wachtwoord. Alleen om te proberen.',
    },
  }),
  workAtOnce: question(z.int().min(1).max(32).default(1), {
    title: { en: 'Long tasks at the same time', nl: 'Lange taken tegelijk' },
    help: {
      en: 'Of pipelines that keep on working after the question. More take more memory.',
      nl: 'Van pipelines die doorwerken na de vraag. Meer kosten meer geheugen.',
    },
    advanced: true,
  }),
  keepResultHours: question(z.int().min(1).max(720).default(24), {
    title: { en: 'Keep results (hours)', nl: 'Resultaten bewaren (uren)' },
    help: {
      en: 'How long the result of a long task can be fetched.',
      nl: 'Hoelang het resultaat van een lange taak kan worden opgehaald.',
    },
    advanced: true,
  }),
  showErrors: question(z.boolean().default(false), {
    title: { en: 'Errors with their code', nl: 'Fouten met hun code' },
    help: {
      en: 'Puts the place in the code into the answer to an app. For building, not for use.',
      nl: 'Zet de plaats in de code in het antwoord aan een app. Om te bouwen, niet voor gebruik.',
    },
    advanced: true,
  }),
})
