import { generated, optional } from '#kit/secrets.ts'

/**
 * Made by Kade and shown to the team, for an app whose first administrator exists before anybody can open it. The app asks for
 * the address of that account in its setting `adminEmail`.
 */
export const firstAdminPassword = generated({
  title: { en: 'First administrator password', nl: 'Wachtwoord van de eerste beheerder' },
  description: {
    en: 'Used when you give no password yourself, so that the first visitor does not become the administrator.',
    nl: 'Gebruikt als je zelf geen wachtwoord geeft, zodat de eerste bezoeker geen beheerder wordt.',
  },
  bytes: 24,
  revealed: {
    purpose: {
      en: 'First password of the administrator',
      nl: 'Eerste wachtwoord van de beheerder',
    },
    userName: { setting: 'adminEmail' },
  },
})

/** What a person may give instead. */
export const adminPassword = optional({
  title: { en: 'Your administrator password', nl: 'Jouw beheerderswachtwoord' },
  description: {
    en: 'Password of the first administrator. It counts at the first start only; change it in the app afterwards.',
    nl: 'Wachtwoord van de eerste beheerder. Het telt alleen bij de eerste start; wijzig het daarna in de app.',
  },
})
