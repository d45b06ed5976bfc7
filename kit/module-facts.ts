import type { App, AppData } from './app.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { at, fields, text } from './lint/read.ts'
import { containers, workloads } from './lint/workloads.ts'
import { type PodSecurityLevel, podSecurityLevel, podSecurityLevels } from './pod-security.ts'
import { renderInput } from './render-input.ts'

/** What can be read off an app's objects, without a person's word for it. */
export type ModuleFacts = {
  /** Whether it runs on a GPU: never, if its settings say so, or always. */
  readonly gpu: 'none' | 'optional' | 'required'
  /** The least strict level that any of its usual settings brings. */
  readonly podSecurity: PodSecurityLevel
  /** How many of its long-running containers say both whether they are ready and whether they are alive. */
  readonly probes: 'all' | 'some' | 'none'
  /** How the loosest of its images is named. */
  readonly images: 'digest' | 'tag' | 'floating'
}

/** The values of a setting that may change what is rendered: every choice, and both ends of a range. */
function valuesOf(schema: unknown): readonly unknown[] {
  const { enum: choices, type, minimum, maximum } = fields(schema)
  if (Array.isArray(choices)) return choices
  if (type === 'boolean') return [true, false]
  return [minimum, maximum].filter(value => typeof value === 'number')
}

/** Every default, and again each value of each setting while the others keep theirs. */
export function usualSettings(app: AppData): readonly Record<string, unknown>[] {
  const properties = Object.entries(fields(app.settingsSchema().properties))
  const changes = properties.flatMap(([name, schema]) =>
    valuesOf(schema).map(value => ({ [name]: value })),
  )
  return [{}, ...changes]
}

/** The objects of each of the usual settings. */
export function renderings(app: App): readonly (readonly KubernetesObject[])[] {
  // What an app's own rules refuse never runs, so it proves nothing.
  return usualSettings(app)
    .filter(settings => app.parseSettings(settings).ok)
    .map(settings => app.render(renderInput(app, { settings })))
}

function asksForGpu(objects: readonly KubernetesObject[]): boolean {
  return workloads(objects)
    .flatMap(containers)
    .some(({ container }) =>
      Object.keys(fields(at(container, 'resources', 'limits'))).some(name => /\/.*gpu/.test(name)),
    )
}

const imageNames = ['digest', 'tag', 'floating'] as const
const longRunning = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

function probesOf(objects: readonly KubernetesObject[]): readonly boolean[] {
  return workloads(objects.filter(({ kind }) => longRunning.has(kind)))
    .flatMap(containers)
    .filter(({ isInit }) => !isInit)
    .map(({ container }) => 'readinessProbe' in container && 'livenessProbe' in container)
}

function howNamed(image: string): ModuleFacts['images'] {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return 'digest'
  const tag = /:([^/:@]+)$/.exec(image)?.[1]
  return tag === undefined || /^(latest|main|master|nightly|edge|dev)$/.test(tag)
    ? 'floating'
    : 'tag'
}

// An app never changes, and its facts take a few dozen renderings.
const known = new WeakMap<App, ModuleFacts>()

/** The facts of an app, derived from what it renders when they are first asked for. */
export function moduleFacts(app: App): ModuleFacts {
  const facts = known.get(app) ?? factsOf(renderings(app))
  known.set(app, facts)
  return facts
}

/** The facts of an app that renders these, each with other settings. */
export function factsOf(rendered: readonly (readonly KubernetesObject[])[]): ModuleFacts {
  const withGpu = rendered.filter(asksForGpu).length
  const levels = rendered.map(podSecurityLevel)
  const probes = rendered.flatMap(probesOf)
  const named = rendered.flatMap(objects =>
    workloads(objects)
      .flatMap(containers)
      .map(({ container }) => howNamed(text(container.image) ?? '')),
  )
  return {
    gpu: withGpu === 0 ? 'none' : withGpu === rendered.length ? 'required' : 'optional',
    podSecurity: podSecurityLevels.findLast(level => levels.includes(level)) ?? 'restricted',
    probes: probes.every(Boolean) ? 'all' : probes.some(Boolean) ? 'some' : 'none',
    images: imageNames.findLast(name => named.includes(name)) ?? 'digest',
  }
}
