import { expect, test } from 'vitest'
import { criterionIds, furtherCriterionIds, isExpired, Passport, unanswered } from './passport.ts'

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

test('takes further criteria once or not at all, and counts what is left open', () => {
  const [first] = answers
  const further = { ...first, id: 'maintained' }
  const more = (...added: object[]) =>
    Passport.safeParse({ ...passport, criteria: [...answers, ...added] }).success
  expect(more(further)).toBe(true)
  expect(more(further, further)).toBe(false)
  expect(more({ ...first, id: 'other' })).toBe(false)
  expect(unanswered({ criteria: answers })).toEqual([...furtherCriterionIds])
  expect(unanswered({ criteria: [...answers, further] })).not.toContain('maintained')
})

test('lets an answer count until its last day is over', () => {
  const answer = { expiresAt: '2027-05-21' }
  expect(isExpired(answer, new Date('2027-05-21T23:59:59Z'))).toBe(false)
  expect(isExpired(answer, new Date('2027-05-22T00:00:00Z'))).toBe(true)
  expect(isExpired({}, new Date('2099-01-01'))).toBe(false)
})

test('says how far a version was tried, on a Kubernetes and a day that can be', () => {
  const tested = { level: 'admitted', version: '1.0.0', kubernetes: '1.36.3', at: '2026-11-28' }
  const parse = (changes: object) =>
    Passport.safeParse({ ...passport, tested: { ...tested, ...changes } }).success
  expect(parse({})).toBe(true)
  expect(parse({ level: 'works' })).toBe(false)
  expect(parse({ kubernetes: 'latest' })).toBe(false)
  expect(parse({ at: 'yesterday' })).toBe(false)
})

test('a file in evidence has the hash of its bytes, and lies beside the passport', () => {
  const [first, ...rest] = answers
  const proof = { title: 'DPIA', url: 'https://example.org/dpia' }
  const parse = (more: object) => {
    const answer = {
      ...first,
      answer: 'yes',
      assurance: 'evidenced',
      evidence: [{ ...proof, ...more }],
    }
    return Passport.safeParse({ ...passport, criteria: [answer, ...rest] }).success
  }
  const sha256 = 'a'.repeat(64)
  expect(parse({ sha256, checkedAt: '2026-11-28' })).toBe(true)
  expect(parse({ sha256, file: 'dpia.json' })).toBe(true)
  expect(parse({ file: 'dpia.json' })).toBe(false)
  expect(parse({ sha256: sha256.toUpperCase() })).toBe(false)
  for (const file of ['../dpia.json', '/etc/dpia.json', 'a/dpia.json', 'dpia.pdf'])
    expect(parse({ sha256, file })).toBe(false)
})
