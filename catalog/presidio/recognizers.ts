import type { z } from 'zod'
import type { countries, settings } from './settings.ts'

type Recognizer = Readonly<Record<string, unknown>>
type Country = (typeof countries)[number]

/** What is the same everywhere. Names, places and dates come from the language model of the image. */
const general: readonly string[] = [
  'CreditCardRecognizer',
  'CryptoRecognizer',
  'DateRecognizer',
  'EmailRecognizer',
  'IbanRecognizer',
  'IpRecognizer',
  'MacAddressRecognizer',
  'UrlRecognizer',
]

const byCountry: Readonly<Record<Country, readonly string[]>> = {
  de: ['DeTaxIdRecognizer', 'DePassportRecognizer', 'DeIdCardRecognizer'],
  es: ['EsNifRecognizer', 'EsNieRecognizer'],
  it: ['ItFiscalCodeRecognizer', 'ItDriverLicenseRecognizer', 'ItVatCodeRecognizer'],
  pl: ['PlPeselRecognizer'],
  se: ['SePersonnummerRecognizer'],
  uk: ['NhsRecognizer', 'UkNinoRecognizer'],
  us: ['UsSsnRecognizer', 'UsPassportRecognizer', 'UsBankRecognizer', 'UsLicenseRecognizer'],
}

const predefined = (name: string): Recognizer => ({
  name,
  type: 'predefined',
  supported_languages: ['en'],
})

/** Presidio has none for the Netherlands. A pattern cannot do the sum that a citizen number has to pass. */
const dutch: readonly Recognizer[] = [
  {
    name: 'Dutch citizen number',
    type: 'custom',
    supported_language: 'en',
    supported_entity: 'NL_BSN',
    patterns: [
      { name: 'nine digits', regex: '\\b\\d{9}\\b', score: 0.2 },
      { name: 'nine digits with dots', regex: '\\b\\d{4}\\.\\d{2}\\.\\d{3}\\b', score: 0.5 },
    ],
    context: ['bsn', 'burgerservicenummer', 'sofinummer'],
  },
  {
    name: 'Dutch postcode',
    type: 'custom',
    supported_language: 'en',
    supported_entity: 'NL_POSTCODE',
    patterns: [{ name: 'postcode', regex: '\\b[1-9]\\d{3} ?[A-Z]{2}\\b', score: 0.4 }],
    context: ['postcode', 'adres', 'address', 'woonplaats'],
  },
]

const ownWords = (words: readonly string[]): Recognizer => ({
  name: 'Own words',
  type: 'custom',
  supported_language: 'en',
  supported_entity: 'OWN_WORD',
  deny_list: words,
  // Read from a file it would be 0, and nothing would ever be found.
  deny_list_score: 1,
})

/** Presidio's list of recognisers: `RECOGNIZER_REGISTRY_CONF_FILE`. All work on text that is sent as English. */
export function recognizers(answers: z.output<typeof settings>): Recognizer {
  const chosen = [...new Set(answers.countries)].flatMap(country => byCountry[country])
  return {
    supported_languages: ['en'],
    // Dot matches all, multiline, ignore case: the maker's own.
    global_regex_flags: 26,
    recognizers: [
      ...general.map(predefined),
      {
        ...predefined('PhoneRecognizer'),
        supported_regions: ['NL', 'BE', 'DE', 'FR', 'GB', 'US'],
      },
      ...chosen.map(predefined),
      ...(answers.dutchNumbers ? dutch : []),
      ...(answers.ownWords.length > 0 ? [ownWords(answers.ownWords)] : []),
    ],
  }
}
