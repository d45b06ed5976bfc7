import { expect, test } from 'vitest'
import { questionsOf, wrongWith } from './settings-schema.ts'

const schema = {
  type: 'object',
  properties: {
    telemetry: {
      type: 'boolean',
      default: false,
      title: 'Send statistics',
      description: 'To the maker.',
      'x-nl': { title: 'Statistieken sturen', description: 'Naar de maker.' },
    },
    logLevel: { type: 'string', enum: ['INFO', 'DEBUG'], default: 'INFO' },
    workers: {
      type: 'integer',
      minimum: 1,
      maximum: 9007199254740991,
      default: 2,
      'x-advanced': true,
    },
    origin: { anyOf: [{ type: 'string', pattern: '^https:' }, { type: 'null' }], title: 'Origin' },
    models: { type: 'array', items: { type: 'string' } },
    extra: { type: 'object' },
  },
  required: ['telemetry', 'origin'],
}

test('draws each kind of property as the control that fits it', () => {
  const kinds = questionsOf(schema).map(question => [question.name, question.kind])
  expect(kinds).toEqual([
    ['telemetry', 'switch'],
    ['logLevel', 'choice'],
    ['workers', 'number'],
    ['origin', 'text'],
    ['models', 'lines'],
    ['extra', 'json'],
  ])
})

test('speaks Dutch where the author did, and spells out a name without a title', () => {
  const [telemetry, level] = questionsOf(schema)
  expect(telemetry?.title).toEqual({ en: 'Send statistics', nl: 'Statistieken sturen' })
  expect(telemetry?.description?.nl).toBe('Naar de maker.')
  expect(level?.title).toEqual({ en: 'Log Level', nl: 'Log Level' })
})

test('asks for an answer only where there is no default', () => {
  const asked = questionsOf(schema).filter(question => wrongWith(question, undefined))
  expect(asked.map(question => question.name)).toEqual(['origin'])
})

test('names the limit that an answer breaks', () => {
  const [, , workers, origin] = questionsOf(schema)
  if (!workers || !origin) throw new Error('the schema has these questions')
  expect(wrongWith(workers, 0)).toEqual({ key: 'tooLow', limit: 1 })
  expect(wrongWith(workers, 1.5)).toEqual({ key: 'notWhole' })
  expect(wrongWith(workers, 900_000)).toBeUndefined()
  expect(wrongWith(origin, 'ftp://x')).toEqual({ key: 'pattern' })
})

test('tells the questions for the few from those for everybody', () => {
  const advanced = questionsOf(schema).filter(question => question.advanced)
  expect(advanced.map(question => question.name)).toEqual(['workers'])
})
