import { expect, it } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { contradictions } from '#platform/passport-checks.ts'
import { files } from './files.ts'

it.each(catalog.map(entry => [entry.app.id, entry] as const))(
  'the passport of %s promises no more than what Kade finds by itself; to fix: answer what is so, or change the module',
  (_, entry) => {
    expect(contradictions(entry, new Date())).toEqual([])
  },
)

it('a passport says that its app ran only where a test on a real node runs it; to fix: say "admitted", or add the app to tests/real-node/apps', () => {
  const ran = catalog.filter(
    ({ passport: { tested, criteria } }) =>
      tested?.level === 'ran' || criteria.some(({ assurance }) => assurance === 'ran'),
  )
  const untried = ran.filter(({ app }) => !files.includes(`tests/real-node/apps/${app.id}.ts`))
  expect(untried.map(({ app }) => app.id)).toEqual([])
})
