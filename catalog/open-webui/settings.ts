import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

const people = {
  adminEmail: question(z.email().max(254).default('admin@example.org'), {
    title: { en: 'Administrator e-mail', nl: 'E-mailadres van de beheerder' },
    help: {
      en: 'The first administrator signs in with this address. It counts at the first start only.',
      nl: 'De eerste beheerder meldt zich hiermee aan. Het telt alleen bij de eerste start.',
    },
  }),
  signup: question(z.boolean().default(false), {
    title: { en: 'Let people sign up', nl: 'Mensen zelf laten registreren' },
    help: {
      en: 'Anyone who can open the page may ask for an account. Off: administrators create accounts.',
      nl: 'Wie de pagina kan openen, mag een account aanvragen. Uit: beheerders maken accounts.',
    },
  }),
  newUserRole: question(z.enum(['pending', 'user']).default('pending'), {
    title: { en: 'New accounts', nl: 'Nieuwe accounts' },
    help: {
      en: 'What someone with a new account may do.',
      nl: 'Wat iemand met een nieuw account mag.',
    },
    labels: {
      pending: { en: 'Wait for an administrator', nl: 'Wachten op een beheerder' },
      user: { en: 'Start at once', nl: 'Meteen beginnen' },
    },
  }),
  adminChatAccess: question(z.boolean().default(false), {
    title: { en: 'Administrators may read chats', nl: 'Beheerders mogen gesprekken lezen' },
    help: {
      en: 'The maker has this on. Chats are personal data: tell people before you turn it on.',
      nl: 'De maker heeft dit aan staan. Gesprekken zijn persoonsgegevens: vertel het vóór je dit aanzet.',
    },
    advanced: true,
  }),
}

/** The questions of Open WebUI. */
export const settings = z.strictObject({
  title: question(z.string().trim().min(1).max(60).default('Open WebUI'), {
    title: { en: 'Name of the page', nl: 'Naam van de pagina' },
    help: {
      en: 'Shown in the browser tab and on the sign-in page. The licence asks for the maker’s name to stay visible beside it.',
      nl: 'Te zien in het tabblad en op de aanmeldpagina. De licentie eist dat de naam van de maker ernaast zichtbaar blijft.',
    },
  }),
  language: question(z.enum(['en-US', 'nl-NL', 'fr-FR', 'de-DE', 'pl-PL']).default('en-US'), {
    title: { en: 'Language', nl: 'Taal' },
    help: {
      en: 'Language of the pages until someone chooses their own.',
      nl: 'Taal van de pagina’s totdat iemand zelf kiest.',
    },
    labels: {
      'en-US': { en: 'English', nl: 'Engels' },
      'nl-NL': { en: 'Dutch', nl: 'Nederlands' },
      'fr-FR': { en: 'French', nl: 'Frans' },
      'de-DE': { en: 'German', nl: 'Duits' },
      'pl-PL': { en: 'Polish', nl: 'Pools' },
    },
  }),
  ...people,
  defaultModel: question(z.string().max(120).default(''), {
    title: { en: 'Model to begin with', nl: 'Model om mee te beginnen' },
    help: {
      en: 'Name of a model of your provider, such as llama3.2:3b. Empty: people choose.',
      nl: 'Naam van een model van je aanbieder, zoals llama3.2:3b. Leeg: mensen kiezen zelf.',
    },
  }),
  embeddingModel: question(z.string().trim().max(120).default(''), {
    title: { en: 'Embedding model', nl: 'Embeddingmodel' },
    help: {
      en: 'Name of the model of the embeddings server, when one is bound. Some servers have one model and need no name. Another model cannot read what was stored with this one.',
      nl: 'Naam van het model van de embeddingserver, als er een is gekoppeld. Sommige servers hebben één model en geen naam nodig. Een ander model kan niet lezen wat met dit model is bewaard.',
    },
    advanced: true,
  }),
  speechModel: question(z.string().trim().max(120).default(''), {
    title: { en: 'Speech model', nl: 'Spraakmodel' },
    help: {
      en: 'Name of the model that writes down what people say, when a speech server is bound.',
      nl: 'Naam van het model dat opschrijft wat mensen zeggen, als er een spraakserver is gekoppeld.',
    },
    advanced: true,
  }),
  maxUploadMB: question(z.int().min(1).max(2048).default(100), {
    title: { en: 'Largest upload (MB)', nl: 'Grootste upload (MB)' },
    help: {
      en: 'Largest document a person can add to a chat.',
      nl: 'Grootste document dat iemand aan een gesprek kan toevoegen.',
    },
    advanced: true,
  }),
  codeExecution: question(z.boolean().default(false), {
    title: { en: 'Run code from chats', nl: 'Code uit gesprekken uitvoeren' },
    help: {
      en: 'Runs Python that a model wrote, inside the browser of the person who asks.',
      nl: 'Voert Python die een model schreef uit, in de browser van wie erom vraagt.',
    },
    advanced: true,
  }),
  storage: storageQuestion('10Gi'),
})
