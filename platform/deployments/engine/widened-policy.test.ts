import { expect, it } from 'vitest'
import { annotation } from '#platform/labels.ts'
import { widenedPolicy } from './widened-policy.ts'

const rule = (port: number) => ({ ports: [{ protocol: 'TCP', port }] })
const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'web', annotations: { [annotation.objectDigest]: 'sha256:new' } },
  spec: { podSelector: {}, policyTypes: ['Egress'], ingress: [], egress: [rule(2)] },
}

it('opens what either revision needs, each rule once, and is not taken for the revision’s own', () => {
  const widened = widenedPolicy(policy, { egress: [rule(1), rule(2)] })
  expect(widened.spec).toEqual({ ...policy.spec, egress: [rule(2), rule(1)] })
  expect(widened.metadata.annotations?.[annotation.objectDigest]).not.toBe('sha256:new')
  expect(widenedPolicy(policy, widened.spec)).toEqual(widened)
})
