import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '#platform/adapters/kubernetes/embedded/simulation.ts'
import { type RealNode, startRealNode } from './node.ts'

let node: RealNode

beforeAll(async () => {
  node = await startRealNode()
})

afterAll(() => node?.stop())

const labels = (app: string) => ({ 'app.kubernetes.io/name': app })

/** A namespace as Kade prepares them, as far as pods feel it. */
function namespace(name: string): Manifest {
  const metadata = { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } }
  return { apiVersion: 'v1', kind: 'Namespace', metadata }
}

function harbour(name: string, namespace: string): Manifest[] {
  const metadata = { name, namespace, labels: labels(name) }
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'harbour',
            image: node.harbourImage,
            imagePullPolicy: 'Never',
            ports: [{ containerPort: 8080 }],
            readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 },
            resources: {
              requests: { cpu: '10m', memory: '16Mi' },
              limits: { memory: '64Mi' },
            },
            securityContext: {
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels(name), ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]
}

const apply = (objects: readonly Manifest[]) =>
  node.kubectl(['apply', '--server-side', '-f', '-'], objects)
const ready = (name: string, namespace: string) =>
  node.kubectl(['wait', '--for=condition=Ready', `pod/${name}`, '-n', namespace, '--timeout=60s'])

/** Asks the app of one namespace what it gets from an address; the answer's status and text. */
async function reach(from: string, url: string): Promise<string> {
  const app = `http://${from}.svc.cluster.local`
  const answer = await fetch(`${app}/reach?url=${encodeURIComponent(url)}`)
  return `${answer.status} ${(await answer.text()).trim()}`
}

/** A Service leads to its pods, and a policy holds, a moment after it was made. */
const asked = (from: string, url: string) =>
  expect.poll(() => reach(from, url), { timeout: 30_000 })

describe('a real node', () => {
  it('runs a restricted pod that is ready by its own probe and reached by name', async () => {
    await apply([namespace('first'), ...harbour('a', 'first'), ...harbour('b', 'first')])
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
    await apply([namespace('second'), ...harbour('c', 'second')])
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
