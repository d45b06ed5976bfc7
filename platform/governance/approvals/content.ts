import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { canonicalJson, digestOf, digestOfText } from '#platform/deployments/digest.ts'
import { annotation } from '#platform/labels.ts'
import type { PolicyQuestion } from '../policy-input.ts'

/** What an exception is for: these objects, there, judged by these policies. */
export type Content = {
  readonly policy: string
  /** Digest of the policies by which it was judged. */
  readonly bundle: string
  readonly facts: Facts
  readonly app: string
  readonly namespace: string
  readonly name: string
  readonly environment: string
  readonly clusters: readonly string[]
  /** Of replicas that are divided: the part of each cluster. */
  readonly replicas?: Readonly<Record<string, number>> | undefined
  /** Id of the deployment: another one each time a preview is asked for before it is there. */
  readonly deployment: string
  readonly objects: readonly KubernetesObject[]
}

/** What policies see beside the objects: the class of data, what the environment asks, and what the app says of itself. */
export type Facts = {
  readonly dataClass: PolicyQuestion['request']['dataClass'] | null
  readonly environment: PolicyQuestion['environment']
  readonly app: PolicyQuestion['app']
}

/** The part of a question to the policies that an exception is bound to, beside the objects. */
export function factsOf({ request, environment, app }: PolicyQuestion): Facts {
  return { dataClass: request.dataClass ?? null, environment, app }
}

/** Raw control characters stand in no JSON, so nothing that a module renders can look like them. */
const thisDeployment = '\u0001'
const itsSecret = '\u0002'

/**
 * The digest of what an exception is for. Left out is what says nothing of it: the id that the deployment gets, the mark of a restart,
 * and the number in the name of its Secret, so that neither a restart nor new secret values need a new consent.
 */
export function digestOfContent({
  deployment,
  objects,
  clusters,
  replicas,
  ...more
}: Content): string {
  const secret = objects.find(object => object.kind === 'Secret')?.metadata.name
  const whole = canonicalJson(unmarked(objects)).replaceAll(deployment, thisDeployment)
  const text = secret ? whole.replaceAll(`"${secret}"`, `"${itsSecret}"`) : whole
  return digestOf({
    ...more,
    clusters: clusters.toSorted(),
    ...(replicas ? { replicas } : {}),
    objects: digestOfText(text),
  })
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    if (key === annotation.restartedAt) return []
    const plain = unmarked(inner)
    const isEmptied = key === 'annotations' && isEmpty(plain) && !isEmpty(inner)
    return isEmptied ? [] : [[key, plain] as const]
  })
  return Object.fromEntries(kept)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
