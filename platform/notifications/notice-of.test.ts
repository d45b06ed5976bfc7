import { expect, it } from 'vitest'
import type { NewEvent, StoredEvent } from '../events/types.ts'
import { noticeOf } from './notice-of.ts'

const id = '1e4a0000-0000-4000-8000-000000000000'
const place = { namespace: 'team-a', deployment: 'chat', team: 'a' }
const operation = id

function notice(event: NewEvent) {
  const stored = { ...event, id, stream: 'x', position: 0, globalPosition: 1, at: new Date(0) }
  return noticeOf(stored as StoredEvent, place)
}

const cause = { code: 'crash-loop', message: { en: 'It crashes.', nl: 'Het crasht.' } }
const next = { en: 'Look.', nl: 'Kijk.' }

it('tells what ended, by what was asked', () => {
  expect(
    notice({ type: 'DeploymentCompleted', data: { operation, kind: 'create', revision: 1 } }),
  ).toEqual({
    kind: 'ended',
    text: { en: 'team-a/chat runs.', nl: 'team-a/chat draait.' },
  })
  expect(notice({ type: 'DeploymentDeleted', data: { operation, data: 'keep' } })?.text.nl).toBe(
    'team-a/chat is verwijderd.',
  )
})

it('tells what failed with its cause, and what needs a person as that', () => {
  const failed = { operation, kind: 'update', cause, next }
  expect(notice({ type: 'DeploymentFailed', data: failed })).toEqual({
    kind: 'failed',
    text: {
      en: 'team-a/chat could not be changed: It crashes.',
      nl: 'team-a/chat kon niet worden gewijzigd: Het crasht.',
    },
  })
  const asks = { digest: 'd', items: [] }
  expect(notice({ type: 'DeploymentFailed', data: { ...failed, asks } })?.kind).toBe('needs-you')
})

it('tells a rollback that nobody asked for, and no other twice', () => {
  const back = { operation, from: 2, to: 1 }
  const told = notice({ type: 'DeploymentRolledBack', data: { ...back, automatic: true } })
  expect(told?.text.en).toContain('by itself')
  expect(notice({ type: 'DeploymentRolledBack', data: { ...back, automatic: false } })).toBeNull()
  expect(
    notice({ type: 'PhaseStarted', data: { operation, cluster: 'x', revision: 1, phase: 'main' } }),
  ).toBeNull()
})
