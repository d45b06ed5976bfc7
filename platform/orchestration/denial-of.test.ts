import { expect, it } from 'vitest'
import type { Finding } from '#api/findings.ts'
import { baseQuestion } from '#policies/fixtures.ts'
import { denialOf } from './denial-of.ts'

const text = { en: 'x', nl: 'x' }
const texts = { title: text, message: text, why: text }
const found: Finding[] = ['image-known', 'own-replicas'].map(policy => ({
  ...{ policy, severity: 'deny', path: '/', fix: null, approver: 'security', ...texts },
}))
const policy = { bundle: 'sha256:1', evaluate: () => found }

it('lets pass what is excepted by the very policies that judge, and nothing else', async () => {
  const question = await baseQuestion()
  const denial = (excepted?: { policies: string[]; bundle: string }) =>
    denialOf(policy, { question, ...(excepted && { excepted }) })?.policy
  expect(denial()).toBe('image-known')
  expect(denial({ policies: ['image-known'], bundle: 'sha256:1' })).toBe('own-replicas')
  const both = ['image-known', 'own-replicas']
  expect(denial({ policies: both, bundle: 'sha256:1' })).toBeUndefined()
  expect(denial({ policies: both, bundle: 'sha256:0' })).toBe('image-known')
})
