import type { AppResources } from './app.ts'
import { type EnvValue, envVars } from './env.ts'
import type { Deployment } from './kubernetes/generated/apps-v1.ts'
import type {
  Container,
  ContainerPort,
  PodSpec,
  ResourceRequirements,
} from './kubernetes/generated/core-v1.ts'
import type { Quantity } from './kubernetes/quantity.ts'
import { unboundAnnotation } from './marks.ts'
import type { ModuleFinding } from './module-error.ts'
import { probes } from './probes.ts'
import { containerSecurity, podSecurity } from './security.ts'
import type { AnyContext, AnySpecification } from './specification.ts'
import type { Storage } from './volumes.ts'

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never'

/** All that a workload is built from, once settings, bindings and names are known. */
export type Plan = {
  readonly specification: AnySpecification
  readonly context: AnyContext
  readonly labels: Readonly<Record<string, string>>
  readonly selector: Readonly<Record<string, string>>
  readonly storage: Storage
  readonly resources: AppResources
  readonly env: Readonly<Record<string, EnvValue>>
  readonly secretName: string
  readonly unbound: readonly string[]
  readonly image: string
  readonly imagePullPolicy: PullPolicy
}

function resourceRequirements(plan: Plan): ResourceRequirements {
  const { specification, context } = plan
  const devices = Object.entries(specification.devices?.(context.settings) ?? {}).filter(
    ([, count]) => count > 0,
  )
  const amounts = Object.fromEntries(devices.map(([name, count]) => [name, `${count}` as const]))
  const { requests, limits } = amountsOf(plan)
  return { requests: { ...requests, ...amounts }, limits: { ...limits, ...amounts } }
}

/** Processor and memory, without the devices. */
export function amountsOf({ resources }: Plan): ResourceRequirements {
  // Quantities of a person were checked by `render`, the author's by their type.
  const quantities = (from: object) => from as Readonly<Record<string, Quantity>>
  return { requests: quantities(resources.requests), limits: quantities(resources.limits) }
}

function portsOf(plan: Plan, opens: (name: string) => boolean): readonly ContainerPort[] {
  return Object.entries(plan.specification.ports)
    .filter(([name]) => opens(name))
    .map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' }))
}

/** What the app's container, its init steps and its jobs have in common. */
export function workContainer(plan: Plan): Omit<Container, 'name'> {
  const { specification, context, storage } = plan
  return {
    image: plan.image,
    imagePullPolicy: plan.imagePullPolicy,
    env: envVars(specification.env(context), plan.env, plan.secretName),
    resources: resourceRequirements(plan),
    securityContext: containerSecurity(specification.relax ?? {}),
    volumeMounts: storage.mounts,
  }
}

function mainContainer(plan: Plan): Container {
  const { specification, context } = plan
  const { args, command, sidecars = {} } = specification
  const opened = new Set(Object.values(sidecars).flatMap(each => each.ports ?? []))
  return {
    name: specification.container ?? specification.info.id,
    ...workContainer(plan),
    ...(command && { command }),
    ...(args && { args: typeof args === 'function' ? args(context) : args }),
    ports: portsOf(plan, name => !opened.has(name)),
    ...probes(specification.health),
  }
}

function sidecarContainers(plan: Plan): Container[] {
  const { specification, context, storage } = plan
  return Object.entries(specification.sidecars ?? {})
    .filter(([, { when }]) => when?.(context) ?? true)
    .map(([name, sidecar]) => ({
      name,
      image: sidecar.image,
      imagePullPolicy: plan.imagePullPolicy,
      ...(sidecar.command && { command: sidecar.command }),
      ...(sidecar.args && { args: sidecar.args }),
      env: envVars(sidecar.env?.(context) ?? {}, {}, plan.secretName),
      ports: portsOf(plan, port => sidecar.ports?.includes(port) === true),
      resources: sidecar.resources,
      securityContext: containerSecurity(specification.relax ?? {}),
      volumeMounts: storage.mounts.filter(each => sidecar.mounts?.includes(each.name) ?? true),
      ...probes(sidecar.health),
    }))
}

/** A finding for each sidecar that is said to see a volume, scratch directory or files which the app does not have. */
export function sidecarFindings(specification: AnySpecification): readonly ModuleFinding[] {
  const { volumes, scratch, files, sidecars = {} } = specification
  const known = Object.keys({ ...volumes, ...scratch, ...files })
  return Object.entries(sidecars).flatMap(([name, { mounts = [] }]) =>
    mounts
      .filter(each => !known.includes(each))
      .map(each => ({
        rule: 'sidecar-mount',
        pointer: `/sidecars/${name}/mounts`,
        detail: `the app has no volume, scratch directory or files "${each}"; it has ${known.join(', ') || 'none'}`,
      })),
  )
}

/** What every pod of an app is. */
export function podBase({ specification, context }: Plan): Omit<PodSpec, 'containers'> {
  const relax = specification.relax ?? {}
  return {
    serviceAccountName: context.name,
    automountServiceAccountToken: relax.serviceAccountToken !== undefined,
    // Service links put a variable per service of the namespace into the pod; some apps take those for their own.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: specification.stopWithin ?? 30,
    securityContext: podSecurity(specification.runAs, relax),
  }
}

function podSpec(plan: Plan): PodSpec {
  const { specification, context, storage } = plan
  const steps = specification.init?.(context) ?? []
  return {
    ...podBase(plan),
    ...(steps.length > 0 && {
      initContainers: steps.map(({ name, command }) => ({ name, ...workContainer(plan), command })),
    }),
    containers: [mainContainer(plan), ...sidecarContainers(plan)],
    volumes: storage.volumes,
  }
}

/** The Deployment of an app. One that owns a volume is stopped before it is replaced: two pods cannot hold the volume. */
export function deployment(plan: Plan): Deployment {
  const { specification, context, labels, selector, unbound } = plan
  const ownsVolume = Object.keys(specification.volumes ?? {}).length > 0
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: context.name,
      namespace: context.namespace,
      labels,
      ...(unbound.length > 0 && { annotations: { [unboundAnnotation]: unbound.join(',') } }),
    },
    spec: {
      replicas: context.replicas,
      // Kade keeps revisions itself; one old ReplicaSet is enough to look at.
      revisionHistoryLimit: 1,
      progressDeadlineSeconds: specification.readyWithin,
      selector: { matchLabels: selector },
      strategy: ownsVolume
        ? { type: 'Recreate' }
        : { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels }, spec: podSpec(plan) },
    },
  }
}
