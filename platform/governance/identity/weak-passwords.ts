import type { Text } from '#api/names.ts'
import { PlatformError } from '../../errors.ts'

/** Of the lists of leaked passwords those that are long enough otherwise, and what people here make of them. */
const wellKnown = [
  'password',
  'passw0rd',
  'wachtwoord',
  'welkom',
  'welcome',
  'qwerty',
  'azerty',
  'qwertyuiop',
  'letmein',
  'iloveyou',
  'administrator',
  'admin',
  'kubernetes',
  'changeme',
  'geheim',
  'secret',
  'zomer',
  'winter',
  'lente',
  'herfst',
  'kade',
] as const

/** Throws `request-invalid` for a password that somebody would try first: known ones, the person’s own names, runs and repeats. */
export function refuseWeak(
  password: string,
  person: { readonly email?: string | null; readonly name?: string | null },
): void {
  const weakness = weaknessOf(password, [
    ...wellKnown,
    person.email ?? '',
    ...(person.email ?? '').split(/[@.]/),
    ...(person.name ?? '').split(/\s+/),
  ])
  if (weakness)
    throw new PlatformError(
      'request-invalid',
      { en: 'This password is too easy to guess.', nl: 'Dit wachtwoord is te makkelijk te raden.' },
      {
        violations: [{ pointer: '/password', detail: weakness }],
        next: {
          en: 'Choose a few words that have nothing to do with each other.',
          nl: 'Kies een paar woorden die niets met elkaar te maken hebben.',
        },
      },
    )
}

function weaknessOf(password: string, words: readonly string[]): Text | undefined {
  const plain = password.normalize('NFKC').toLowerCase()
  const letters = new Set(plain)
  if (letters.size < 5)
    return { en: 'has too few different characters', nl: 'heeft te weinig verschillende tekens' }
  if (isRun(plain)) return { en: 'is a row of characters', nl: 'is een rij tekens' }
  // What is left when the word that everybody tries is taken out must still be something to guess.
  for (const word of words.map(one => one.toLowerCase()).filter(one => one.length >= 4)) {
    const rest = plain.replaceAll(word, '').replace(/[^\p{L}\p{N}]/gu, '')
    if (plain.includes(word) && (rest.length < 6 || /^\d*$/.test(rest)))
      return {
        en: 'is hardly more than a well-known word',
        nl: 'is weinig meer dan een bekend woord',
      }
  }
  return undefined
}

/** 123456789012, abcdefghijkl, or backwards. */
function isRun(text: string): boolean {
  const steps = [...text].slice(1).map((one, at) => one.charCodeAt(0) - text.charCodeAt(at))
  const steady = steps.filter(step => step === 1 || step === -1 || step === -9 || step === 9)
  return steady.length >= steps.length - 1
}
