import { describe, expect, it } from 'vitest'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { label } from '#platform/labels.ts'
import { seeMember, seePod } from './sightings.ts'

function live(kind: string, metadata: Partial<LiveObject['metadata']> = {}): LiveObject {
  return {
    apiVersion: 'v1',
    kind,
    metadata: {
      name: 'web',
      namespace: 'harbour',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { [label.deployment]: 'd', [label.instance]: 'web' },
      ...metadata,
    },
  }
}

const ours = { manager: 'kade', operation: 'Apply', fieldsV1: { 'f:spec': {} } } as const

describe('what is seen of a cluster', () => {
  it('belongs to the deployment that its labels name', () => {
    expect(seeMember(live('Service'))).toMatchObject({
      deployment: 'd',
      namespace: 'harbour',
      name: 'web',
      title: 'Service/web',
    })
    expect(seeMember(live('Service', { labels: {} }))).toBeNull()
  })

  it('leaves out the children of controllers, and pods that are going', () => {
    const ownerReferences = [{ kind: 'CronJob', name: 'nightly', uid: 'c' }]
    expect(seeMember(live('Job', { ownerReferences }))).toBeNull()
    expect(seePod(live('Pod', { deletionTimestamp: '2026-11-21T10:00:00Z' }))).toBeNull()
    expect(seePod(live('Pod'))).not.toBeNull()
  })

  it('is touched when a person wrote to it, and not when the cluster did', () => {
    const touched = (manager: string, subresource?: string) =>
      seeMember(
        live('Service', {
          managedFields: [
            ours,
            { manager, operation: 'Update', ...(subresource !== undefined && { subresource }) },
          ],
        }),
      )?.touched
    expect(touched('kubectl-edit')).toBe(true)
    expect(touched('kubectl', 'scale')).toBe(true)
    expect(touched('kube-controller-manager', 'scale')).toBe(true)
    expect(touched('kube-controller-manager')).toBe(false)
    expect(touched('kubectl', 'status')).toBe(false)
  })

  it('shows when a field of ours was taken away, though nobody holds it now', () => {
    const less = { ...ours, fieldsV1: {} }
    const before = seeMember(live('Service', { managedFields: [ours] }))?.held
    expect(seeMember(live('Service', { managedFields: [ours] }))?.held).toBe(before)
    expect(seeMember(live('Service', { managedFields: [less] }))?.held).not.toBe(before)
  })
})
