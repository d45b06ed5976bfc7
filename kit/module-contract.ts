import type { z } from 'zod'
import type { AppResources, Bound, RenderInput } from './app.ts'
import type { EnvValue } from './env.ts'
import type { EnvironmentName } from './environment-name.ts'
import type { Deployment } from './kubernetes/generated/apps-v1.ts'
import type { Namespace, Service } from './kubernetes/generated/core-v1.ts'
import type { Ingress } from './kubernetes/generated/networking-v1.ts'
import type { Quantity } from './kubernetes/quantity.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { ModuleError } from './module-error.ts'
import { healthEndpoints } from './probes.ts'
import { build, finished, needSpecs } from './render.ts'
import type { AnySpecification } from './specification.ts'
import type { PullPolicy } from './workload.ts'

type Amounts = { readonly cpu?: Quantity; readonly memory?: Quantity }

/** What infrastructure decides about an app; everything has a default. */
export type MkDeploymentOptions<S extends z.ZodObject, V extends string> = {
  readonly namespace?: string
  /** By default the app's id. */
  readonly name?: string
  /** By default `dev`, where alone an app may go without a named image. */
  readonly environment?: EnvironmentName
  /** An app that owns a volume has one replica, or none. */
  readonly replicas?: [V] extends [never] ? number : 0 | 1
  readonly env?: Readonly<Record<string, EnvValue>>
  readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts }
  readonly image?: string
  readonly imagePullPolicy?: PullPolicy
  /** Settings of the app. */
  readonly config?: z.input<S>
  readonly bindings?: Readonly<Record<string, Bound>>
  /** Secret that holds the app's secret values; by default `<name>-secrets`. */
  readonly secretName?: string
}

/**
 * The three objects every module makes, as they leave it, and beside them, never instead, what else it has: an account, volumes,
 * files, further workloads. `namespace` is a claim: who deploys checks it and writes its own.
 */
export type DeploymentObjects = {
  readonly namespace: Namespace
  readonly deployment: Deployment
  readonly service: Service
  readonly others: readonly KubernetesObject[]
}

export type Contract<S extends z.ZodObject, V extends string, E extends string> = {
  /**
   * The objects of one deployment; `ingress` is in the result, and in its type, only when asked for.
   * @throws ModuleError with every fault of the options.
   */
  readonly mkDeployment: {
    (options?: MkDeploymentOptions<S, V> & { readonly ingress?: null }): DeploymentObjects
    (
      options: MkDeploymentOptions<S, V> & {
        readonly ingress: [E] extends [never] ? never : { readonly host: string }
      },
    ): DeploymentObjects & { readonly ingress: Ingress }
  }
  /** `mkDeployment({})`; needs that are not bound hold placeholders. */
  readonly defaultDeployment: DeploymentObjects
  /** Capabilities the app cannot do without. */
  readonly dependencies: readonly string[]
  readonly serviceInfo: {
    readonly name: string
    readonly description: string
    readonly version: string
    readonly port: number
    readonly healthEndpoints: readonly string[]
  }
}

type Options = Omit<MkDeploymentOptions<z.ZodObject, never>, 'resources'> & {
  readonly ingress?: { readonly host: string } | null
  readonly resources?: RenderInput['resources'] | AppResources
}

function mkDeployment(specification: AnySpecification, options: Options = {}) {
  const name = options.name ?? specification.info.id
  const built = build(specification, {
    namespace: options.namespace ?? 'default',
    name,
    settings: options.config ?? {},
    replicas: options.replicas ?? 1,
    environment: options.environment ?? 'dev',
    env: options.env ?? {},
    ...(options.resources && { resources: options.resources }),
    ingress: options.ingress ?? null,
    bindings: options.bindings ?? {},
    secretName: options.secretName ?? `${name}-secrets`,
    givenSecrets: [],
    image: options.image,
    imagePullPolicy: options.imagePullPolicy,
  })
  const namespace: Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: built.context.namespace },
  }
  const objects = finished(specification, built)
  const deployment = stillThere(specification, objects, built.deployment)
  const service = stillThere(specification, objects, built.service)
  const ingress = built.ingress && stillThere(specification, objects, built.ingress)
  const named: readonly (KubernetesObject | null)[] = [deployment, service, ingress]
  return {
    namespace,
    deployment,
    service,
    ...(ingress && { ingress }),
    others: objects.filter(each => !named.includes(each)),
  }
}

/** An object of the contract as `transform` left it: changed, but not taken away nor given another name. */
function stillThere<T extends Deployment | Service | Ingress>(
  { info }: AnySpecification,
  objects: readonly KubernetesObject[],
  { kind, metadata: { name } }: T,
): T {
  const found = objects.find(each => each.kind === kind && each.metadata.name === name)
  // Built as T; what came out of `transform` was held against the schema of its kind.
  if (found !== undefined) return found as unknown as T
  const detail = `took away ${kind}/${name}, which every deployment has; what else a module has comes beside it`
  throw new ModuleError(info.id, [{ rule: 'contract', pointer: '/transform', detail }])
}

/** The public contract of a service-owned deployment module, over the same builders as `render`. */
export function moduleContract<S extends z.ZodObject, V extends string, E extends string>(
  specification: AnySpecification,
): Contract<S, V, E> {
  const { info, ports, expose } = specification
  const [firstPort = 0] = Object.values(ports)
  const contract = {
    mkDeployment: (options?: Options) => mkDeployment(specification, options),
    get defaultDeployment() {
      return mkDeployment(specification)
    },
    dependencies: needSpecs(specification)
      .filter(each => !each.optional)
      .map(each => each.capability),
    serviceInfo: {
      name: info.id,
      description: info.description.en,
      version: info.version,
      port: expose === undefined ? firstPort : (ports[expose] ?? firstPort),
      healthEndpoints: healthEndpoints(specification.health),
    },
  }
  return contract as Contract<S, V, E> // `ingress` is there exactly when it was asked for, which the overloads say
}
