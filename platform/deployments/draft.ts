import type { Namespace } from '#api/clusters.ts'
import type { DataClass } from '#api/data-classes.ts'
import type { DeploymentInput, Preview } from '#api/deployments.ts'
import type { Finding } from '#api/findings.ts'
import type { Violation } from '#api/problem.ts'
import type { AppData, RenderInput } from '#kit/app.ts'
import type { Environment } from '#kit/environment.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { choose, type Resolved, resolved } from '#kit/resolve.ts'
import { resourcesOf } from '#kit/resources.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { holdAddedApp } from '#platform/added-apps/added-app.ts'
import { findApp, type PlatformContext, type ShelfApp } from '#platform/context.ts'
import type { RevisionData } from '#platform/events/types.ts'
import { podRequest } from '#platform/federation/amounts.ts'
import type { PodDemand } from '#platform/federation/room.ts'
import type { Excepting, Exception } from '#platform/governance/approvals/exceptions.ts'
import { storageOf } from '#platform/governance/quotas/taken.ts'
import type { Actor } from '#platform/platform.ts'
import { type CurrentBindings, type ResolvedBindings, resolveBindings } from './bindings.ts'
import { readBlob } from './blobs.ts'
import { composeObjects, imagesOf, type Made } from './compose.ts'
import { demandOf } from './demand.ts'
import { digestOf } from './digest.ts'
import { splitDemand } from './divided-replicas.ts'
import { fieldViolations, hostViolations, settingViolations } from './draft-violations.ts'
import { judgeDraft } from './judge-draft.ts'
import { monitoringOf } from './monitor.ts'
import { movedBindings } from './moved-bindings.ts'
import type { Place, Placed } from './placing.ts'
import { type FindProvider, findsProviders } from './providers.ts'
import { type CurrentSecrets, planSecrets, type SecretPlan } from './secret-values.ts'
import { type FindClaims, noClaims } from './standing-claims.ts'

/** What a deployment has before the change. */
export type Current = CurrentSecrets &
  Pick<CurrentBindings, 'bindings'> & { readonly claims: FindClaims }

export const nothingBefore: Current = {
  version: 0,
  latest: 0,
  values: {},
  bindings: {},
  claims: noClaims,
}

export type DraftRequest = {
  readonly app: ShelfApp
  readonly deployment: string
  readonly namespace: Namespace | null
  /** Decides where it goes, once it is known what its pods ask for. */
  readonly place: Place
  /** Where it goes in any case, or was asked to go by name; empty where that is open. */
  readonly clusters: readonly string[]
  readonly target: { readonly namespace: string; readonly name: string }
  readonly configuration: DeploymentInput
  /** Of a restart, rollback or retry: the configuration is whole as an earlier revision had it, from where that says. */
  readonly kept?: { readonly origins: RevisionData['origins'] }
  /** Of a rollback to what was then, and of every retry: those very objects are judged, and the module of today is not asked. */
  readonly exactly?: RevisionData
  /** Those objects have to be bound to what they were bound to. */
  readonly boundAsThen?: boolean
  readonly current: Current
  /** Of its data until now; where nothing new is decided of its place, it stays. */
  readonly dataClass?: DataClass | undefined
  readonly restartedAt?: string
  readonly composition?: string | undefined
  /** Where its bindings lead; the living deployments where absent. */
  readonly providers?: FindProvider
}

/** A revision as it would be: nothing is stored yet. Objects are absent where the input cannot be rendered. */
export type Draft = {
  /** Id of the deployment that it is rendered for. */
  readonly deployment: string
  readonly placed: Placed
  readonly violations: readonly Violation[]
  readonly findings: readonly Finding[]
  /** What an exception would be for, and those that hold for it. */
  readonly excepting: Excepting
  readonly exceptions: readonly Exception[]
  readonly settings: Record<string, unknown>
  /** What it would run with besides its settings, after the environment. */
  readonly values: Pick<Resolved, 'replicas' | 'resources' | 'env'>
  readonly monitoring: Preview['monitoring']
  readonly objects: readonly KubernetesObject[]
  readonly secrets: SecretPlan
  readonly revision: Omit<RevisionData, 'number'>
}

/** Turns a configuration into objects and judges them: parse → bind → render → decide by policy. Changes nothing. */
export async function draft(
  context: PlatformContext,
  sql: Sql,
  actor: Actor,
  request: DraftRequest,
): Promise<Draft> {
  const { app, current } = request
  const environment = context.environments[request.namespace?.environment ?? 'dev']
  const { settings: parsed, origins, ...values } = await valuesOf(request, environment)
  // Between the questions to the module, so that the transaction never stands still for as long as both may take.
  if (app.digest !== undefined) await holdAddedApp(sql, app)
  const configuration = { ...request.configuration, ...values }
  const bindings = await resolveBindings(
    request.providers ?? findsProviders(context, sql, actor),
    ...needsOf(request),
    current,
    { clusters: request.clusters, rendered: request.exactly !== undefined },
  )
  const secrets = planSecrets(app, configuration.secrets ?? {}, bindings.keys, current)
  const then = request.exactly && (await objectsOfThen(sql, request.exactly))
  const ofFields = [...secrets.violations, ...fieldViolations(app, configuration)]
  const violations = [
    ...settingViolations(parsed),
    ...(then && request.boundAsThen ? movedBindings(then, bindings, current.values) : []),
    ...bindings.violations,
    ...(request.exactly ? [] : ofFields),
    ...(await hostViolations(sql, request)),
  ]
  const running = runningOf(values, configuration.ingress)
  const restarted = request.restartedAt ? { restartedAt: request.restartedAt } : {}
  const settings = parsed.ok ? parsed.settings : configuration.settings
  const render = {
    ...request.target,
    ...running,
    settings,
    bindings: bindings.bound,
    secretName: `${request.target.name}-secrets-${secrets.version}`,
    givenSecrets: secrets.given,
  }
  const isSound = violations.length === 0
  const whole = { values, environment, bindings, render, kept: then ?? null, isSound }
  const { placed, demand, monitoring, objects } = await renderAndPlace(sql, request, whole)
  const dataClass = placed.data?.dataClass ?? request.dataClass
  const judged = {
    ...request,
    clusters: placed.clusters,
    configuration: dataClass ? { ...configuration, dataClass } : configuration,
    asked: request.configuration.resources ?? null,
    actor,
    objects,
    environment,
    passport: (await findApp(context, app.id, sql))?.passport ?? null,
    now: context.clock(),
  }
  const revision: Draft['revision'] = {
    ...running,
    version: app.version,
    settings: digestOf(settings),
    objects: digestOf(objects),
    bindings: bindings.kept,
    ...(origins ? { origins: { ...origins } } : {}),
    secretVersion: secrets.version,
    images: imagesOf(objects),
    demand,
    storage: storageOf(objects),
    ...restarted,
    ...(configuration.reason ? { reason: configuration.reason } : {}),
  }
  return {
    deployment: request.deployment,
    placed,
    violations,
    ...(await judgeDraft(context, sql, judged, placed)),
    settings,
    values,
    monitoring: monitoring.state,
    objects,
    secrets,
    revision,
  }
}

