import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Shown } from '#api/approvals.ts'
import { digestOf } from '#platform/deployments/digest.ts'
import type { EventData } from '#platform/events/types.ts'
import { type ApprovalCommand, decide } from './decide.ts'
import { type ApprovalState, evolve, noApproval } from './evolve.ts'
import type { Decider } from './may-decide.ts'

const now = new Date('2026-11-28T12:00:00Z')
const what: Shown = {
  kind: 'exception',
  request: { app: 'qdrant', replicas: 2, settings: { language: 'nl', big: 12.5, ok: true } },
  target: {
    ...{ app: 'qdrant', version: '1.2.3', namespace: 'ours', name: 'vectors', team: 'a' },
    ...{ environment: 'prod', clusters: ['amsterdam', 'paris'] },
  },
  policy: 'image-known',
  findings: [],
  changes: [{ apiVersion: 'v1', kind: 'Service', name: 'vectors', change: 'create' }],
  resources: { cpu: '2', memory: '1Gi', storage: '0' },
  reason: 'the supplier has no other registry',
  until: '2027-02-26T12:00:00.000Z',
  requestedBy: 'ada',
  bundle: 'sha256:1',
  content: 'sha256:2',
}
const asked: EventData<'ApprovalRequested'> = {
  ...{ actor: 'ada', via: 'api', kind: 'exception', team: 'a', namespace: 'ours' },
  ...{ deployment: 'vectors', policy: 'image-known', approver: 'security-officer' },
  shown: digestOf(what),
  content: 'sha256:2',
  reason: what.reason,
  until: what.until,
  expiresAt: '2026-12-05T12:00:00.000Z',
  authors: ['ada', 'eve'],
}
const sam: Decider = {
  ...{ id: 'sam', via: 'portal', roles: ['security-officer'], isAuthor: false },
  ...{ named: 1, admins: 1, fourEyes: 'when-possible' },
}

function reached(...commands: ApprovalCommand[]): ApprovalState {
  return commands.reduce((state, command) => {
    const decision = decide(command, state)
    if ('refused' in decision) throw new Error(decision.refused.message.en)
    return decision.events.reduce(evolve, state)
  }, noApproval)
}

const request: ApprovalCommand = { type: 'request', asked }
const approve = (by: Decider = sam, shown = asked.shown): ApprovalCommand => ({
  ...{ type: 'approve', by, shown, now },
})
const refusal = (command: ApprovalCommand, state: ApprovalState) => {
  const decision = decide(command, state)
  return 'refused' in decision ? decision.refused.code : decision.events.map(one => one.type)
}

describe('a consent', () => {
  it('is given by the role that the policy names', () => {
    expect(reached(request, approve())).toMatchObject({ state: 'given', given: { alone: false } })
    const privacy = { ...sam, roles: ['privacy-officer'] }
    expect(refusal(approve(privacy), reached(request))).toBe('forbidden')
    expect(refusal(approve({ ...sam, roles: [] }), reached(request))).toBe('forbidden')
  })

  it('is never given by who asked for it, made it, or is the same person', () => {
    const author = { ...sam, isAuthor: true }
    expect(refusal(approve(author), reached(request))).toBe('forbidden')
    const admin = { ...author, roles: ['platform-admin', 'security-officer'], named: 0 }
    // There is another platform admin.
    expect(refusal(approve(admin), reached(request))).toBe('forbidden')
    const refusing: ApprovalCommand = { type: 'refuse', by: author, reason: 'no', now }
    expect(refusal(refusing, reached(request))).toBe('forbidden')
  })

  it('is given by the platform admin where nobody has the role, and alone where there is nobody else at all', () => {
    const admin = { ...sam, roles: ['platform-admin'] }
    expect(refusal(approve(admin), reached(request))).toBe('forbidden')
    const standIn = reached(request, approve({ ...admin, named: 0 }))
    expect(standIn.given).toMatchObject({ role: 'platform-admin', alone: false })
    const only = { ...admin, isAuthor: true, named: 0, admins: 0 }
    expect(reached(request, approve(only)).given).toMatchObject({ alone: true })
    expect(refusal(approve({ ...only, fourEyes: 'required' }), reached(request))).toBe('forbidden')
    expect(refusal(approve({ ...only, roles: [] }), reached(request))).toBe('forbidden')
  })

  it('is to exactly what was shown: one byte that is another, and it is none', () => {
    const text = JSON.stringify(what)
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom(...'0123456789abcxyz-/.,{}[]":  é\u0000'),
        (at, byte) => {
          const changed = text.slice(0, at) + byte + text.slice(at + 1)
          const value = parsed(changed)
          fc.pre(value !== undefined && JSON.stringify(value) !== text)
          expect(refusal(approve(sam, digestOf(value)), reached(request))).toBe('stale')
        },
      ),
      { numRuns: 400 },
    )
  })

  it('comes too late once the time to decide is over', () => {
    const late = { ...approve(), now: new Date(asked.expiresAt) } as ApprovalCommand
    expect(refusal(late, reached(request))).toBe('conflict')
  })
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

