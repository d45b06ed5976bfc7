/** What a gateway hands to a worker, as schemas: a worker applies nothing that does not fit. */
import { z } from 'zod'
import { Environment, Name } from '#api/names.ts'
import { OperationKind } from '#api/operations.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { isRecord } from '#platform/deployments/engine/reading.ts'
import type { PolicyQuestion } from '#platform/governance/policy-input.ts'

export const Task = z.object({
  id: z.string().max(100),
  kind: z.enum(['advance', 'prepare-namespace']),
  cluster: Name,
  subject: z.string().max(100),
  attempt: z.int(),
})

/** Held against the digest of all of them before any is applied. */
const Objects = z
  .array(
    z.custom<KubernetesObject>(
      value =>
        isRecord(value) &&
        typeof value.apiVersion === 'string' &&
        typeof value.kind === 'string' &&
        isRecord(value.metadata) &&
        typeof value.metadata.name === 'string',
    ),
  )
  .readonly()

export const Work = z.object({
  deployment: z.uuid(),
  namespace: Name,
  name: Name,
  operation: z.string(),
  revision: z.int(),
  digest: z.string(),
  objects: Objects,
  secretName: z.string().nullable(),
  preview: z.exactOptional(z.string()),
  consents: z.exactOptional(
    z
      .array(
        z.object({ kind: z.enum(['take-over', 'prune']), object: z.string(), uid: z.string() }),
      )
      .readonly(),
  ),
})

const ClusterNote = z.object({
  id: z.uuid(),
  deployment: z.uuid(),
  namespace: Name,
  name: Name,
  type: z.enum(['Normal', 'Warning']),
  reason: z.string(),
  text: z.string(),
  at: z.iso.datetime(),
})

const target = { namespace: Name, name: Name }
export const Question = z.discriminatedUnion('type', [
  z.object({ type: z.literal('dry-run'), work: Work }),
  z.object({ type: z.literal('objects'), work: Work }),
  z.object({ type: z.literal('metrics'), ...target }),
  z.object({ type: z.literal('tell'), notes: z.array(ClusterNote).readonly() }),
  z.object({
    type: z.literal('logs'),
    ...target,
    lines: z.int().min(1).max(2_000),
    since: z.string().optional(),
  }),
])

export const NamespaceSpec = z.object({
  name: Name,
  team: z.string(),
  environment: Environment,
  bounds: z.object({
    cpu: z.string(),
    memory: z.string(),
    storage: z.string(),
    deployments: z.number(),
    devices: z.record(z.string(), z.number()).optional(),
  }),
})

export const Order = z.object({
  claim: z.object({ operation: z.uuid(), cluster: Name, attempt: z.int() }),
  kind: OperationKind,
  deployment: z.uuid(),
  namespace: Name,
  name: Name,
  deadline: z.coerce.date(),
  step: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('apply'),
      work: Work,
      secrets: z.record(z.string(), z.string()),
      // Only the policies read it, and they refuse what they cannot judge.
      question: z.custom<PolicyQuestion>(isRecord),
      excepted: z.exactOptional(
        z.object({ policies: z.array(z.string()).readonly(), bundle: z.string() }),
      ),
      prepare: NamespaceSpec.nullable(),
    }),
    z.object({ type: z.literal('settle'), work: Work }),
    z.object({
      type: z.literal('remove'),
      data: z.enum(['keep', 'delete']),
      of: z.exactOptional(z.array(z.uuid()).readonly()),
    }),
  ]),
})
