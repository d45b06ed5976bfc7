import { describe, expect, it } from 'vitest'
import type { CloudEvent } from './cloud-event.ts'
import { noteOf, notOvertaken } from './cluster-notes.ts'

const operation = '00000000-0000-4000-8000-000000000001'

function event(
  name: string,
  data: Record<string, unknown>,
  more: Partial<CloudEvent> = {},
): CloudEvent {
  return {
    specversion: '1.0',
    id: '00000000-0000-4000-8000-00000000000e',
    source: 'urn:kade:test',
    type: `nl.kade.${name}.v1`,
    subject: 'team-a/chat',
    time: '2026-11-28T10:00:00.000Z',
    datacontenttype: 'application/json',
    sequence: '0000000000000001',
    data: { operation, ...data },
    ...more,
  }
}

const said = (name: string, data: Record<string, unknown>) => {
  const note = noteOf(event(name, data), 'd')
  return note && `${note.type}: ${note.text}`
}

describe('what a cluster is told', () => {
  it('is a sentence by the name of the event, with its id, place and time', () => {
    expect(noteOf(event('DeploymentCompleted', { kind: 'update', revision: 3 }), 'd')).toEqual({
      id: '00000000-0000-4000-8000-00000000000e',
      deployment: 'd',
      namespace: 'team-a',
      name: 'chat',
      type: 'Normal',
      reason: 'DeploymentCompleted',
      text: 'The update ended well: revision 3 serves.',
      at: '2026-11-28T10:00:00.000Z',
    })
  })

  it('tells a failure with its cause and what to do, as a warning', () => {
    const cause = { code: 'image', message: { en: 'No such image.', nl: 'Geen image.' } }
    const next = { en: 'Choose another version.', nl: 'Kies een andere versie.' }
    expect(said('DeploymentFailed', { kind: 'create', cause, next })).toBe(
      'Warning: The create failed. No such image. Choose another version.',
    )
  })

  it('tells of health where there is trouble or was, not of every step to readiness', () => {
    const reason = { en: '1 of 2 pods serve.', nl: '1 van 2 pods.' }
    expect(said('HealthChanged', { from: 'healthy', to: 'degraded', reason })).toBe(
      'Warning: Health went from healthy to degraded. 1 of 2 pods serve.',
    )
    expect(said('HealthChanged', { from: 'degraded', to: 'healthy' })).toMatch(/^Normal/)
    expect(said('HealthChanged', { from: 'healthy', to: 'missing' })).toMatch(/^Warning/)
    expect(said('HealthChanged', { from: 'missing', to: 'progressing' })).toBeNull()
    expect(said('HealthChanged', { from: 'progressing', to: 'healthy' })).toBeNull()
  })

  it('names nobody and nothing of a configuration', () => {
    const revision = { number: 2, version: '1', env: { KEY: 'hunter2' }, reason: 'for Eve' }
    const asked = { kind: 'update', actor: 'ada', via: 'cli', revision }
    expect(said('DeploymentRequested', asked)).toBe('Normal: Asked for: update, revision 2.')
    expect(said('SecretRevealed', { secret: 'key', revision: 1, actor: 'ada' })).toBeNull()
  })

  it('says nothing of a create before its objects are there, nor of what is in no deployment', () => {
    expect(said('DeploymentRequested', { kind: 'create', revision: { number: 1 } })).toBeNull()
    const elsewhere = event(
      'DeploymentCompleted',
      { kind: 'create', revision: 1 },
      { subject: 'a' },
    )
    expect(noteOf(elsewhere, 'd')).toBeNull()
  })

  it('is cut to what the API server takes, between characters', () => {
    const objects = Array.from({ length: 300 }, (_, n) => `ConfigMap/é${n}`)
    const text = noteOf(event('DriftChanged', { drifted: true, objects }), 'd')?.text ?? ''
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024)
    expect(Buffer.byteLength(text)).toBeGreaterThan(1000)
    expect(text).toMatch(/…$/)
    expect(text).not.toContain('\uFFFD')
  })

  it('is not that something was applied where it is told how that ended', () => {
    const applied = event('DeploymentApplied', { revision: 1 })
    const ended = event('DeploymentCompleted', { kind: 'create', revision: 1 })
    const other = event('DeploymentApplied', { revision: 2, operation: 'another' })
    expect(notOvertaken([applied, other])).toEqual([applied, other])
    expect(notOvertaken([applied, other, ended])).toEqual([other, ended])
  })
})
