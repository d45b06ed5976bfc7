import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

const address = z
  .string()
  .max(300)
  .regex(
    /^(https:\/\/[a-zA-Z0-9.-]+(:[0-9]{1,5})?(\/[a-zA-Z0-9._~/-]*)?)?$/,
    inBoth('an address that begins with https://', 'een adres dat begint met https://'),
  )

const domain = z
  .string()
  .max(120)
  .regex(
    /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
    inBoth('a domain, such as example.org', 'een domein, zoals example.org'),
  )

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
      en: 'Anyone who can open the page may make an account, and begins at once.',
      nl: 'Wie de pagina kan openen, mag een account maken en begint meteen.',
    },
  }),
  signupDomains: question(z.array(domain).max(20).default([]), {
    title: { en: 'Who may have an account', nl: 'Wie een account mag hebben' },
    help: {
      en: 'Domains of e-mail addresses, such as example.org. Empty: all.',
      nl: 'Domeinen van e-mailadressen, zoals example.org. Leeg: alle.',
    },
    advanced: true,
  }),
  openidIssuer: question(address.default(''), {
    title: { en: 'Sign-in service (OpenID)', nl: 'Aanmelddienst (OpenID)' },
    help: {
      en: 'Address of the service with which people sign in. It needs a client and its secret too. Empty: passwords only.',
      nl: 'Adres van de dienst waarmee mensen zich aanmelden. Daar horen een client en zijn geheim bij. Leeg: alleen wachtwoorden.',
    },
    advanced: true,
  }),
  openidClient: question(
    z
      .string()
      .max(200)
      .regex(
        /^[a-zA-Z0-9._:/@-]*$/,
        inBoth('the name of a client, without spaces', 'de naam van een client, zonder spaties'),
      )
      .default(''),
    {
      title: { en: 'OpenID client', nl: 'OpenID-client' },
      help: {
        en: 'How the sign-in service knows this app.',
        nl: 'Hoe de aanmelddienst deze app kent.',
      },
      advanced: true,
    },
  ),
}

/** The questions of LibreChat. */
export const settings = z.strictObject({
  title: question(z.string().trim().min(1).max(60).default('LibreChat'), {
    title: { en: 'Name of the page', nl: 'Naam van de pagina' },
    help: {
      en: 'Shown in the browser tab and on the sign-in page.',
      nl: 'Te zien in het tabblad en op de aanmeldpagina.',
    },
  }),
  ...people,
  defaultModel: question(
    z
      .string()
      .max(120)
      .regex(
        /^[a-zA-Z0-9._:/-]*$/,
        inBoth(
          'the name of a model, such as llama3.2:3b',
          'de naam van een model, zoals llama3.2:3b',
        ),
      )
      .default(''),
    {
      title: { en: 'Model to begin with', nl: 'Model om mee te beginnen' },
      help: {
        en: 'Name of a model of your provider, such as llama3.2:3b. Empty: people choose from what it offers.',
        nl: 'Naam van een model van je aanbieder, zoals llama3.2:3b. Leeg: mensen kiezen uit wat hij aanbiedt.',
      },
    },
  ),
  privacyPage: question(address.default(''), {
    title: { en: 'Privacy statement', nl: 'Privacyverklaring' },
    help: {
      en: 'Address of your statement; a link to it is on the sign-in page. Empty: no link.',
      nl: 'Adres van je verklaring; een link staat op de aanmeldpagina. Leeg: geen link.',
    },
  }),
  shareLinks: question(z.boolean().default(false), {
    title: { en: 'Share chats by link', nl: 'Gesprekken delen met een link' },
    help: {
      en: 'People with an account may open a chat that another shared. Never people without one.',
      nl: 'Mensen met een account mogen een gesprek openen dat een ander deelde. Nooit mensen zonder.',
    },
    advanced: true,
  }),
  storage: storageQuestion('10Gi'),
})

/** A sign-in service and its client come together, or not at all. */
export function openidFindings({ openidIssuer, openidClient }: z.output<typeof settings>) {
  if ((openidIssuer === '') === (openidClient === '')) return []
  return [
    {
      pointer: openidIssuer === '' ? '/openidIssuer' : '/openidClient',
      detail: {
        en: 'the sign-in service and its client come together; fill in both, or neither',
        nl: 'de aanmelddienst en zijn client horen bij elkaar; vul beide in, of geen van beide',
      },
    },
  ]
}
