import { expect, it } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { contradictions } from '#platform/passport-checks.ts'

it.each(catalog.map(entry => [entry.app.id, entry] as const))(
  'the passport of %s promises no more than what Kade finds by itself; to fix: answer what is so, or change the module',
  (_, entry) => {
    expect(contradictions(entry, new Date())).toEqual([])
  },
)

it('no passport says that its app ran: nothing has run for this catalogue; to fix: say "admitted", or add the proof and change this rule', () => {
  const ran = catalog.filter(
    ({ passport: { tested, criteria } }) =>
      tested?.level === 'ran' || criteria.some(({ assurance }) => assurance === 'ran'),
  )
  expect(ran.map(({ app }) => app.id)).toEqual([])
})
