import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import type { Phase } from '#platform/events/types.ts'
import { annotation } from '#platform/labels.ts'
import { canonicalJson } from '../digest.ts'
import type { Step } from './plan.ts'
import { isRecord, recordOf } from './reading.ts'
import { refOf } from './reference.ts'

/**
 * The object as it is sent in this phase. While the first one runs, the pods of the revision before still serve, and keep to
 * what they were bound to: a network policy then opens what either revision needs. Its digest is another than that of the
 * revision, so the next phase finds it changed and narrows it.
 */
export async function asOfPhase(
  { seen, change }: Step,
  object: KubernetesObject,
  phase: Phase | null,
  api: KubeApi,
): Promise<KubernetesObject> {
  if (phase !== 'pre' || object.kind !== 'NetworkPolicy') return object
  if (seen === null || change !== 'change') return object
  const live = await api.get(refOf(object))
  return live === null ? object : widenedPolicy(object, live.spec)
}

/** Pure: with the rules that stand besides its own. */
export function widenedPolicy(policy: KubernetesObject, standing: unknown): KubernetesObject {
  const own = recordOf(policy.spec)
  const rules = (side: 'ingress' | 'egress') =>
    unique([...listIn(own, side), ...listIn(recordOf(standing), side)])
  const { annotations } = policy.metadata
  return {
    ...policy,
    metadata: {
      ...policy.metadata,
      annotations: {
        ...annotations,
        [annotation.objectDigest]: `${annotations?.[annotation.objectDigest]}-widened`,
      },
    },
    spec: { ...own, ingress: rules('ingress'), egress: rules('egress') },
  }
}

function listIn(spec: Readonly<Record<string, unknown>>, side: string): readonly object[] {
  const list = spec[side]
  return Array.isArray(list) ? list.filter(isRecord) : []
}

function unique(rules: readonly object[]): readonly object[] {
  return [...new Map(rules.map(rule => [canonicalJson(rule), rule])).values()]
}
