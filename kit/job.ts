import { type EnvValue, envVars } from './env.ts'
import type { CronJob, Job, JobSpec } from './kubernetes/generated/batch-v1.ts'
import type { PodSpec } from './kubernetes/generated/core-v1.ts'
import { phaseAnnotation } from './marks.ts'
import type { ModuleFinding } from './module-error.ts'
import type { ResourceDefinition } from './resources.ts'
import type { AnySpecification } from './specification.ts'
import { contentHash } from './volumes.ts'
import { amountsOf, type Plan, podBase, workContainer } from './workload.ts'

/** Something that runs to its end beside the app. `M` are the names of what the app can mount, `C` what a function is given. */
export type RunDefinition<M extends string, C> = {
  /** Absent where it says no, such as a migration when no database is bound. */
  readonly when?: (context: C) => boolean
  /** By default the app's own, with the app's variables. */
  readonly image?: string
  /** By default what the image does. */
  readonly command?: readonly string[]
  readonly args?: readonly string[] | ((context: C) => readonly string[])
  /** Over the app's own variables; in another image these are all it gets. */
  readonly env?: (context: C) => Readonly<Record<string, EnvValue>>
  /** Volumes, scratch directories and files it sees, by name; by default all but the volumes, which the app holds. */
  readonly mounts?: readonly M[]
  /** By default the app's. */
  readonly resources?: ResourceDefinition
  /** Seconds for all its tries together; 600 when absent. */
  readonly within?: number
  /** Further tries after one that failed; 2 when absent. */
  readonly retries?: number
}

/**
 * `pre` ends before anything of a new revision is applied, `test` tries what serves and fails the revision with it, `post`
 * follows when all is well.
 */
export type JobDefinition<M extends string, C> = RunDefinition<M, C> & {
  readonly phase: 'pre' | 'test' | 'post'
}

/** `0 3 * * *`: at three at night, by the clock of UTC. */
type Cron = `${string} ${string} ${string} ${string} ${string}`

export type ScheduleDefinition<M extends string, C> = RunDefinition<M, C> & { readonly at: Cron }

type AnyRun = RunDefinition<string, Plan['context']>

const usualTime = 600
/** A CronJob appends the time to its name. */
const longestName = 52

/** The longest name of a deployment leaves no room for another word: what does not fit is told apart by its hash. */
function nameOf(deployment: string, part: string): string {
  const name = `${deployment}-${part}`
  if (name.length <= longestName) return name
  const hash = contentHash(deployment)
  return `${deployment.slice(0, longestName - part.length - hash.length - 2)}-${hash}-${part}`
}

function podSpec(plan: Plan, name: string, run: AnyRun): PodSpec {
  const { specification, context, storage } = plan
  const { volumes = {} } = specification
  const sees = (mount: string) => run.mounts?.includes(mount) ?? !Object.hasOwn(volumes, mount)
  const isForeign = run.image !== undefined
  const { args, command } = run
  return {
    ...podBase(plan),
    // A new pod for every try, so that each keeps what it said.
    restartPolicy: 'Never',
    ...(run.mounts?.some(mount => Object.hasOwn(volumes, mount)) && nearTheApp(plan)),
    containers: [
      {
        name,
        ...workContainer(plan),
        image: run.image ?? plan.image,
        ...(command && { command }),
        ...(args && { args: typeof args === 'function' ? args(context) : args }),
        env: envVars(
          { ...(isForeign ? {} : specification.env(context)), ...run.env?.(context) },
          isForeign ? {} : plan.env,
          plan.secretName,
        ),
        resources: run.resources ?? amountsOf(plan),
        volumeMounts: storage.mounts.filter(mount => sees(mount.name)),
      },
    ],
    volumes: storage.volumes.filter(volume => sees(volume.name)),
  }
}

