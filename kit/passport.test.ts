import { expect, test } from 'vitest'
import { criterionIds, Passport } from './passport.ts'

const text = { en: 'Because.', nl: 'Omdat.' }
const answers = criterionIds.map(id => ({
  id,
  answer: 'unknown',
  explanation: text,
  evidence: [],
  assurance: 'none',
  checkedAt: '2026-11-21',
}))
const passport = {
  licence: { spdx: 'MIT', openSource: 'yes', summary: text },
  maker: { name: 'Someone', kind: 'company' },
  links: {},
  criteria: answers,
}

test('accepts a passport that answers every criterion, be it with unknown', () => {
  expect(Passport.safeParse(passport).success).toBe(true)
})

test('refuses a criterion that is not answered, or answered twice', () => {
  const [first, ...rest] = answers
  expect(Passport.safeParse({ ...passport, criteria: rest }).success).toBe(false)
  expect(Passport.safeParse({ ...passport, criteria: [...answers, first] }).success).toBe(false)
})

test('refuses an answer without evidence: what nobody looked up is unknown', () => {
  const sure = answers.map(each => ({ ...each, answer: 'yes', assurance: 'judged' }))
  const result = Passport.safeParse({ ...passport, criteria: sure })
  expect(result.error?.issues).toHaveLength(criterionIds.length)
})

test('refuses to be sure of what is unknown', () => {
  const odd = answers.map(each => ({ ...each, assurance: 'source-read' }))
  expect(Passport.safeParse({ ...passport, criteria: odd }).success).toBe(false)
})
