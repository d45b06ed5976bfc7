import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '#platform/adapters/kubernetes/embedded/simulation.ts'
import { harbour, labels, namespace, reach } from './harbour.ts'
import { type RealNode, startRealNode } from './node.ts'

let node: RealNode

beforeAll(async () => {
  node = await startRealNode()
})

afterAll(() => node?.stop())

const apply = (objects: readonly Manifest[]) =>
  node.kubectl(['apply', '--server-side', '-f', '-'], objects)
const ready = (name: string, namespace: string) =>
  node.kubectl(['wait', '--for=condition=Ready', `pod/${name}`, '-n', namespace, '--timeout=60s'])

/** A Service leads to its pods, and a policy holds, a moment after it was made. */
const asked = (from: string, url: string) =>
  expect.poll(() => reach(from, url), { timeout: 30_000 })

describe('a real node', () => {
  it('runs a restricted pod that is ready by its own probe and reached by name', async () => {
    await apply([
      namespace('first'),
      ...harbour(node, 'a', 'first'),
      ...harbour(node, 'b', 'first'),
    ])
    await Promise.all([ready('a', 'first'), ready('b', 'first')])
    await asked('a.first', 'http://b.first.svc.cluster.local/ready').toBe('200 ready')
    await asked('a.first', 'http://b/ready').toBe('200 ready')
  })

  it('gives logs and usage through the API server', async () => {
    expect(await node.kubectl(['logs', 'a', '-n', 'first'])).toContain('harbour is open')
    await expect
      .poll(() => node.kubectl(['top', 'pod', 'a', '-n', 'first', '--no-headers']).catch(String), {
        timeout: 90_000,
        interval: 1_000,
      })
      .toMatch(/^a +\d+m +\d+Mi/)
  })

  it('has no way out', async () => {
    expect(await reach('a.first', 'http://198.51.100.1/')).toMatch(/^502 .*unreachable/)
    expect(await reach('a.first', 'http://example.org/')).toMatch(/^502 .*lookup example\.org/)
  })

  it('keeps a connection out that no policy allows, and lets one in that a policy does', async () => {
    await apply([namespace('second'), ...harbour(node, 'c', 'second')])
    await ready('c', 'second')
    const url = 'http://c.second.svc.cluster.local/ready'
    await asked('a.first', url).toBe('200 ready')
    const networking = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }
    const policyTypes = ['Ingress']
    const metadata = (name: string) => ({ name, namespace: 'second' })
    await apply([
      { ...networking, metadata: metadata('deny'), spec: { podSelector: {}, policyTypes } },
    ])
    await asked('a.first', url).toMatch(/^502 /)
    const from = [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'first' } },
        podSelector: { matchLabels: labels('a') },
      },
    ]
    await apply([
      {
        ...networking,
        metadata: metadata('allow-a'),
        spec: { podSelector: {}, policyTypes, ingress: [{ from }] },
      },
    ])
    await asked('a.first', url).toBe('200 ready')
    expect(await reach('b.first', url)).toMatch(/^502 /)
  })

  it('ends a container that takes more memory than its limit, and says why', async () => {
    await fetch('http://b.first.svc.cluster.local/take?megabytes=200').catch(() => undefined)
    const path = '{.status.containerStatuses[0].lastState.terminated.reason}'
    await expect
      .poll(() => node.kubectl(['get', 'pod', 'b', '-n', 'first', '-o', `jsonpath=${path}`]), {
        timeout: 30_000,
      })
      .toBe('OOMKilled')
    await ready('b', 'first')
  })
})
