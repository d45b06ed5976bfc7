import { expect, it } from 'vitest'
import type { Finding } from '#api/findings.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Draft } from './draft.ts'
import { refuseDraft, refuseUnbuilt } from './refusals.ts'

const namespace = {
  name: 'team-a',
  team: 'a',
  environment: 'dev',
  clusters: [],
  bounds: { cpu: '1', memory: '1Gi', storage: '1Gi', deployments: 1 },
  createdAt: '2026-11-21T12:00:00.000Z',
  everywhere: true,
} as const

function finding(severity: Finding['severity']): Finding {
  const text = { en: 'a', nl: 'b' }
  return {
    policy: 'p',
    severity,
    title: text,
    message: text,
    why: text,
    path: '',
    fix: null,
    approver: 'x',
  }
}

function refusal(draft: Partial<Draft>, known = true): PlatformError | null {
  const whole = { violations: [], findings: [], ...draft }
  try {
    // Nothing else of a draft is looked at.
    refuseDraft(whole as unknown as Draft, 'team-a', known ? { ...namespace, clusters: [] } : null)
    return null
  } catch (error) {
    if (error instanceof PlatformError) return error
    throw error
  }
}

const wrong = { pointer: '/settings/a', detail: { en: 'is wrong', nl: 'is fout' } }

it('lets through what nothing denies, warnings too', () => {
  expect(refusal({ findings: [finding('warn')] })).toBeNull()
})

it.each([
  ['namespace-unknown', false, { violations: [wrong], findings: [finding('deny')] }],
  ['settings-invalid', true, { violations: [wrong], findings: [finding('deny')] }],
  ['policy-denied', true, { findings: [finding('warn'), finding('deny')] }],
] as const)('names %s first, and tells all that was found', (code, known, draft) => {
  const refused = refusal(draft, known)
  expect(refused?.code).toBe(code)
  expect(refused?.details.findings).toEqual(draft.findings)
  expect(refused?.details.next).not.toBe('')
})

it('tells a denial before that there is no place, since its fix may give it room, and both', () => {
  const nowhere = new PlatformError('no-placement', 'Nowhere.', { violations: [wrong] })
  const placed = { clusters: [], verdicts: [], refusal: nowhere } as unknown as Draft['placed']
  const denied = refusal({ findings: [finding('deny')], placed })
  expect(denied?.code).toBe('policy-denied')
  expect(denied?.details.violations).toEqual([wrong])
  expect(refusal({ placed })?.code).toBe('no-placement')
})

it.each(['purpose'] as const)('refuses %s, even when it is null', field => {
  const input = { settings: {} }
  expect(() => refuseUnbuilt({ ...input, [field]: null })).toThrow(
    expect.objectContaining({ code: 'not-yet-supported' }),
  )
  expect(() => refuseUnbuilt(input)).not.toThrow()
})
