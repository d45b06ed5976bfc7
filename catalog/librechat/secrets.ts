import { generated, optional } from '#kit/secrets.ts'
import { firstAdminPassword } from '../administrator.ts'

/** LibreChat's secrets. The maker's examples hold fixed ones that everybody knows; these are made for each deployment. */
export const secrets = {
  credentialsKey: generated({
    title: { en: 'Key for stored credentials', nl: 'Sleutel voor bewaarde sleutels' },
    description: {
      en: 'Encrypts keys of providers that people store. It can never change.',
      nl: 'Versleutelt sleutels van aanbieders die mensen bewaren. Hij kan nooit veranderen.',
    },
    bytes: 32,
    encoding: 'hex',
  }),
  credentialsVector: generated({
    title: { en: 'Start value for stored credentials', nl: 'Beginwaarde voor bewaarde sleutels' },
    description: {
      en: 'Goes with the key for stored credentials.',
      nl: 'Hoort bij de sleutel voor bewaarde sleutels.',
    },
    bytes: 16,
    encoding: 'hex',
  }),
  sessionKey: generated({
    title: { en: 'Session key', nl: 'Sessiesleutel' },
    description: {
      en: 'Signs sessions. A new key signs everybody out.',
      nl: 'Ondertekent sessies. Een nieuwe sleutel meldt iedereen af.',
    },
  }),
  refreshKey: generated({
    title: { en: 'Key for longer sessions', nl: 'Sleutel voor langere sessies' },
  }),
  openidSessionKey: generated({
    title: { en: 'Key of the OpenID session', nl: 'Sleutel van de OpenID-sessie' },
  }),
  firstAdminPassword,
  adminPassword: optional({
    title: { en: 'Your administrator password', nl: 'Jouw beheerderswachtwoord' },
    description: {
      en: 'Password of the first administrator, at least 8 characters. It counts at the first start only; change it in the app afterwards.',
      nl: 'Wachtwoord van de eerste beheerder, minstens 8 tekens. Het telt alleen bij de eerste start; wijzig het daarna in de app.',
    },
  }),
  openidClientSecret: optional({
    title: { en: 'OpenID client secret', nl: 'Geheim van de OpenID-client' },
    description: {
      en: 'From the sign-in service. With it, and its address, people sign in there.',
      nl: 'Van de aanmelddienst. Hiermee, en met het adres, melden mensen zich daar aan.',
    },
  }),
}