/**
 * The module is asked first, since what its pods ask for decides where they may go; what the platform adds to its objects follows from
 * where they go. What cannot be rendered yet is placed by what the app says of itself.
 */
async function renderAndPlace(
  sql: Sql,
  request: DraftRequest,
  of: {
    readonly values: Draft['values']
    readonly environment: Environment
    readonly bindings: ResolvedBindings
    readonly render: RenderInput
    /** The objects of an earlier revision, which are taken as they are. */
    readonly kept: readonly KubernetesObject[] | null
    readonly isSound: boolean
  },
) {
  const { app, current, restartedAt } = request
  const { values, environment, bindings, render, isSound } = of
  const then = isSound ? of.kept : null
  const made = then || !isSound ? null : await madeBy(app, render, environment)
  const demand = then
    ? demandOf(then)
    : made
      ? demandOf(made.objects, environment.tolerations)
      : demandOfApp(app, values)
  const { replicas: total } = values
  const rendered = then ?? made?.objects
  const split = rendered
    ? splitDemand(rendered, render.name, total, then ? [] : environment.tolerations)
    : { divided: demand[0] ?? null, rest: [] }
  const placed = await request.place({ each: demand, split, total, beside: bindings.beside })
  const monitoring = await monitoringOf(sql, app, environment, placed.clusters)
  const composing = {
    app,
    deployment: request.deployment,
    team: request.namespace?.team ?? '',
    environment,
    ...(monitoring.state === 'collected' ? { monitor: monitoring.kind } : {}),
    peers: bindings.peers,
    composition: request.composition,
    ...(restartedAt ? { restartedAt } : {}),
    render,
  }
  const objects =
    then ??
    (made
      ? composeObjects(
          { ...composing, standing: await current.claims(made.objects, placed.clusters) },
          made,
        )
      : [])
  return { placed, demand, monitoring, objects }
}

async function madeBy(app: ShelfApp, render: RenderInput, environment: Environment): Promise<Made> {
  const [objects, egress] = await Promise.all([
    app.render({ ...render, environment: environment.name }),
    app.egress(render.settings),
  ])
  return { objects, egress }
}

/** Of what cannot be rendered yet, as far as the app says it. */
function demandOfApp(app: AppData, { replicas, resources }: Draft['values']): PodDemand[] {
  const request = podRequest({ containers: [{ resources: resourcesOf(app.resources, resources) }] })
  return replicas > 0 ? [{ request, count: replicas }] : []
}

/** What revision and render say alike. */
function runningOf(
  { replicas, env, resources }: Draft['values'],
  ingress: DeploymentInput['ingress'],
) {
  return { replicas, env, ...(resources ? { resources } : {}), ingress: ingress ?? null }
}

/** Of a revision that was applied before. */
async function objectsOfThen(
  sql: Sql,
  { objects }: RevisionData,
): Promise<readonly KubernetesObject[]> {
  // The blob was written from KubernetesObject[].
  return (await readBlob(sql, objects)) as readonly KubernetesObject[]
}

/** Whose needs are met by what. Of an earlier revision, only those that it had and the app still has. */
function needsOf({ app, configuration, exactly }: DraftRequest): [AppData, Bindings] {
  const bindings = configuration.bindings ?? {}
  if (!exactly) return [app, bindings]
  const needs = app.needs.filter(need => need.name in bindings)
  const names = needs.map(need => need.name)
  const met = Object.entries(bindings).filter(([name]) => names.includes(name))
  return [{ ...app, needs }, Object.fromEntries(met)]
}

type Bindings = NonNullable<DeploymentInput['bindings']>

type Values = Omit<Resolved, 'origins'> & { readonly origins: RevisionData['origins'] }

/** What was asked, and the environment's values for what was left open; kept values stay as they are. */
async function valuesOf(
  { app, configuration, kept, exactly }: DraftRequest,
  environment: Environment,
): Promise<Values> {
  if (exactly) {
    const { replicas, resources, env, origins } = exactly
    return {
      settings: { ok: true, settings: configuration.settings },
      replicas,
      resources,
      env,
      origins,
    }
  }
  const chosen = choose(app, kept ? { name: environment.name } : environment, configuration)
  const values = resolved(chosen, await app.parseSettings(chosen.settings))
  if (!kept) return values
  return { ...values, origins: kept.origins && { ...values.origins, ...kept.origins } }
}