describe('what was decided', () => {
  const withdraw = (id: string): ApprovalCommand => ({ type: 'withdraw', by: { ...sam, id } })
  const expire = (at: string): ApprovalCommand => ({ type: 'expire', now: new Date(at) })
  const use = (more: Partial<Extract<ApprovalCommand, { type: 'use' }>> = {}): ApprovalCommand => ({
    ...{ type: 'use', actor: 'ada', via: 'api', target: 'd1', content: asked.content, now },
    ...more,
  })
  const hold = (content: string): ApprovalCommand => ({
    ...{ type: 'hold', content, why: { en: 'changed', nl: 'gewijzigd' } },
  })

  it('ends once: whatever came first, nothing else follows', () => {
    const refuse: ApprovalCommand = { type: 'refuse', by: sam, reason: 'no', now }
    const ends = [
      reached(request, refuse),
      reached(request, withdraw('ada')),
      reached(request, expire(asked.expiresAt)),
      reached(request, hold('other')),
      reached(request, approve(), hold('other')),
      reached(request, approve(), expire(asked.until)),
    ]
    for (const state of ends) {
      for (const command of [approve(), refuse, withdraw('ada'), use()])
        expect(refusal(command, state), state.state).toBe('conflict')
      for (const command of [expire('2030-01-01T00:00:00Z'), hold('another')])
        expect(refusal(command, state)).toEqual([])
    }
  })

  it('is taken back by who asked, and by who may decide', () => {
    expect(reached(request, withdraw('ada')).state).toBe('withdrawn')
    expect(refusal(withdraw('sam'), reached(request))).toBe('forbidden')
    expect(reached(request, approve(), withdraw('sam')).state).toBe('withdrawn')
    const nobody: ApprovalCommand = { type: 'withdraw', by: { ...sam, id: 'bob', roles: [] } }
    expect(refusal(nobody, reached(request, approve()))).toBe('forbidden')
  })

  it('holds for this content and this deployment, until its end', () => {
    const given = reached(request, approve())
    expect(refusal(use(), reached(request))).toBe('conflict')
    expect(refusal(use({ content: 'other' }), given)).toBe('conflict')
    expect(refusal(use({ now: new Date(asked.until) }), given)).toBe('conflict')
    const used = reached(request, approve(), use())
    expect(refusal(use(), used)).toEqual(['ApprovalUsed'])
    expect(refusal(use({ target: 'd2' }), used)).toBe('conflict')
    expect(refusal(hold(asked.content), used)).toEqual([])
  })

  it('ends in time: a request when nobody decided, an exception after its last day', () => {
    expect(refusal(expire('2026-12-05T11:59:59Z'), reached(request))).toEqual([])
    expect(refusal(expire(asked.expiresAt), reached(request))).toEqual(['ApprovalExpired'])
    expect(refusal(expire(asked.expiresAt), reached(request, approve()))).toEqual([])
    expect(refusal(expire(asked.until), reached(request, approve()))).toEqual(['ApprovalExpired'])
  })
})
