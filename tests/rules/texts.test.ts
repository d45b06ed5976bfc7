import { describe, expect, it } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { capabilities } from '#kit/capabilities.ts'
import { files, sources, textOf } from './files.ts'

const languages = ['en', 'nl']
const dictionaries = files.filter(file => /^app\/locales\/(en|nl)\/[\w-]+\.json$/.test(file))
const names = [...new Set(dictionaries.map(file => file.split('/').at(-1) ?? ''))]

/** `{ "a.b": "text" }` of a nested dictionary. */
function flat(value: unknown, at = ''): [string, string][] {
  if (typeof value === 'string') return [[at, value]]
  if (typeof value !== 'object' || value === null) return [[at, String(value)]]
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, at ? `${at}.${key}` : key))
}

function dictionary(language: string, name: string): Map<string, string> {
  return new Map(flat(JSON.parse(textOf(`app/locales/${language}/${name}`))))
}

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(one => one[1]).sort()

describe.each(names)('texts of %s', name => {
  const [english, dutch] = languages.map(language => dictionary(language, name)) as [
    Map<string, string>,
    Map<string, string>,
  ] // two languages in, two dictionaries out

  it('are there in Dutch and in English', () => {
    expect([...dutch.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('use the same values, and none is empty', () => {
    for (const [key, text] of english) {
      expect(placeholders(dutch.get(key) ?? ''), key).toEqual(placeholders(text))
      expect(text.trim(), key).not.toBe('')
      expect(dutch.get(key)?.trim(), key).not.toBe('')
    }
  })
})

it('every text a page asks for by name is there', () => {
  const known = new Set(
    names.flatMap(name =>
      [...dictionary('en', name).keys()].map(key => `${name.replace('.json', '')}.${key}`),
    ),
  )
  const asked = sources('.vue', '.ts')
    .filter(file => file.startsWith('app/') && !file.endsWith('.test.ts'))
    .flatMap(file =>
      [...textOf(file).matchAll(/(?<![\w.])\$?t\(\s*'([\w.-]+)'/g)].map(one => ({
        file,
        key: one[1] ?? '',
      })),
    )
  expect(asked.filter(({ key }) => !known.has(key)).map(one => `${one.file}: ${one.key}`)).toEqual(
    [],
  )
})

it('has a word for every capability, and for every category of the catalogue', () => {
  const words = dictionary('en', 'words.json')
  const needed = [
    ...capabilities.map(one => `capability.${one}`),
    ...catalog.map(({ app }) => `category.${app.category}`),
  ]
  expect(needed.filter(key => !words.has(key))).toEqual([])
})

/** Fields of the contract in one language, each with its reason. */
const mayBeOneLanguage: Readonly<Record<string, string>> = {
  'AuditEntry.reason': 'the requester’s own words, or the platform’s as they were written',
  'Approval.reason': 'the requester’s own words',
  'ApprovalDetail.reason': 'the requester’s own words',
  'CreateDeployment.reason': 'the requester’s own words',
  'DeploymentInput.reason': 'the requester’s own words',
  'Rollback.reason': 'the requester’s own words',
  'Revision.reason': 'the requester’s own words',
  'Problem.detail': 'a string by RFC 9457; its code, violations and findings are in both languages',
}

it('what the contract says to people is in both languages; to fix: make the field a Text', () => {
  const { components } = JSON.parse(textOf('api/openapi.json')) as {
    components: { schemas: Record<string, { properties?: Record<string, { type?: string }> }> }
  } // as api/openapi.ts writes it
  const plain = Object.entries(components.schemas).flatMap(([name, { properties = {} }]) =>
    ['message', 'reason', 'detail']
      .filter(field => properties[field]?.type === 'string')
      .map(field => `${name}.${field}`),
  )
  expect(plain.sort()).toEqual(Object.keys(mayBeOneLanguage).sort())
})

/** English where the glossary has a Dutch word, and second words for one thing, each with the word to use. */
const houseWords: readonly (readonly [RegExp, string])[] = [
  [/(?<![-/{\w])deployments?\b(?![-/}])/i, 'uitrol'],
  [/voorvertoning/i, 'voorbeeld'],
]

/** What is said in Dutch: in the dictionaries, beside the code, and in the texts of policies. What is filled in is no text. */
function dutchTexts(): { file: string; text: string }[] {
  const inDictionaries = dictionaries
    .filter(file => file.startsWith('app/locales/nl/'))
    .flatMap(file => [...flat(JSON.parse(textOf(file)))].map(([, text]) => ({ file, text })))
  const beside = sources('.ts')
    .filter(file => !file.endsWith('.test.ts') && !file.startsWith('tests/'))
    .flatMap(file =>
      [...textOf(file).matchAll(/\bnl:\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g)].map(one => ({
        file,
        text: (one[2] ?? '').replace(/\$\{[^}]*\}/g, ''),
      })),
    )
  const ofPolicies = files
    .filter(file => /^policies\/.*\.yaml$/.test(file))
    .flatMap(file =>
      [...textOf(file).matchAll(/\bnl: *(.+)/g)].map(one => ({ file, text: one[1] ?? '' })),
    )
  return [...inDictionaries, ...beside, ...ofPolicies]
}

it('Dutch texts use the words of the glossary', () => {
  const said = dutchTexts()
  expect(said.length).toBeGreaterThan(1000)
  const wrong = said.flatMap(({ file, text }) =>
    houseWords
      .filter(([word]) => word.test(text))
      .map(([, use]) => `${file}: "${text}": say ${use}`),
  )
  expect(wrong).toEqual([])
})
