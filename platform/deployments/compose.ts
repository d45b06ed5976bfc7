import type { AppData, Network, RenderInput } from '#kit/app.ts'
import type { Environment } from '#kit/environment.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { annotation, label } from '#platform/labels.ts'
import type { MonitorKind } from '#platform/monitor-kinds.ts'
import { digestOf } from './digest.ts'
import { monitor } from './monitor.ts'
import { consumerLabel, networkPolicy, type Peer } from './network-policy.ts'
import { type StandingClaims, withStorageClass } from './standing-claims.ts'

/** `digest` of a module whose code is no part of Kade. */
type Module = AppData & { readonly digest?: string | undefined }

/** What a module made of `render`: its objects, and the ways out of the cluster that its settings open. */
export type Made = {
  readonly objects: readonly KubernetesObject[]
  readonly egress: Network['egress']
}

export type ComposeInput = {
  readonly app: Module
  readonly render: RenderInput
  readonly deployment: string
  readonly team: string
  readonly environment: Environment
  /** Claims that may be in the cluster already. */
  readonly standing: StandingClaims
  readonly peers: readonly Peer[]
  /** The kind by which figures are collected, where they are. */
  readonly monitor?: MonitorKind
  readonly restartedAt?: string
  /** What it is a part of, where that is more than itself. */
  readonly composition?: string | undefined
}

const reserved = /(^|\.)kade\.dev\//

/**
 * All objects of one revision but the parent, which the engine writes: the module's own, made from `render`, and what the
 * platform adds to every app (Secret by reference, NetworkPolicy, owner labels). Pure, so the same input is the same digest.
 */
export function composeObjects(input: ComposeInput, made: Made): readonly KubernetesObject[] {
  const { app, render, deployment, environment, peers } = input
  const own = made.objects.map(object =>
    withStorageClass(object, environment.storageClass, input.standing),
  )
  const secret = app.secrets.length > 0 || peersWithKey(render) ? [secretObject(render)] : []
  const policy = networkPolicy({
    app,
    egress: made.egress,
    hasJobs: own.some(({ kind }) => kind === 'Job' || kind === 'CronJob'),
    deployment,
    namespace: render.namespace,
    name: render.name,
    hasIngress: render.ingress !== null,
    environment,
    collects: input.monitor !== undefined,
    peers,
  })
  const madeBy = moduleDigest(app)
  return [...secret, policy, ...own, ...monitorsOf(input)].map(object =>
    owned(object, madeBy, input),
  )
}

function monitorsOf(input: ComposeInput): readonly KubernetesObject[] {
  const { app, deployment, render, environment, monitor: kind } = input
  const { monitoring } = environment
  if (kind === undefined || monitoring === undefined) return []
  const { namespace, name } = render
  const labels = environmentLabels(monitoring.labels, input)
  return monitor({ app, deployment, namespace, name, kind, monitoring, labels })
}

function peersWithKey(render: RenderInput): boolean {
  return Object.values(render.bindings).some(bound => bound.key !== undefined)
}

/** Its values are put in by the worker at the moment it applies; what is stored and shown never has them. */
function secretObject(render: RenderInput): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: render.secretName, namespace: render.namespace },
    type: 'Opaque',
  }
}

function owned(object: KubernetesObject, madeBy: string, input: ComposeInput): KubernetesObject {
  const { app, render, deployment, team, environment } = input
  const labels = {
    ...environmentLabels(environment.labels, input),
    ...ownLabels(object.metadata.labels, input),
    [label.deployment]: deployment,
    [label.team]: team,
    [label.environment]: environment.name,
    [label.name]: app.id,
    [label.instance]: render.name,
    'app.kubernetes.io/version': app.version,
    [label.managedBy]: 'kade',
    [label.partOf]: input.composition ?? render.name,
  }
  const annotations = {
    ...object.metadata.annotations,
    [annotation.moduleDigest]: madeBy,
  }
  return withPodLabels({ ...object, metadata: { ...object.metadata, labels, annotations } }, input)
}

