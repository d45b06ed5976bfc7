import { applyPatch } from 'rfc6902'
import type { AppSummary } from '#api/apps.ts'
import type { DataClass } from '#api/data-classes.ts'
import type { Deployment, Resources } from '#api/deployments.ts'
import type { SetFailover } from '#api/failover.ts'
import type { PatchOperation } from '#api/findings.ts'
import { givenIn } from '#api/given.ts'

export type OutsideBinding = { url: string; secret?: string }

/** What a person is filling in: the body of a create or update, minus its secret values. */
export type Draft = {
  app: string
  namespace: string
  name: string
  settings: Record<string, unknown>
  bindings: Record<string, string | OutsideBinding>
  env: Record<string, string>
  replicas?: number | undefined
  resources: { requests: Amounts; limits: Amounts }
  host: string
  cluster: string
  /** On how many, where none is named; empty for one. */
  clusters: string
  /** Of several: its copies are a total that is divided over them. */
  divided: boolean
  dataClass: DataClass | ''
  /** What is done when its cluster is down, where it is not as usual (an empty mode); `leave` agrees that volumes stay behind. */
  failover: { mode: SetFailover['mode'] | ''; minutes: number; leave: boolean }
  reason: string
}
type Amounts = { cpu: string; memory: string }

export function emptyDraft(app = ''): Draft {
  return {
    app,
    namespace: '',
    name: '',
    settings: {},
    bindings: {},
    env: {},
    resources: { requests: { cpu: '', memory: '' }, limits: { cpu: '', memory: '' } },
    host: '',
    cluster: '',
    clusters: '',
    divided: false,
    dataClass: '',
    failover: { mode: '', minutes: 5, leave: false },
    reason: '',
  }
}

/** A copy of plain JSON; `structuredClone` refuses the proxies that Vue makes of what it watches. */
function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}

function filled<T extends object>(value: T): Partial<T> | undefined {
  const entries = Object.entries(value).filter(([, inner]) => inner !== '' && inner !== undefined)
  // Only entries were left out, so what remains is part of T.
  return entries.length ? (Object.fromEntries(entries) as Partial<T>) : undefined
}

/** An answer emptied on purpose is an answer; one never given is not sent, so that the app's default holds. */
function answered(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function amountsIn(resources: Resources | undefined): Draft['resources'] {
  const { requests, limits } = resources ?? {}
  return {
    requests: { cpu: requests?.cpu ?? '', memory: requests?.memory ?? '' },
    limits: { cpu: limits?.cpu ?? '', memory: limits?.memory ?? '' },
  }
}

/** The part of a request body that create and update share. What was left open is left out. */
export function configurationOf(draft: Draft, secrets: Record<string, string> = {}) {
  const requests = filled(draft.resources.requests)
  const limits = filled(draft.resources.limits)
  const given = filled(secrets)
  return {
    settings: answered(draft.settings),
    ...(Object.keys(draft.bindings).length ? { bindings: draft.bindings } : {}),
    ...(given ? { secrets: given as Record<string, string> } : {}),
    ...(Object.keys(draft.env).length ? { env: draft.env } : {}),
    ...(draft.replicas === undefined ? {} : { replicas: draft.replicas }),
    ...(requests || limits
      ? { resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) } }
      : {}),
    ...(draft.host ? { ingress: { host: draft.host } } : {}),
    ...(draft.cluster ? { cluster: draft.cluster } : {}),
    ...(draft.clusters && !draft.cluster ? { placement: placementOf(draft) } : {}),
    ...(draft.dataClass ? { dataClass: draft.dataClass } : {}),
    ...(draft.reason ? { reason: draft.reason } : {}),
  }
}

function placementOf({ clusters, divided }: Draft) {
  const count = clusters === 'all' ? ('all' as const) : Number(clusters)
  return { clusters: count, ...(divided ? { replicas: 'divided' as const } : {}) }
}

function failoverOf({ failover: { mode, minutes, leave } }: Draft): { failover?: SetFailover } {
  if (!mode) return {}
  const isAgreed = leave && mode !== 'never'
  // An emptied field of minutes is as none was typed.
  const after = (mode === 'graceful' && minutes ? minutes : 5) * 60
  return { failover: { mode, after, ...(isAgreed ? { data: 'leave' as const } : {}) } }
}

export function createBodyOf(draft: Draft, secrets: Record<string, string> = {}) {
  const { app, namespace, name } = draft
  return { app, namespace, name, ...configurationOf(draft, secrets), ...failoverOf(draft) }
}

/** The draft after a finding's fix, which is written against the request body. Throws when the fix does not fit it. */
export function withFix(draft: Draft, fix: readonly PatchOperation[]): Draft {
  const body = copyOf(createBodyOf(draft))
  // The contract's operations are the RFC's; only `value` is optional in ours, as it is absent for `remove`.
  const errors = applyPatch(body, copyOf(fix) as Parameters<typeof applyPatch>[1])
  const [error] = errors.filter(Boolean)
  if (error) throw error
  const {
    bindings = {},
    env = {},
    resources,
    ingress,
    cluster = '',
    dataClass = '',
    reason = '',
  } = {
    ...body,
  } as Partial<ReturnType<typeof createBodyOf>> & { resources?: Resources }
  return {
    ...draft,
    settings: body.settings,
    bindings,
    env,
    replicas: body.replicas,
    resources: amountsIn(resources),
    host: ingress?.host ?? '',
    cluster,
    dataClass,
    reason,
  }
}

/** A draft that asks for what people gave a deployment; environment and app fill in the rest. */
export function draftOf(deployment: Deployment): Draft {
  const { desired } = deployment
  const { settings, env = {}, replicas, resources } = givenIn(desired)
  return {
    ...emptyDraft(deployment.app),
    namespace: deployment.namespace,
    name: deployment.name,
    settings: copyOf(settings),
    bindings: bindingsIn(desired.bindings ?? {}),
    env: { ...env },
    replicas,
    resources: amountsIn(resources),
    host: desired.ingress?.host ?? '',
  }
}

function bindingsIn(bindings: Record<string, unknown>): Draft['bindings'] {
  const known: Draft['bindings'] = {}
  for (const [need, value] of Object.entries(bindings)) {
    if (typeof value === 'string') known[need] = value
    else if (typeof value === 'object' && value && 'url' in value && typeof value.url === 'string')
      known[need] = { url: value.url }
  }
  return known
}

/** `qdrant`, or `qdrant-2` where that is taken. */
export function freeName(app: string, taken: ReadonlySet<string>): string {
  let name = app
  for (let number = 2; taken.has(name); number++) name = `${app}-${number}`
  return name
}

/** The deployments that can answer a need. */
export function providersOf(
  capability: string,
  deployments: readonly Deployment[],
  apps: readonly AppSummary[],
): Deployment[] {
  const providing = new Set(
    apps.filter(app => app.provides.includes(capability)).map(app => app.id),
  )
  return deployments.filter(deployment => providing.has(deployment.app))
}
