import { expect, it } from 'vitest'
import type { FieldChange } from '#api/deployments.ts'
import { fieldGroups, hasDrift } from './field-changes.ts'

const yours: FieldChange = { path: 'spec.replicas', applied: 1, live: 1, next: 3, by: 'you' }
const theirs: FieldChange = {
  path: 'spec.paused',
  applied: false,
  live: true,
  next: false,
  by: 'somebody-else',
  manager: 'kubectl-edit',
}

it('tells your changes apart from those made by hand, yours first', () => {
  expect(fieldGroups([theirs, yours])).toEqual([
    { by: 'you', lines: [{ path: 'spec.replicas', before: '1', after: '3' }] },
    {
      by: 'somebody-else',
      lines: [{ path: 'spec.paused', before: 'true', after: 'false', manager: 'kubectl-edit' }],
    },
  ])
})

it('puts what people have a word for first, and shows what is absent as absent', () => {
  const odd: FieldChange = { path: 'spec.args', live: ['a'], by: 'you' }
  const [group] = fieldGroups([odd, yours])
  expect(group?.lines.map(({ path }) => path)).toEqual(['spec.replicas', 'spec.args'])
  expect(group?.lines[1]).toEqual({ path: 'spec.args', before: '["a"]', after: undefined })
})

it('knows drift by whose change a field is', () => {
  expect(hasDrift({ fields: [yours] })).toBe(false)
  expect(hasDrift({ fields: [yours, { ...yours, by: 'both' }] })).toBe(true)
  expect(hasDrift({})).toBe(false)
})
