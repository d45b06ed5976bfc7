import type { Text } from '#api/names.ts'

type Field = {
  name: string
  title: Text
  description: Text | undefined
  fallback: unknown
  required: boolean
  /** For the few who need it; the form keeps it folded. */
  advanced: boolean
}

/** One question of an app's settings, in the shape the form draws it. */
export type Question = Field &
  (
    | { kind: 'switch' }
    | { kind: 'choice'; choices: readonly { value: string | number; title: Text }[] }
    | { kind: 'number'; whole: boolean; minimum: number | undefined; maximum: number | undefined }
    | {
        kind: 'text'
        pattern: string | undefined
        maxLength: number | undefined
        minLength: number | undefined
      }
    | { kind: 'lines' }
    | { kind: 'json' }
  )

type Loose = Record<string, unknown>

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const textIn = (value: unknown) => (typeof value === 'string' ? value : undefined)
const numberIn = (value: unknown) => (typeof value === 'number' ? value : undefined)

/** `maxUploadMB` as "Max upload MB", for a property whose author gave no title. */
function spelled(name: string): string {
  const words = name.replace(/[_-]+/g, ' ').replace(/([a-z\d])([A-Z])/g, '$1 $2')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A schema that is a union with null or of constants, as the one type a form can draw. */
function plain(schema: Loose): Loose {
  const options = [schema.anyOf, schema.oneOf].find(Array.isArray)?.filter(isRecord)
  if (!options) return schema
  const rest = options.filter(option => option.type !== 'null')
  if (rest.length === 1) return { ...rest[0], ...schema, anyOf: undefined, oneOf: undefined }
  if (rest.every(option => 'const' in option))
    return { ...schema, enum: rest.map(option => option.const) }
  return schema
}

function choicesOf(schema: Loose) {
  const labels = isRecord(schema['x-labels']) ? schema['x-labels'] : {}
  const values = Array.isArray(schema.enum) ? schema.enum : []
  return values
    .filter((value): value is string | number => ['string', 'number'].includes(typeof value))
    .map(value => {
      const label = labels[String(value)]
      const texts = isRecord(label) ? label : {}
      return {
        value,
        title: { en: textIn(texts.en) ?? String(value), nl: textIn(texts.nl) ?? String(value) },
      }
    })
}

function questionOf(name: string, given: Loose, required: boolean): Question {
  const schema = plain(given)
  const dutch = isRecord(schema['x-nl']) ? schema['x-nl'] : {}
  const title = textIn(schema.title) ?? spelled(name)
  const description = textIn(schema.description)
  const field: Field = {
    name,
    title: { en: title, nl: textIn(dutch.title) ?? title },
    description: description
      ? { en: description, nl: textIn(dutch.description) ?? description }
      : undefined,
    fallback: schema.default,
    required: required && schema.default === undefined,
    advanced: schema['x-advanced'] === true,
  }
  if (Array.isArray(schema.enum)) return { ...field, kind: 'choice', choices: choicesOf(schema) }
  if (schema.type === 'boolean') return { ...field, kind: 'switch' }
  if (schema.type === 'integer' || schema.type === 'number')
    return { ...field, kind: 'number', whole: schema.type === 'integer', ...bounds(schema) }
  if (schema.type === 'string')
    return {
      ...field,
      kind: 'text',
      pattern: textIn(schema.pattern),
      maxLength: numberIn(schema.maxLength),
      minLength: numberIn(schema.minLength),
    }
  const items = isRecord(schema.items) ? schema.items : {}
  if (schema.type === 'array' && items.type === 'string') return { ...field, kind: 'lines' }
  return { ...field, kind: 'json' }
}

/** zod writes the safe-integer range where the author set no bound; that is no bound for a person. */
function bounds(schema: Loose) {
  const minimum = numberIn(schema.minimum)
  const maximum = numberIn(schema.maximum)
  return {
    minimum: minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum,
    maximum: maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum,
  }
}

/** The questions of an app's `settingsSchema` (JSON Schema, draft 2020-12), in the author's order. */
export function questionsOf(schema: Record<string, unknown>): Question[] {
  const properties = isRecord(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(properties).flatMap(([name, property]) =>
    isRecord(property) ? [questionOf(name, property, required.includes(name))] : [],
  )
}

/** What is wrong with an answer, as a key of the `settings` texts with its number; undefined when all is well. */
export function wrongWith(
  question: Question,
  value: unknown,
): { key: string; limit?: number } | undefined {
  if (value === undefined || value === '') return question.required ? { key: 'missing' } : undefined
  if (question.kind === 'number') {
    if (typeof value !== 'number' || Number.isNaN(value)) return { key: 'notNumber' }
    if (question.whole && !Number.isInteger(value)) return { key: 'notWhole' }
    if (question.minimum !== undefined && value < question.minimum)
      return { key: 'tooLow', limit: question.minimum }
    if (question.maximum !== undefined && value > question.maximum)
      return { key: 'tooHigh', limit: question.maximum }
  }
  if (question.kind === 'text' && typeof value === 'string') {
    if (question.maxLength !== undefined && value.length > question.maxLength)
      return { key: 'tooLong', limit: question.maxLength }
    if (question.pattern && !matches(question.pattern, value)) return { key: 'pattern' }
  }
  return undefined
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    // A pattern this browser does not know is left to the server, which checks again anyway.
    return true
  }
}
