import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkAssessment } from './assessment.ts'

const read = (name: string) =>
  readFileSync(new URL(`../tests/support/assessments/${name}.json`, import.meta.url), 'utf8')
const now = new Date('2026-11-28')
const dpia = read('dpia')

/** What is found in English in the sound DPIA with pieces of its text replaced. */
function found(...changes: readonly (readonly [was: string | RegExp, is: string])[]): string[] {
  let text = dpia
  for (const [was, is] of changes) {
    const changed = text.replace(was, is)
    expect(changed).not.toBe(text)
    text = changed
  }
  return checkAssessment(text, now).findings.map(each => each.en)
}

test.each(['dpia', 'prescan', 'iama'] as const)('finds nothing in a sound %s', name => {
  expect(checkAssessment(read(name), now)).toEqual({ model: name, findings: [] })
})

test('names what is not the export of a form, and where', () => {
  for (const text of ['', '[]', '{"metadata":{}}', 'null'])
    expect(checkAssessment(text, now)).toMatchObject({ model: null, findings: [{}] })
  expect(found(['"value": "Naam"', '"value": 1'])[0]).toContain('/answers/2.1')
  expect(found(['"19.2":', '"what next":'])[0]).toContain('/answers/what next')
})

test('knows the models in force, and tells a draft from what was replaced', () => {
  expect(found(['urn:nl:dpia:3.0', 'urn:nl:dpia:3.1.0-concept.2'])[0]).toContain('draft of a model')
  expect(found(['urn:nl:dpia:3.0', 'urn:nl:dpia:2.0'])[0]).toContain(
    'urn:nl:dpia:2.0, which is not known or was replaced',
  )
})

test('names the groups that nobody marked as completed', () => {
  const tasks = /"completedTasks": \[[^\]]*\]/
  expect(found([tasks, '"completedTasks": ["1", "2"]'])[0]).toMatch(
    /^not completed: group 3, 4, .* 17, 19, 20$/,
  )
  expect(found([tasks, '"other": 1'])[0]).toMatch(/^not completed: group 1, 2/)
})

test('asks for the advice of the data protection officer, with its day, and for a final status', () => {
  expect(found([/"value": "Positief[^"]*"/, '"value": " "'])).toEqual([
    'the data protection officer has given no advice (19.5.7)',
  ])
  expect(found(['"2026-10-01"', '"soon"'])).toEqual([
    'the advice of the data protection officer has no day that can be read (19.5.6)',
  ])
  expect(found(['definitief', 'concept'])).toEqual(['its status is not “definitief” (19.2)'])
})

test('asks for a name and a day of everyone who signs', () => {
  expect(found(['"20.1":', '"20.9":'])).toEqual([
    'nobody responsible for the processing has signed it (group 20)',
  ])
  expect(found(['V. Verantwoordelijke', ''])).toEqual(['a signature has no name (20.1.4)'])
  expect(found(['"value": "2026-10-05"', '"value": "2026-02-30"'])).toEqual([
    'a signature has no day that can be read (20.1.6)',
  ])
})

test('takes a day as people write it here, and signatures that are not in a list', () => {
  const { answers, ...rest } = JSON.parse(dpia)
  const [{ _index, ...signature }] = answers['20.1']
  const single = Object.entries(signature).map(([id, answer]) => [`${id}[0]`, answer])
  const flat = { ...rest, answers: { ...answers, ...Object.fromEntries(single) } }
  delete flat.answers['20.1']
  const text = JSON.stringify(flat).replace('"2026-10-05"', '"5-10-2026"')
  expect(checkAssessment(text, now).findings).toEqual([])
})

test('counts until the day three years after the last signature', () => {
  const at = (day: string) => checkAssessment(dpia, new Date(day)).findings.map(each => each.en)
  expect(at('2029-10-05T23:59:00Z')).toEqual([])
  expect(at('2029-10-06')).toEqual(['it is of 2026-10-05, more than 3 years ago'])
  expect(at('2026-10-04')).toEqual(['its day is still to come: 2026-10-05'])
})

test('asks an IAMA for its advice and its risks, and counts its age from the last change', () => {
  const text = read('iama').replace('"5.B"', '"5.A.1"').replace('"5.C"', '"5.A.2"')
  expect(checkAssessment(text, now).findings.map(each => each.nl)).toEqual([
    'hij geeft geen advies over de inzet van het algoritme (5.B)',
    'hij zegt niets over de risico’s die overblijven (5.C)',
  ])
  expect(checkAssessment(read('iama'), new Date('2030-01-01')).findings).toHaveLength(1)
})
