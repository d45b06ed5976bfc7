import { expect, test } from 'vitest'
import type { KubernetesObject } from './kubernetes-object.ts'
import { podSecurityLevel } from './pod-security.ts'

const strict = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
  capabilities: { drop: ['ALL'] },
}

function deployment(securityContext: object, pod: object = {}): KubernetesObject {
  const spec = { ...pod, containers: [{ name: 'app', image: 'x', securityContext }] }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { template: { spec } },
  }
}

test('calls restricted only what meets every rule of it', () => {
  expect(podSecurityLevel([deployment(strict)])).toBe('restricted')
  for (const field of Object.keys(strict))
    expect(podSecurityLevel([deployment({ ...strict, [field]: undefined })]), field).toBe(
      'baseline',
    )
  for (const change of [{ runAsUser: 0 }, { capabilities: { drop: ['ALL'], add: ['CHOWN'] } }])
    expect(podSecurityLevel([deployment({ ...strict, ...change })])).toBe('baseline')
})

test('reads what the pod says for all its containers', () => {
  const { runAsNonRoot, seccompProfile, ...own } = strict
  const pod = { securityContext: { runAsNonRoot, seccompProfile } }
  expect(podSecurityLevel([deployment(own, pod)])).toBe('restricted')
})

test('calls privileged what even the baseline forbids', () => {
  for (const change of [{ privileged: true }, { capabilities: { add: ['SYS_ADMIN'] } }])
    expect(podSecurityLevel([deployment({ ...strict, ...change })])).toBe('privileged')
  for (const pod of [{ hostNetwork: true }, { volumes: [{ name: 'h', hostPath: { path: '/' } }] }])
    expect(podSecurityLevel([deployment(strict, pod)])).toBe('privileged')
})

test('calls privileged what has the node ask elsewhere', () => {
  const asking = (asked: object) => {
    const container = { name: 'app', image: 'x', securityContext: strict, ...asked }
    return podSecurityLevel([deployment(strict, { initContainers: [container] })])
  }
  const httpGet = { path: '/', port: 80 }
  expect(asking({ livenessProbe: { httpGet } })).toBe('restricted')
  expect(asking({ livenessProbe: { httpGet: { ...httpGet, host: 'db' } } })).toBe('privileged')
  expect(asking({ lifecycle: { postStart: { tcpSocket: { port: 1, host: 'db' } } } })).toBe(
    'privileged',
  )
})

test('goes by the least strict workload', () => {
  expect(podSecurityLevel([deployment(strict), deployment({}), deployment(strict)])).toBe(
    'baseline',
  )
  expect(podSecurityLevel([])).toBe('restricted')
})
