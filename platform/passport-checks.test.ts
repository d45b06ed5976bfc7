import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Passport } from '#api/apps.ts'
import type { CatalogueEntry } from '#catalog/entry.ts'
import { catalog } from '#catalog/index.ts'
import { contradictions, passportChecks } from './passport-checks.ts'

function entryOf(id: string): CatalogueEntry {
  const entry = catalog.find(each => each.app.id === id)
  if (!entry) throw new Error(`the shelf has no ${id}`)
  return entry
}

const now = new Date('2026-12-01')
const qdrant = entryOf('qdrant')
const answersOf = (entry: CatalogueEntry) =>
  Object.fromEntries(
    passportChecks(entry, now).map(({ id, answer, value }) => [id, [answer, value]]),
  )

function withLicence(spdx: string): CatalogueEntry {
  const { passport } = qdrant
  return { ...qdrant, passport: { ...passport, licence: { ...passport.licence, spdx } } }
}

it('finds out what can be found without asking anybody', () => {
  expect(answersOf(qdrant)).toEqual({
    licence: ['yes', 'Apache-2.0'],
    'pod-security': ['yes', 'restricted'],
    probes: ['yes', 'all'],
    egress: ['yes', 'none'],
    images: ['partly', 'tag'],
    tested: ['partly', 'admitted'],
    assessments: ['unknown', 'none'],
  })
  expect(answersOf(entryOf('ollama')).egress).toEqual(['partly', 'declared'])
  expect(answersOf(entryOf('vllm')).egress).toEqual(['partly', 'by-setting'])
})

it('reads probes and images off every container', () => {
  const { app } = qdrant
  const changed = (from: string, to: string): CatalogueEntry => ({
    ...qdrant,
    app: {
      ...app,
      render: input => JSON.parse(JSON.stringify(app.render(input)).replaceAll(from, to)),
    },
  })
  expect(answersOf(changed('livenessProbe', 'other')).probes).toEqual(['no', 'none'])
  expect(answersOf(changed('v1.19.0-unprivileged', 'latest')).images).toEqual(['no', 'floating'])
  const pinned = `:v1.19.0-unprivileged@sha256:${'a'.repeat(64)}`
  expect(answersOf(changed(':v1.19.0-unprivileged', pinned)).images).toEqual(['yes', 'digest'])
})

it('objects where the passport is kinder than what was found', () => {
  expect(contradictions(withLicence('SSPL-1.0'), now)).toHaveLength(2)
  expect(contradictions(withLicence('Apache 2'), now)[0]).toContain('SPDX does not list Apache 2')
  const { app } = entryOf('ollama')
  expect(contradictions({ ...qdrant, app: { ...app, version: qdrant.app.version } }, now)).toEqual([
    'self-hostable is "air-gapped", but the module declares egress to the internet',
  ])
})

it('leaves a person free to be stricter than a check, in one voice', () => {
  const { passport } = qdrant
  const criteria = passport.criteria.map(each =>
    each.id === 'open-source' ? { ...each, answer: 'partly' as const, value: 'open-core' } : each,
  )
  const licence = { ...passport.licence, openSource: 'partly' as const }
  expect(contradictions({ ...qdrant, passport: { ...passport, criteria, licence } }, now)).toEqual(
    [],
  )
  expect(contradictions({ ...qdrant, passport: { ...passport, criteria } }, now)).toHaveLength(1)
})

describe('how far an app was tried', () => {
  const { passport } = qdrant
  const tested = {
    level: 'ran',
    version: qdrant.app.version,
    kubernetes: '1.36.3',
    at: '2026-11-28',
  } as const
  const claiming = (claim: Passport['tested']): CatalogueEntry => ({
    ...qdrant,
    passport: { ...passport, tested: claim },
  })
  const said = (claim: Passport['tested']) =>
    passportChecks(claiming(claim), now).find(({ id }) => id === 'tested')

  it('is said in both languages, with the day and the Kubernetes', () => {
    expect(said(tested)).toMatchObject({ answer: 'yes', value: 'ran' })
    const { explanation } = said({ ...tested, level: 'admitted' }) ?? {}
    expect(explanation?.en).toContain('On 28 November 2026 an API server of Kubernetes 1.36.3')
    expect(explanation?.nl).toContain(
      'Op 28 november 2026 nam een API-server van Kubernetes 1.36.3',
    )
    expect(said({ ...tested, level: 'rendered' })?.explanation.en).toContain(
      'No API server was asked',
    )
  })

  it('is unknown where nobody tried it, or another version', () => {
    expect(said(undefined)).toMatchObject({ answer: 'unknown', value: 'none' })
    expect(said({ ...tested, version: '1.18.0' })?.explanation.en).toBe(
      `Version 1.18.0 was tried; version ${qdrant.app.version} was not.`,
    )
  })

  it('is no claim for another version, nor for a day to come', () => {
    expect(contradictions(claiming({ ...tested, version: '1.18.0' }), now)).toEqual([
      expect.stringContaining('tested speaks of version 1.18.0'),
    ])
    expect(contradictions(claiming({ ...tested, at: '2026-12-02' }), now)).toHaveLength(1)
    expect(contradictions(claiming(tested), now)).toEqual([])
  })
})

describe('assessments beside a passport', () => {
  const { passport } = qdrant
  const text = readFileSync(
    new URL('../tests/support/assessments/dpia.json', import.meta.url),
    'utf8',
  )
  const sha256 = createHash('sha256').update(text).digest('hex')
  const resting = (on: { id?: string; sha256?: string; documents?: object }): CatalogueEntry => {
    const { id = 'dpia', documents = { 'dpia.json': { text, sha256 } } } = on
    const url = 'https://example.org/dpia'
    const evidence = [{ title: 'DPIA', url, file: 'dpia.json', sha256: on.sha256 ?? sha256 }]
    const criteria = passport.criteria.map(each => (each.id === id ? { ...each, evidence } : each))
    return { ...qdrant, passport: { ...passport, criteria }, documents: { ...documents } }
  }
  const said = (entry: CatalogueEntry) =>
    passportChecks(entry, now).find(({ id }) => id === 'assessments')

  it('are in order when nothing is wrong with their form, which is all that is said', () => {
    const check = said(resting({}))
    expect(check).toMatchObject({ answer: 'yes', value: 'in-order' })
    expect(check?.explanation.en).toContain('dpia.json is a DPIA that is complete')
    expect(check?.explanation.en).toContain('whether what is written is right, Kade cannot tell')
    expect(contradictions(resting({}), now)).toEqual([])
  })

  it('are not in order when the file is another one, is not there, or answers something else', () => {
    const wrong = {
      another: resting({ sha256: 'a'.repeat(64) }),
      absent: resting({ documents: {} }),
      elsewhere: resting({ id: 'accessibility' }),
    }
    for (const entry of Object.values(wrong)) expect(said(entry)?.answer).toBe('partly')
    expect(said(wrong.another)?.explanation.nl).toContain(`zijn sha256 is ${sha256}`)
    expect(contradictions(wrong.absent, now)).toEqual([
      expect.stringContaining('dpia rests on dpia.json: it does not lie beside the passport'),
    ])
    expect(said(wrong.elsewhere)?.explanation.en).toContain('does not answer “accessibility”')
  })
})
