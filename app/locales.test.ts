import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('./locales/', import.meta.url)

/** Every key of a text file with its text: `shell.themes.dark` → "Dark". */
function textsOf(language: string, file: string): Map<string, string> {
  const texts = new Map<string, string>()
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') texts.set(path, value)
    else for (const [key, inner] of Object.entries(value ?? {})) walk(inner, `${path}.${key}`)
  }
  walk(JSON.parse(readFileSync(new URL(`${language}/${file}`, folder), 'utf8')), file)
  return texts
}

const files = readdirSync(new URL('en/', folder))

test('the Dutch texts stand in the same files as the English ones', () => {
  expect(readdirSync(new URL('nl/', folder))).toEqual(files)
})

test.each(files)('%s has the same keys and the same blanks in both languages', file => {
  const english = textsOf('en', file)
  const dutch = textsOf('nl', file)
  expect([...dutch.keys()]).toEqual([...english.keys()])
  const blanks = (text = '') => [...text.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort()
  for (const [key, text] of english) expect(blanks(dutch.get(key)), key).toEqual(blanks(text))
})
