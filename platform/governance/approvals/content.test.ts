import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { type Content, digestOfContent, type Facts } from './content.ts'

const id = '3f0e8c52-7a3a-4a6e-9a8e-0f1f2d3c4b5a'

function content(deployment = id, secret = 'vectors-secrets-1', mark?: string): Content {
  const annotations = mark ? { 'kade.dev/restarted-at': mark } : undefined
  const objects = [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'vectors', labels: { 'kade.dev/deployment': deployment } },
      spec: {
        replicas: 2,
        template: {
          metadata: { labels: { app: 'vectors' }, ...(annotations ? { annotations } : {}) },
          spec: { containers: [{ image: 'qdrant:1', envFrom: [{ secretRef: { name: secret } }] }] },
        },
      },
    },
  ] satisfies KubernetesObject[]
  return {
    ...{ policy: 'image-known', bundle: 'sha256:1', app: 'qdrant', namespace: 'ours' },
    ...{ name: 'vectors', environment: 'prod', clusters: ['amsterdam', 'paris'] },
    ...{ deployment, objects },
    facts: {
      dataClass: 'internal',
      environment: { demands: {}, allowed: {} } as Facts['environment'],
      app: { id: 'qdrant', passport: { dpia: { answer: 'no' } } } as unknown as Facts['app'],
    },
  }
}

describe('what an exception is for', () => {
  it('stays the same for another preview, a restart and new values of secrets', () => {
    const first = digestOfContent(content())
    const again = content('11111111-1111-4111-8111-111111111111', 'vectors-secrets-7', 'now')
    expect(digestOfContent(again)).toBe(first)
    expect(digestOfContent({ ...content(), clusters: ['paris', 'amsterdam'] })).toBe(first)
  })

  it('is another with any other byte of objects, place or policies', () => {
    const before = content()
    const text = JSON.stringify(before)
    const first = digestOfContent(before)
    // What stands there of the deployment and of its Secret's number is left out on purpose.
    const left = [...text.matchAll(new RegExp(`${id}|vectors-secrets-1`, 'g'))].flatMap(one =>
      Array.from(one[0], (_, offset) => one.index + offset),
    )
    fc.assert(
      fc.property(
        fc.nat(text.length - 1).filter(at => !left.includes(at)),
        fc.constantFrom(...'0123456789abcxyz-/. é'),
        (at, byte) => {
          const changed = parsed(text.slice(0, at) + byte + text.slice(at + 1))
          fc.pre(changed !== undefined && JSON.stringify(changed) !== text)
          expect(digestOfContent(changed as Content)).not.toBe(first)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('takes nothing that a module writes for what is left out', () => {
    const plain = content()
    const forged = JSON.parse(JSON.stringify(plain).replaceAll(id, '\\u0001')) as Content
    expect(digestOfContent({ ...forged, deployment: id })).not.toBe(digestOfContent(plain))
  })
})

/** A `Content` with one byte changed, where that still is one. */
function parsed(text: string): Content | undefined {
  try {
    const value = JSON.parse(text)
    const isContent =
      Array.isArray(value.objects) &&
      value.objects.every((one: Partial<KubernetesObject>) => typeof one.metadata === 'object') &&
      Array.isArray(value.clusters) &&
      typeof value.deployment === 'string'
    return isContent ? value : undefined
  } catch {
    return undefined
  }
}
