import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

const models = {
  model: question(z.string().trim().max(120).default(''), {
    title: { en: 'Model', nl: 'Model' },
    help: {
      en: 'Name of a model of your provider, such as llama3.2:3b. Empty: each workspace names its own before its first chat.',
      nl: 'Naam van een model van je aanbieder, zoals llama3.2:3b. Leeg: elke werkruimte noemt er zelf een vóór het eerste gesprek.',
    },
  }),
  contextLength: question(z.int().min(1024).max(1_048_576).default(8192), {
    title: { en: 'Context length (tokens)', nl: 'Contextlengte (tokens)' },
    help: {
      en: 'How much text that model can look back on. No more than the model server allows.',
      nl: 'Hoeveel tekst dat model kan terugzien. Niet meer dan de modelserver toestaat.',
    },
  }),
}

const documents = {
  ocrLanguages: question(z.enum(['eng', 'nld', 'eng,nld']).default('eng,nld'), {
    title: { en: 'Language of scans', nl: 'Taal van scans' },
    help: {
      en: 'In which language the text of pictures and scanned pages is read.',
      nl: 'In welke taal de tekst van afbeeldingen en gescande pagina’s wordt gelezen.',
    },
    labels: {
      eng: { en: 'English', nl: 'Engels' },
      nld: { en: 'Dutch', nl: 'Nederlands' },
      'eng,nld': { en: 'English and Dutch', nl: 'Engels en Nederlands' },
    },
  }),
  readWebPages: question(z.boolean().default(false), {
    title: { en: 'Read web pages', nl: 'Webpagina’s lezen' },
    help: {
      en: 'Lets people add pages of the internet. A browser inside the app then opens them without a sandbox of its own.',
      nl: 'Laat mensen pagina’s van internet toevoegen. Een browser in de app opent ze dan zonder eigen sandbox.',
    },
    advanced: true,
  }),
  embeddingModel: question(z.string().trim().max(120).default(''), {
    title: { en: 'Embedding model', nl: 'Embeddingmodel' },
    help: {
      en: 'Name of the model of the embeddings server, when one is bound. Some servers have one model and need no name.',
      nl: 'Naam van het model van de embeddingserver, als er een is gekoppeld. Sommige servers hebben één model en geen naam nodig.',
    },
    advanced: true,
  }),
  embeddingLength: question(z.int().min(100).max(32_768).default(1000), {
    title: { en: 'Longest piece of text (characters)', nl: 'Langste stuk tekst (tekens)' },
    help: {
      en: 'Documents are cut into pieces of this length for the embeddings server, when one is bound.',
      nl: 'Documenten worden in stukken van deze lengte geknipt voor de embeddingserver, als er een is gekoppeld.',
    },
    advanced: true,
  }),
  speechModel: question(z.string().trim().max(120).default(''), {
    title: { en: 'Speech model', nl: 'Spraakmodel' },
    help: {
      en: 'Name of the model that writes out recordings, when a speech server is bound.',
      nl: 'Naam van het model dat opnamen uitschrijft, als er een spraakserver is gekoppeld.',
    },
    advanced: true,
  }),
}

/** The questions of AnythingLLM. */
export const settings = z.strictObject({
  ...models,
  storage: storageQuestion('10Gi'),
  adminChatAccess: question(z.boolean().default(false), {
    title: { en: 'Administrators may read chats', nl: 'Beheerders mogen gesprekken lezen' },
    help: {
      en: 'The maker has this on. Chats are personal data: tell people before you turn it on.',
      nl: 'De maker heeft dit aan staan. Gesprekken zijn persoonsgegevens: vertel het vóór je dit aanzet.',
    },
  }),
  sessionLength: question(z.enum(['1d', '7d', '30d']).default('7d'), {
    title: { en: 'Stay signed in', nl: 'Aangemeld blijven' },
    help: {
      en: 'How long until people sign in again.',
      nl: 'Hoelang totdat mensen zich opnieuw aanmelden.',
    },
    labels: {
      '1d': { en: '1 day', nl: '1 dag' },
      '7d': { en: '7 days', nl: '7 dagen' },
      '30d': { en: '30 days', nl: '30 dagen' },
    },
  }),
  ...documents,
  passwordLength: question(z.int().min(8).max(64).default(12), {
    title: { en: 'Shortest password', nl: 'Kortste wachtwoord' },
    help: {
      en: 'Characters, for people with an account of their own.',
      nl: 'Tekens, voor mensen met een eigen account.',
    },
    advanced: true,
  }),
})
