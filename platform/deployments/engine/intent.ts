import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { Phase } from '#platform/events/types.ts'
import { annotation, label, prefix } from '#platform/labels.ts'
import { digestOf } from '../digest.ts'
import type { SecretValues, Work } from '../work.ts'
import { failure } from './causes.ts'
import { phaseIn } from './phases.ts'
import { at, isRecord, recordOf, recordsOf, textOf } from './reading.ts'
import { sentences } from './sentences.ts'
import { titleOf, workloadKinds } from './stages.ts'

/**
 * An intent is what Kade wants of one object, and only that: no status, no server defaults, no `null`, so that server-side
 * apply owns exactly the fields that were meant. Its digest is taken before revision and operation are stamped on.
 */
export type Intent = {
  readonly object: KubernetesObject
  readonly digest: string
  readonly phase: Phase
}

/** Per-object wishes of a module, as a comma-separated list in an annotation. */
export type Action = 'force' | 'one-off' | 'keep' | 'no-wait'
/** `disabled` keeps an object that a later revision no longer has. */
export const pruneAnnotation = `${prefix}prune`
/** Labels of kubectl's ApplySets (KEP-3659), so that its tools see our sets. */
export const partOfSet = 'applyset.k8s.io/part-of'

export function hasAction(object: Pick<KubernetesObject, 'metadata'>, action: Action): boolean {
  const wanted = object.metadata.annotations?.[annotation.action] ?? ''
  return wanted.split(',').some(word => word.trim() === action)
}

/**
 * Whether an object that is no claim outlives its deployment where the data is kept: `keep`, and what was made once and
 * would not come back the same. Something that runs is never left without an owner.
 */
export function mayBeKept(object: Pick<KubernetesObject, 'kind' | 'metadata'>): boolean {
  if (workloadKinds.has(object.kind)) return false
  return hasAction(object, 'keep') || hasAction(object, 'one-off')
}

/** Throws `DeployFailure` for a work without objects, and for objects that reach out of its namespace. */
export function intentsOf(work: Work): readonly Intent[] {
  if (work.objects.length === 0) throw failure('nothing-to-apply', work.name)
  const scaled = autoscaledTargets(work.objects)
  const phaseOf = phaseIn(work.objects)
  return work.objects.map(object => {
    const { namespace, labels } = object.metadata
    if ((namespace ?? work.namespace) !== work.namespace || object.kind === 'Namespace') {
      throw failure('outside-namespace', titleOf(object))
    }
    // Somebody else's set: taking it over by rendering its label would delete what that set holds.
    if (labels?.[partOfSet] !== undefined) {
      throw failure('invalid-object', titleOf(object), sentences.carries(partOfSet))
    }
    const intent = withoutReplicas(withPorts(meant(object, work)), scaled)
    return { object: intent, digest: digestOf(intent), phase: phaseOf(object) }
  })
}

function meant(object: KubernetesObject, work: Work): KubernetesObject {
  const { status: _status, ...rest } = object
  const { creationTimestamp: _created, managedFields: _managed, ...metadata } = object.metadata
  const {
    [annotation.revision]: _revision,
    [annotation.operation]: _operation,
    [annotation.objectDigest]: _digest,
    [annotation.consent]: _consent,
    ...annotations
  } = metadata.annotations ?? {}
  // On a claim it says that nobody owns it any more: never a module's to say.
  const { [label.data]: _data, [label.keptOf]: _keptOf, ...labels } = metadata.labels ?? {}
  const clean = withoutNulls({
    ...rest,
    metadata: {
      ...metadata,
      namespace: work.namespace,
      labels: { ...labels, [label.deployment]: work.deployment },
      ...(metadata.annotations !== undefined && { annotations }),
    },
  })
  // The spread kept apiVersion, kind and metadata.
  return withSecretData(clean as KubernetesObject)
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, withoutNulls(item)]),
  )
}

/** A key that leaves `stringData` stays in `data` for ever (seen on 1.36), so only `data` is written. */
function withSecretData(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret' || !isRecord(object.stringData)) return object
  const { stringData, ...rest } = object
  return { ...rest, data: { ...recordOf(object.data), ...encoded(recordOf(stringData)) } }
}

function encoded(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      Buffer.from(String(value)).toString('base64'),
    ]),
  )
}

/** `protocol` is a key of port lists: left out, the server's default TCP does not match on the next apply. */
function withPorts(object: KubernetesObject): KubernetesObject {
  const visit = (value: unknown, key?: string): unknown => {
    if (Array.isArray(value)) {
      return key === 'ports' && ['Service', 'Container'].includes(portOwner(value))
        ? value.map(port => ({ protocol: 'TCP', ...recordOf(port) }))
        : value.map(item => visit(item))
    }
    if (!isRecord(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, visit(item, name)]),
    )
  }
  // Only values inside `spec` were rewritten.
  return object.spec === undefined
    ? object
    : ({ ...object, spec: visit(object.spec) } as KubernetesObject)
}

function portOwner(ports: readonly unknown[]): string {
  const first = recordOf(ports[0])
  if ('containerPort' in first) return 'Container'
  // A NetworkPolicy's ports have no key and may be without a number.
  return 'targetPort' in first || 'nodePort' in first || 'name' in first ? 'Service' : 'other'
}

function autoscaledTargets(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  const targets = new Set<string>()
  for (const { kind, spec } of objects) {
    if (kind !== 'HorizontalPodAutoscaler' && kind !== 'ScaledObject') continue
    const target = recordOf(at(spec, 'scaleTargetRef'))
    targets.add(`${textOf(target.kind) ?? 'Deployment'}/${textOf(target.name) ?? ''}`)
  }
  return targets
}

/** Who owns `replicas` sets it: an apply that owned the field once and then drops it scales the workload down to one. */
function withoutReplicas(object: KubernetesObject, scaled: ReadonlySet<string>): KubernetesObject {
  if (!scaled.has(titleOf(object)) || !isRecord(object.spec)) return object
  const { replicas: _replicas, ...spec } = object.spec
  return { ...object, spec }
}

/** The object as it is sent: with its set, revision, operation and digest, and the values of the work's Secret. */
export function stamped(
  { object, digest }: Intent,
  work: Pick<Work, 'revision' | 'operation' | 'secretName'>,
  set: string,
  secrets: SecretValues | null,
): KubernetesObject {
  const { metadata } = object
  const filled =
    object.kind === 'Secret' && metadata.name === work.secretName && secrets !== null
      ? { ...object, data: { ...recordOf(object.data), ...encoded(secrets) } }
      : object
  return {
    ...filled,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [partOfSet]: set },
      annotations: {
        ...metadata.annotations,
        [annotation.revision]: String(work.revision),
        [annotation.operation]: work.operation,
        [annotation.objectDigest]: digest,
      },
    },
  }
}

/** Names of volumes claims that a StatefulSet makes by itself begin with these. */
export function claimPrefixes(object: KubernetesObject): readonly string[] {
  if (object.kind !== 'StatefulSet') return []
  return recordsOf(at(object, 'spec', 'volumeClaimTemplates')).map(
    template => `${textOf(at(template, 'metadata', 'name')) ?? ''}-${object.metadata.name}-`,
  )
}
