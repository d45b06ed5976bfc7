import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

const runs = {
  keepDays: question(z.int().min(1).max(365).default(14), {
    title: { en: 'Keep what ran (days)', nl: 'Bewaren wat draaide (dagen)' },
    help: {
      en: 'What went in and out of each run is kept this long. It is often personal data: shorter is better.',
      nl: 'Wat er bij elke uitvoering in en uit ging, blijft zo lang bewaard. Vaak zijn dat persoonsgegevens: korter is beter.',
    },
  }),
  keepSuccessful: question(z.boolean().default(true), {
    title: { en: 'Keep runs that succeeded', nl: 'Geslaagde uitvoeringen bewaren' },
    help: {
      en: 'Off: only runs that failed are kept, with what went in.',
      nl: 'Uit: alleen mislukte uitvoeringen blijven bewaard, met wat erin ging.',
    },
  }),
  longestRunMinutes: question(z.int().min(1).max(1440).default(60), {
    title: { en: 'Longest run (minutes)', nl: 'Langste uitvoering (minuten)' },
    help: {
      en: 'A run that takes longer is stopped. A workflow may set a shorter time for itself.',
      nl: 'Wat langer duurt, wordt gestopt. Een werkstroom mag voor zichzelf korter kiezen.',
    },
    advanced: true,
  }),
  runsAtOnce: question(z.int().min(1).max(100).default(10), {
    title: { en: 'Runs at the same time', nl: 'Uitvoeringen tegelijk' },
    help: {
      en: 'More wait in line. Each takes its own share of the memory.',
      nl: 'Meer wachten in de rij. Elke uitvoering neemt een eigen deel van het geheugen.',
    },
    advanced: true,
  }),
}

/** The questions of n8n. */
export const settings = z.strictObject({
  ownerEmail: question(z.email().max(254).default('owner@example.org'), {
    title: { en: 'Owner e-mail', nl: 'E-mailadres van de eigenaar' },
    help: {
      en: 'The owner signs in with this address and invites others. Change it here, not in the app.',
      nl: 'De eigenaar meldt zich hiermee aan en nodigt anderen uit. Wijzig het hier, niet in de app.',
    },
  }),
  timezone: question(
    z
      .enum(['Europe/Amsterdam', 'America/Curacao', 'America/Kralendijk', 'Europe/London', 'UTC'])
      .default('Europe/Amsterdam'),
    {
      title: { en: 'Time zone', nl: 'Tijdzone' },
      help: {
        en: 'By which workflows on a schedule are started.',
        nl: 'Waarnaar werkstromen met een rooster worden gestart.',
      },
      labels: {
        'Europe/Amsterdam': { en: 'Amsterdam', nl: 'Amsterdam' },
        'America/Curacao': { en: 'Curaçao', nl: 'Curaçao' },
        'America/Kralendijk': { en: 'Kralendijk', nl: 'Kralendijk' },
        'Europe/London': { en: 'London', nl: 'Londen' },
        UTC: { en: 'UTC', nl: 'UTC' },
      },
    },
  ),
  storage: storageQuestion('10Gi'),
  ...runs,
  publicApi: question(z.boolean().default(false), {
    title: { en: 'API for programs', nl: 'API voor programma’s' },
    help: {
      en: 'Lets programs manage workflows with a key that a person makes in the app.',
      nl: 'Laat programma’s werkstromen beheren met een sleutel die iemand in de app maakt.',
    },
    advanced: true,
  }),
  communityNodes: question(z.boolean().default(false), {
    title: { en: 'Nodes of the community', nl: 'Bouwstenen van de gemeenschap' },
    help: {
      en: 'Lets the owner install packages of others from npm. They run with all the rights of the app.',
      nl: 'Laat de eigenaar pakketten van anderen installeren vanaf npm. Die draaien met alle rechten van de app.',
    },
    advanced: true,
  }),
  logLevel: question(z.enum(['warn', 'info', 'debug']).default('info'), {
    title: { en: 'Detail of the logs', nl: 'Detail van de logs' },
    help: {
      en: 'How much the app tells about itself.',
      nl: 'Hoeveel de app over zichzelf vertelt.',
    },
    labels: {
      warn: { en: 'Warnings only', nl: 'Alleen waarschuwingen' },
      info: { en: 'Usual', nl: 'Gewoon' },
      debug: { en: 'Everything', nl: 'Alles' },
    },
    advanced: true,
  }),
})
