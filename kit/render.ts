import type { NeedSpec, RenderInput } from './app.ts'
import { check } from './check.ts'
import type { EnvValue } from './env.ts'
import { imageFor } from './image.ts'
import { jobs, schedules } from './job.ts'
import type { Deployment } from './kubernetes/generated/apps-v1.ts'
import type { CronJob, Job } from './kubernetes/generated/batch-v1.ts'
import type {
  ConfigMap,
  PersistentVolumeClaim,
  Service,
  ServiceAccount,
} from './kubernetes/generated/core-v1.ts'
import type { Ingress } from './kubernetes/generated/networking-v1.ts'
import { quantityValue } from './kubernetes/quantity.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { ModuleError, type ModuleFinding } from './module-error.ts'
import { bindingsOf, unboundNeeds } from './needs.ts'
import { resourcesOf } from './resources.ts'
import { secretRefs } from './secrets.ts'
import { ingress, service, serviceAccount } from './service.ts'
import { parseSettings } from './settings.ts'
import type { AnyContext, AnySpecification } from './specification.ts'
import { files, persistent, scratch, together } from './volumes.ts'
import { deployment, type Plan, type PullPolicy } from './workload.ts'

/** What `render` gets, and what only `mkDeployment` may ask besides. */
export type BuildInput = Omit<RenderInput, 'env'> & {
  readonly env: Readonly<Record<string, EnvValue>>
  readonly image?: string | undefined
  readonly imagePullPolicy?: PullPolicy | undefined
}

/** An app's objects, each in its place. */
export type Built = {
  readonly context: AnyContext
  readonly serviceAccount: ServiceAccount
  readonly storage: readonly (PersistentVolumeClaim | ConfigMap)[]
  readonly service: Service
  readonly deployment: Deployment
  readonly jobs: readonly (Job | CronJob)[]
  readonly ingress: Ingress | null
}

export function needSpecs(specification: AnySpecification): readonly NeedSpec[] {
  return Object.entries(specification.needs ?? {}).map(([name, each]) => ({ name, ...each }))
}

/** 1 for an app that owns a volume, which only one pod can hold. */
export function maxReplicas(specification: AnySpecification): number {
  if (Object.keys(specification.volumes ?? {}).length > 0) return 1
  return specification.maxReplicas ?? 10
}

function faults(specification: AnySpecification, input: BuildInput): readonly ModuleFinding[] {
  const most = maxReplicas(specification)
  const amounts = Object.entries(input.resources ?? {}).flatMap(([kind, pair]) =>
    Object.entries(pair ?? {}).map(([resource, amount]) => ({
      pointer: `/resources/${kind}/${resource}`,
      amount,
    })),
  )
  const wrongAmounts = amounts.filter(
    ({ amount }) => amount !== undefined && quantityValue(amount) === undefined,
  )
  return [
    ...(Number.isInteger(input.replicas) && input.replicas >= 0 && input.replicas <= most
      ? []
      : [{ rule: 'replicas', pointer: '/replicas', detail: `a whole number from 0 to ${most}` }]),
    ...(input.ingress !== null && specification.expose === undefined
      ? [
          {
            rule: 'ingress',
            pointer: '/ingress',
            detail: 'this app exposes no port to the outside',
          },
        ]
      : []),
    ...wrongAmounts.map(({ pointer, amount }) => ({
      rule: 'quantity',
      pointer,
      detail: `"${amount}" is no quantity; write 250m, 2, 512Mi or 2Gi`,
    })),
  ]
}

function contextOf(specification: AnySpecification, input: BuildInput): AnyContext {
  const parsed = parseSettings(specification, input.settings)
  const found = [
    ...faults(specification, input),
    ...(parsed.ok
      ? []
      : parsed.violations.map(({ pointer, detail }) => ({
          rule: 'settings',
          pointer: `/settings${pointer}`,
          detail: detail.en,
        }))),
  ]
  if (!parsed.ok || found.length > 0) throw new ModuleError(specification.info.id, found)
  return {
    settings: parsed.settings,
    needs: bindingsOf(needSpecs(specification), input.bindings),
    secrets: secretRefs(specification.secrets ?? {}, input.givenSecrets),
    ports: specification.ports,
    namespace: input.namespace,
    name: input.name,
    replicas: input.replicas,
    secretName: input.secretName,
    host: input.ingress?.host,
  }
}

/**
 * Builds every object of an app; `render` and `mkDeployment` both go through here.
 * @throws ModuleError with every fault of the input.
 */
export function build(specification: AnySpecification, input: BuildInput): Built {
  const context = contextOf(specification, input)
  const { info, expose } = specification
  const selector = {
    'app.kubernetes.io/name': info.id,
    'app.kubernetes.io/instance': input.name,
  }
  const labels = { ...selector, 'app.kubernetes.io/version': info.version }
  const place = { name: input.name, namespace: input.namespace, labels }
  const storage = together(
    persistent(place, specification.volumes ?? {}, context.settings),
    scratch(specification.scratch ?? {}),
    files(place, specification.files ?? {}, context),
  )
  const { image, imagePullPolicy } = imageFor(
    info.id,
    input.image ?? specification.image,
    context.settings,
    input.environment ?? 'dev',
  )
  const plan: Plan = {
    specification,
    context,
    labels,
    selector,
    storage,
    resources: resourcesOf(specification.resources, input.resources),
    env: input.env,
    secretName: input.secretName,
    unbound: unboundNeeds({ needs: needSpecs(specification) }, input.bindings).map(
      each => each.name,
    ),
    image,
    imagePullPolicy: input.imagePullPolicy ?? imagePullPolicy,
  }
  return {
    context,
    serviceAccount: serviceAccount(context, labels),
    storage: storage.objects,
    service: service(context, labels, selector),
    deployment: deployment(plan),
    jobs: [...jobs(plan), ...schedules(plan)],
    ingress:
      input.ingress && expose !== undefined
        ? ingress(context, labels, input.ingress.host, expose)
        : null,
  }
}

/**
 * All objects of an app as they leave the module: built, and changed by its `transform`.
 * @throws ModuleError with every fault of what `transform` made.
 */
export function finished(
  specification: AnySpecification,
  built: Built,
): readonly KubernetesObject[] {
  const objects: readonly KubernetesObject[] = [
    built.serviceAccount,
    ...built.storage,
    built.service,
    built.deployment,
    ...built.jobs,
    ...(built.ingress ? [built.ingress] : []),
  ]
  if (specification.transform === undefined) return objects
  const transformed = specification.transform(objects, built.context)
  const findings = check(transformed, Object.keys(specification.relax ?? {}))
  if (findings.length > 0) throw new ModuleError(specification.info.id, findings)
  return transformed
}