/** Only pods of one node can hold a volume together. */
function nearTheApp({ selector }: Plan): Pick<PodSpec, 'affinity'> {
  const podAffinityTerm = {
    labelSelector: { matchLabels: selector },
    topologyKey: 'kubernetes.io/hostname',
  }
  return {
    affinity: {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }],
      },
    },
  }
}

function jobSpec(plan: Plan, name: string, run: AnyRun): JobSpec {
  const { context, labels } = plan
  const podLabels = {
    // Without the app's name, by which its Service would take these pods for the app.
    'app.kubernetes.io/instance': context.name,
    'app.kubernetes.io/component': name,
    'app.kubernetes.io/version': labels['app.kubernetes.io/version'] ?? '',
  }
  return {
    backoffLimit: run.retries ?? 2,
    activeDeadlineSeconds: run.within ?? usualTime,
    // No try begins before the one before it is gone.
    podReplacementPolicy: 'Failed',
    template: { metadata: { labels: podLabels }, spec: podSpec(plan, name, run) },
  }
}

/** The jobs of an app. One that tries it is absent while it is scaled down to nothing. */
export function jobs(plan: Plan): readonly Job[] {
  const { specification, context, labels } = plan
  return Object.entries(specification.jobs ?? {})
    .filter(([, job]) => job.when?.(context) ?? true)
    .filter(([, job]) => job.phase !== 'test' || context.replicas > 0)
    .map(([name, job]) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: nameOf(context.name, name),
        namespace: context.namespace,
        labels,
        annotations: { [phaseAnnotation]: job.phase },
      },
      spec: jobSpec(plan, name, job),
    }))
}

/** What an app does at set times; nothing while it is scaled down to nothing. */
export function schedules(plan: Plan): readonly CronJob[] {
  const { specification, context, labels } = plan
  return Object.entries(specification.schedules ?? {})
    .filter(([, schedule]) => schedule.when?.(context) ?? true)
    .map(([name, schedule]) => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: nameOf(context.name, name), namespace: context.namespace, labels },
      spec: {
        schedule: schedule.at,
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        suspend: context.replicas === 0,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        jobTemplate: { spec: jobSpec(plan, name, schedule) },
      },
    }))
}

/** Images besides the app's own. */
export function jobImages({ jobs = {}, schedules = {} }: AnySpecification): readonly string[] {
  return [...Object.values(jobs), ...Object.values(schedules)].flatMap(({ image }) => image ?? [])
}

/** Seconds that an operation may have to wait for jobs, besides what the app itself needs. */
export function jobTime({ jobs = {} }: AnySpecification): number {
  const longest = (phase: string) =>
    Math.max(
      0,
      ...Object.values(jobs).map(job => (job.phase === phase ? (job.within ?? usualTime) : 0)),
    )
  return longest('pre') + longest('test') + longest('post')
}

/** A finding for each job or schedule whose name, time or tries cannot be. */
export function jobFindings({ jobs = {}, schedules = {} }: AnySpecification) {
  return [
    ...Object.entries(jobs).flatMap(([name, job]) => runFindings(`/jobs/${name}`, name, job)),
    ...Object.entries(schedules).flatMap(([name, run]) =>
      runFindings(`/schedules/${name}`, name, run),
    ),
  ]
}

function runFindings(pointer: string, name: string, run: AnyRun): readonly ModuleFinding[] {
  const { within = usualTime, retries = 0 } = run
  const wrong = (rule: string, detail: string) => [{ rule, pointer, detail }]
  return [
    ...(/^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$/.test(name)
      ? []
      : wrong('job-name', 'at most 20 lower-case letters, digits and dashes, a letter first')),
    ...(Number.isInteger(within) && within >= 1 && within <= 86_400
      ? []
      : wrong('job-time', `within ${within}: a whole number of seconds, from 1 to 86400`)),
    ...(Number.isInteger(retries) && retries >= 0 && retries <= 10
      ? []
      : wrong('job-retries', `retries ${retries}: a whole number from 0 to 10`)),
  ]
}
