import type { Passport } from '#api/apps.ts'
import type { DataClass } from '#api/data-classes.ts'
import type { CreateDeployment, Resources } from '#api/deployments.ts'
import type { AppResources, AppData as Module } from '#kit/app.ts'
import type { Environment } from '#kit/environment.ts'
import { quantityValue } from '#kit/kubernetes/quantity.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { resourcesOf } from '#kit/resources.ts'

/** CPU in millicores, memory in bytes, both whole; `null` where nothing usable was given. */
export type Amounts = { readonly cpuMillis: number | null; readonly memoryBytes: number | null }
export type ResourceAmounts = { readonly requests: Amounts; readonly limits: Amounts }

export type PolicyNamespace = {
  readonly name: string
  readonly exists: boolean
  /** Prepared on the cluster that the deployment goes to, or on its way: a worker finishes that before it applies. */
  readonly ready: boolean
  readonly team: string | null
  readonly environment: string | null
  /** The most that one container may ask for; `null` only where the namespace does not exist. */
  readonly bounds: { readonly cpuMillis: number; readonly memoryBytes: number } | null
}

/** What the people of an environment wrote for policies to hold to. */
export type PolicyEnvironment = Pick<Environment, 'allowed' | 'demands'>

/** What an app's passport says, by criterion; `current` while it has not expired. */
export type PassportAnswers = Readonly<
  Record<
    string,
    Pick<Passport['criteria'][number], 'answer' | 'assurance' | 'value'> & { current: boolean }
  >
>

export type PolicyQuestion = {
  /** The create body, or what an update or rollback would have to say to create the same. */
  readonly request: CreateDeployment
  /** The part of its resources that the requester wrote, where an environment filled in others; a fix is a change of that. */
  readonly asked?: Resources | null
  readonly namespace: PolicyNamespace
  readonly actor: { readonly id: string; readonly mayDeploy: boolean }
  /** Absent in what a worker was asked by an earlier Kade. */
  readonly environment?: PolicyEnvironment
  readonly app: Pick<Module, 'id' | 'network' | 'relaxations'> & {
    readonly defaults: AppResources
    readonly passport?: PassportAnswers
  }
  /** All objects of the revision, as `composeObjects` makes them: the module's and the platform's. */
  readonly objects: readonly KubernetesObject[]
}

/** What the policies see. Plain JSON; in it no secret value, no value of `env`, and quantities as numbers. */
export type PolicyInput = {
  readonly request: {
    readonly app: string
    readonly namespace: string
    readonly name: string
    readonly replicas: number | null
    readonly resources: Resources | null
    readonly ingress: { readonly host: string } | null
    readonly dataClass: DataClass | null
    readonly secrets: readonly string[]
    readonly env: readonly string[]
  }
  /** What the app will run with: what was asked, over the app's own. */
  readonly resources: ResourceAmounts
  readonly namespace: PolicyNamespace
  readonly actor: { readonly id: string; readonly mayDeploy: boolean }
  readonly environment: PolicyEnvironment
  readonly app: Pick<Module, 'id' | 'network' | 'relaxations'> & {
    readonly defaults: ResourceAmounts
    readonly passport: PassportAnswers
  }
  readonly objects: readonly unknown[]
}

/**
 * Prepares a question for the policies. Rego has no quantities (its `units.*` are not in WebAssembly), so they become
 * numbers here: `resources` as `cpuMillis` and `memoryBytes`, and inside the objects wherever `requests` or `limits` stand.
 */
export function policyInput(question: PolicyQuestion): PolicyInput {
  const {
    request,
    asked = request.resources,
    namespace,
    environment,
    actor,
    app,
    objects,
  } = question
  return {
    request: {
      app: request.app,
      namespace: request.namespace,
      name: request.name,
      replicas: request.replicas ?? null,
      resources: asked ?? null,
      ingress: request.ingress ?? null,
      dataClass: request.dataClass ?? null,
      secrets: Object.keys(request.secrets ?? {}),
      env: Object.keys(request.env ?? {}),
    },
    resources: amountsOf(resourcesOf(app.defaults, request.resources)),
    namespace,
    environment: { allowed: environment?.allowed ?? {}, demands: environment?.demands ?? [] },
    actor,
    app: {
      id: app.id,
      network: app.network,
      relaxations: app.relaxations,
      defaults: amountsOf(app.defaults),
      passport: app.passport ?? {},
    },
    objects: objects.map(object => withNumbers(object, 0)),
  }
}

/** A namespace's bounds as numbers; `null` when one of them is no quantity, which the policies refuse. */
export function parseBounds(bounds: {
  readonly cpu: string
  readonly memory: string
}): PolicyNamespace['bounds'] {
  const cpu = cpuMillis(bounds.cpu)
  const memory = memoryBytes(bounds.memory)
  return cpu === null || memory === null ? null : { cpuMillis: cpu, memoryBytes: memory }
}

/** Whole millicores, rounded up as Kubernetes does; `null` for what is no quantity. */
export function cpuMillis(quantity: string | undefined): number | null {
  return whole(quantity, 1000)
}

/** Whole bytes, rounded up; `null` for what is no quantity. */
export function memoryBytes(quantity: string | undefined): number | null {
  return whole(quantity, 1)
}

function whole(quantity: string | undefined, factor: number): number | null {
  const value = quantity === undefined ? undefined : quantityValue(quantity)
  if (value === undefined) return null
  // Rounded first: 0.29 cores are 290 millicores, and 0.29 × 1000 is a little more in binary.
  const rounded = Math.ceil(Number((value * factor).toFixed(3)))
  return Number.isSafeInteger(rounded) ? rounded : null
}

function amountsOf({ requests, limits }: AppResources): ResourceAmounts {
  const amounts = ({ cpu, memory }: { cpu?: string; memory: string }): Amounts => ({
    cpuMillis: cpuMillis(cpu),
    memoryBytes: memoryBytes(memory),
  })
  return { requests: amounts(requests), limits: amounts(limits) }
}

const parts = new Set(['requests', 'limits'])

/** Deeper than any Kubernetes object; what lies below is left as it is, and the policy engine refuses such depth. */
const deepest = 100

/** Copies a value; `cpu` and `memory` under `requests` and `limits` become numbers, at whatever depth they stand. */
function withNumbers(value: unknown, depth: number): unknown {
  if (depth > deepest) return value
  if (Array.isArray(value)) return value.map(item => withNumbers(item, depth + 1))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      parts.has(key) && isRecord(inner) ? numbersOf(inner) : withNumbers(inner, depth + 1),
    ]),
  )
}

function numbersOf({ cpu, memory, ...others }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...others,
    ...(cpu === undefined ? {} : { cpuMillis: cpuMillis(asQuantity(cpu)) }),
    ...(memory === undefined ? {} : { memoryBytes: memoryBytes(asQuantity(memory)) }),
  }
}

/** Kubernetes takes `cpu: 1` for `cpu: "1"`. */
function asQuantity(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
