import { describe, expect, it } from 'vitest'
import { type KubeApi, KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import type { ClusterNote } from '#platform/federation/cluster-note.ts'
import { label } from '#platform/labels.ts'
import { tellNotes } from './tell.ts'

const never = new AbortController().signal
const note = (name: string): ClusterNote => ({
  ...{ id: `id-${name}`, deployment: `d-${name}`, namespace: 'team-a', name, type: 'Normal' },
  ...{ reason: 'DeploymentCompleted', text: 'It serves.', at: '2026-11-28T12:00:00Z' },
})

/** A cluster on which the parent of each deployment stands, and that answers an Event on it with this code. */
function cluster(codes: Readonly<Record<string, number>>) {
  const written: string[] = []
  const observer = {
    get: async ({ name }: { name: string }) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      metadata: { name, uid: name, labels: { [label.deployment]: `d-${name.slice(0, -5)}` } },
    }),
  }
  const hand = {
    request: async (_method: string, _path: string, { body }: { body: EventBody }) => {
      const name = body.regarding.name.slice(0, -5)
      const code = codes[name]
      if (code !== undefined) throw new KubeError({ code, message: `no: ${code}` })
      written.push(name)
    },
  }
  // Only what is called here is there.
  const access = {
    observer: observer as unknown as KubeApi,
    deployer: () => hand as unknown as KubeApi,
  }
  return { written, access }
}
type EventBody = { regarding: { name: string } }

describe('notes for a cluster', () => {
  it.each([400, 403, 404, 413, 418, 422])(
    'one that gets a %i is refused, and the others are told',
    async code => {
      const { access, written } = cluster({ a: code })
      const answer = await tellNotes([note('a'), note('b')], access, never)
      expect(answer).toEqual({ told: 1, refused: `no: ${code}` })
      expect(written).toEqual(['b'])
    },
  )

  it.each([401, 408, 409, 429, 500, 503])(
    'one that gets a %i comes again, and the others are told meanwhile',
    async code => {
      const { access, written } = cluster({ a: code })
      const names = ['a', ...'bcdefghi']
      await expect(tellNotes(names.map(note), access, never)).rejects.toMatchObject({ code })
      expect(written).toEqual([...'bcdefghi'])
    },
  )
})
