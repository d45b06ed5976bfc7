import { z } from 'zod'
import type { Text } from './names.ts'

export const DataClass = z.enum(['public', 'internal', 'personal', 'confidential'])
export type DataClass = z.infer<typeof DataClass>

/** Members of the European Economic Area (ISO 3166-1), where the GDPR holds; `EU` for a cluster that stands in several of them. */
const europeanEconomicArea: readonly string[] = [
  ...[
    'AT',
    'BE',
    'BG',
    'CY',
    'CZ',
    'DE',
    'DK',
    'EE',
    'ES',
    'EU',
    'FI',
    'FR',
    'GR',
    'HR',
    'HU',
    'IE',
  ],
  ...['IS', 'IT', 'LI', 'LT', 'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK'],
]

/**
 * How sensitive the data of a deployment is, and under whose law it may stand because of that: any, or one of these. A cluster
 * whose jurisdiction is not known satisfies `any` alone. Countries with an adequacy decision under article 45 GDPR are left out on
 * purpose: such a decision may be struck down, and the data would have to move the same day.
 */
export const dataClasses: Readonly<
  Record<
    DataClass,
    { readonly jurisdictions: readonly string[] | 'any'; readonly title: Text; readonly hint: Text }
  >
> = {
  public: {
    jurisdictions: 'any',
    title: { en: 'Public', nl: 'Openbaar' },
    hint: { en: 'Anybody may read it.', nl: 'Iedereen mag het lezen.' },
  },
  internal: {
    jurisdictions: europeanEconomicArea,
    title: { en: 'Internal', nl: 'Intern' },
    hint: {
      en: 'For the organisation, without personal data.',
      nl: 'Voor de organisatie, zonder persoonsgegevens.',
    },
  },
  personal: {
    jurisdictions: europeanEconomicArea,
    title: { en: 'Personal data', nl: 'Persoonsgegevens' },
    hint: { en: 'About people: the GDPR applies.', nl: 'Over mensen: de AVG geldt.' },
  },
  confidential: {
    jurisdictions: ['NL'],
    title: { en: 'Confidential', nl: 'Vertrouwelijk' },
    hint: {
      en: 'Does not leave the Netherlands: special personal data, or what was classified so.',
      nl: 'Verlaat Nederland niet: bijzondere persoonsgegevens, of wat zo is gerubriceerd.',
    },
  },
}
