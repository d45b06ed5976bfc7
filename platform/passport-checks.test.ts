import { expect, it } from 'vitest'
import { catalog } from '#catalog/index.ts'
import type { CatalogueEntry } from './context.ts'
import { contradictions, passportChecks } from './passport-checks.ts'

function entryOf(id: string): CatalogueEntry {
  const entry = catalog.find(each => each.app.id === id)
  if (!entry) throw new Error(`the shelf has no ${id}`)
  return entry
}

const qdrant = entryOf('qdrant')
const answersOf = (entry: CatalogueEntry) =>
  Object.fromEntries(passportChecks(entry).map(({ id, answer, value }) => [id, [answer, value]]))

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
  })
  expect(answersOf(entryOf('ollama')).egress).toEqual(['partly', 'declared'])
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
  expect(contradictions(withLicence('SSPL-1.0'))).toHaveLength(2)
  expect(contradictions(withLicence('Apache 2'))[0]).toContain('SPDX does not list Apache 2')
  const { app } = entryOf('ollama')
  expect(contradictions({ app, passport: qdrant.passport })).toEqual([
    'self-hostable is "air-gapped", but the module declares egress to the internet',
  ])
})

it('leaves a person free to be stricter than a check, in one voice', () => {
  const { passport } = qdrant
  const criteria = passport.criteria.map(each =>
    each.id === 'open-source' ? { ...each, answer: 'partly' as const, value: 'open-core' } : each,
  )
  const licence = { ...passport.licence, openSource: 'partly' as const }
  expect(contradictions({ ...qdrant, passport: { ...passport, criteria, licence } })).toEqual([])
  expect(contradictions({ ...qdrant, passport: { ...passport, criteria } })).toHaveLength(1)
})
