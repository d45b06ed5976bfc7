import type { z } from 'zod'
import type { Text } from './app.ts'

type Issue = z.core.$ZodIssue

/**
 * A message of one's own for a zod check, in both languages. zod keeps a message as one string, so the two travel in it as JSON
 * until `issueText` takes them out again.
 */
export function inBoth(en: string, nl: string): string {
  return JSON.stringify({ en, nl })
}

/**
 * What an answer should have been, in both languages, to be read after the name of its field: "must be a whole number". Never
 * repeats the answer itself, which may be a secret. zod's own Dutch names types in English and bounds as `>=1`, hence this one.
 */
export function issueText(issue: Issue): Text {
  return ownText(issue.message) ?? ofCode(issue)
}

/** The author's message: in both languages where it was written so, else the same text twice. Null where zod wrote it. */
function ownText(message: string): Text | null {
  if (/^(Invalid|Too (big|small)|Unrecognized)\b/.test(message)) return null
  const both = message.startsWith('{"en":') ? parsed(message) : null
  return both ?? { en: message, nl: message }
}

function parsed(message: string): Text | null {
  try {
    const { en, nl } = JSON.parse(message) as Partial<Text> // of `inBoth`, or it is not used
    return typeof en === 'string' && typeof nl === 'string' ? { en, nl } : null
  } catch {
    return null
  }
}

function ofCode(issue: Issue): Text {
  switch (issue.code) {
    case 'invalid_type':
      return ofType(issue)
    case 'invalid_value':
      return oneOf(issue.values.map(String))
    case 'too_small':
      return bound(issue.origin, issue.minimum, issue.inclusive === false, words.least)
    case 'too_big':
      return bound(issue.origin, issue.maximum, issue.inclusive === false, words.most)
    case 'invalid_format':
      return ofFormat(issue.format, issue.pattern)
    case 'not_multiple_of':
      return {
        en: `must be a multiple of ${issue.divisor}`,
        nl: `moet een veelvoud zijn van ${issue.divisor}`,
      }
    case 'unrecognized_keys':
      return { en: 'unknown field', nl: 'onbekend veld' }
    default:
      return { en: 'is not valid', nl: 'is niet geldig' }
  }
}

const types: Readonly<Record<string, Text>> = {
  string: { en: 'text (a string)', nl: 'tekst zijn (een string)' },
  number: { en: 'a number', nl: 'een getal zijn' },
  int: { en: 'a whole number', nl: 'een geheel getal zijn' },
  boolean: { en: 'true or false', nl: 'true of false zijn' },
  object: { en: 'an object', nl: 'een object zijn' },
  record: { en: 'an object', nl: 'een object zijn' },
  array: { en: 'a list', nl: 'een lijst zijn' },
  null: { en: 'null', nl: 'null zijn' },
}

function ofType({ expected, message }: Issue & { code: 'invalid_type' }): Text {
  // The answer itself is not in an issue; zod's message still tells that there was none.
  if (message.endsWith('received undefined')) return { en: 'is missing', nl: 'ontbreekt' }
  const type = types[expected] ?? { en: `a ${expected}`, nl: `een ${expected} zijn` }
  return { en: `must be ${type.en}`, nl: `moet ${type.nl}` }
}

function oneOf(values: readonly string[]): Text {
  const list = values.join(', ')
  return values.length === 1
    ? { en: `must be ${list}`, nl: `moet ${list} zijn` }
    : { en: `must be one of: ${list}`, nl: `moet een van deze zijn: ${list}` }
}

const words = {
  least: {
    inclusive: { en: 'at least', nl: 'minstens' },
    beyond: { en: 'more than', nl: 'meer dan' },
  },
  most: {
    inclusive: { en: 'at most', nl: 'hoogstens' },
    beyond: { en: 'less than', nl: 'minder dan' },
  },
} as const

const units: Readonly<Record<string, Text>> = {
  string: { en: ' characters', nl: ' tekens' },
  array: { en: ' items', nl: ' onderdelen' },
  set: { en: ' items', nl: ' onderdelen' },
  map: { en: ' entries', nl: ' onderdelen' },
}

function bound(
  origin: string,
  limit: number | bigint,
  beyond: boolean,
  side: (typeof words)['least' | 'most'],
): Text {
  const word = beyond ? side.beyond : side.inclusive
  const unit = units[origin] ?? { en: '', nl: '' }
  return { en: `${word.en} ${limit}${unit.en}`, nl: `${word.nl} ${limit}${unit.nl}` }
}

const formats: Readonly<Record<string, Text>> = {
  url: { en: 'a URL', nl: 'een URL' },
  uuid: { en: 'a UUID', nl: 'een UUID' },
  email: { en: 'an email address', nl: 'een e-mailadres' },
  datetime: {
    en: 'a moment such as 2026-01-31T12:00:00Z',
    nl: 'een tijdstip zoals 2026-01-31T12:00:00Z',
  },
  date: { en: 'a date such as 2026-01-31', nl: 'een datum zoals 2026-01-31' },
}

function ofFormat(format: string, pattern: string | undefined): Text {
  const known = formats[format]
  if (known) return { en: `must be ${known.en}`, nl: `moet ${known.nl} zijn` }
  return pattern === undefined
    ? { en: 'does not have the right form', nl: 'heeft niet de juiste vorm' }
    : { en: `must match ${pattern}`, nl: `moet passen op ${pattern}` }
}