/** Pods are found, counted and let through the network by labels on the template of their workload. */
function withPodLabels(object: KubernetesObject, given: ComposeInput): KubernetesObject {
  const spec = object.spec
  const { restartedAt: _mark, ...unmarked } = given
  // To restart an app is no reason to prepare its data once more.
  const isHook = object.metadata.annotations?.[annotation.phase] !== undefined
  const input = isHook ? unmarked : given
  if (!isRecord(spec)) return object
  if (isRecord(spec.template)) return { ...object, spec: withTemplate(spec, input) }
  const job = spec.jobTemplate
  if (!isRecord(job) || !isRecord(job.spec)) return object
  return {
    ...object,
    spec: { ...spec, jobTemplate: { ...job, spec: withTemplate(job.spec, input) } },
  }
}

function withTemplate(spec: Record<string, unknown>, input: ComposeInput): Record<string, unknown> {
  const template = isRecord(spec.template) ? spec.template : {}
  const metadata = isRecord(template.metadata) ? template.metadata : {}
  const uses = input.peers.flatMap(peer => (peer.type === 'deployment' ? [peer.id] : []))
  const labels = {
    ...environmentLabels(input.environment.labels, input),
    ...ownLabels(metadata.labels, input),
    [label.deployment]: input.deployment,
    [label.team]: input.team,
    [label.environment]: input.environment.name,
    ...Object.fromEntries(uses.map(provider => [consumerLabel(provider), 'true'])),
  }
  const annotations = {
    ...(isRecord(metadata.annotations) ? metadata.annotations : {}),
    ...(input.restartedAt ? { [annotation.restartedAt]: input.restartedAt } : {}),
  }
  const marked = {
    ...metadata,
    labels,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  }
  return { ...spec, template: tolerant({ ...template, metadata: marked }, input.environment) }
}

/** The pods also stand the taints that the environment says, beside those the module says. */
function tolerant(
  template: Record<string, unknown>,
  { tolerations = [] }: Environment,
): Record<string, unknown> {
  if (tolerations.length === 0 || !isRecord(template.spec)) return template
  const own: unknown[] = Array.isArray(template.spec.tolerations) ? template.spec.tolerations : []
  return { ...template, spec: { ...template.spec, tolerations: [...own, ...tolerations] } }
}

/** The environment's labels with what they stand for. A module's own of the same name wins: its selectors may hang on it. */
export function environmentLabels(
  labels: Environment['labels'],
  { app, render, team, environment }: ComposeInput,
): Record<string, string> {
  const words: Readonly<Record<string, string>> = {
    '{team}': team,
    '{namespace}': render.namespace,
    '{app}': app.id,
    '{name}': render.name,
    '{environment}': environment.name,
  }
  return Object.fromEntries(
    Object.entries(labels ?? {}).map(([key, value]) => [key, words[value] ?? value]),
  )
}

/**
 * A module's labels. Throws where one is the platform's: a label `uses.kade.dev/…` of a module's own making would let its
 * pods through the network to a provider nobody bound them to.
 */
function ownLabels(labels: unknown, { app }: ComposeInput): Record<string, unknown> {
  if (!isRecord(labels)) return {}
  const foreign = Object.keys(labels).find(key => reserved.test(key) && key !== label.data)
  if (foreign)
    throw new Error(
      `The module ${app.id} writes the label ${foreign}, which only the platform may.`,
    )
  return labels
}

/** Says which module, in which version, made an object. */
export function moduleDigest(app: Module): string {
  return digestOf({
    id: app.id,
    version: app.version,
    images: app.images,
    settings: app.settingsSchema(),
    code: app.digest,
  })
}

/** Images of all containers, in order of appearance, each once. */
export function imagesOf(objects: readonly KubernetesObject[]): string[] {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item)
    else if (isRecord(value)) {
      for (const key of ['containers', 'initContainers'])
        for (const container of Array.isArray(value[key]) ? value[key] : [])
          if (isRecord(container) && typeof container.image === 'string') found.add(container.image)
      for (const item of Object.values(value)) visit(item)
    }
  }
  visit(objects)
  return [...found]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
