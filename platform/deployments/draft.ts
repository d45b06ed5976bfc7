import type { Namespace } from '#api/clusters.ts'
import type { DeploymentInput, Preview } from '#api/deployments.ts'
import type { Finding } from '#api/findings.ts'
import type { Violation } from '#api/problem.ts'
import type { AppData, SettingsResult } from '#kit/app.ts'
import type { Environment } from '#kit/environment.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { choose, type Resolved, resolved } from '#kit/resolve.ts'
import { looksSecret } from '#kit/secret-words.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { holdAddedApp } from '#platform/added-apps/added-app.ts'
import type { PlatformContext, ShelfApp } from '#platform/context.ts'
import type { RevisionData } from '#platform/events/types.ts'
import { policyInput } from '#platform/governance/policy-input.ts'
import type { Actor } from '#platform/platform.ts'
import { type CurrentBindings, resolveBindings } from './bindings.ts'
import { readBlob } from './blobs.ts'
import { type ComposeInput, composeObjects, imagesOf } from './compose.ts'
import { digestOf } from './digest.ts'
import { monitoringOf } from './monitor.ts'
import { movedBindings } from './moved-bindings.ts'
import { type FindProvider, findsProviders } from './providers.ts'
import { questionFor } from './question.ts'
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
  readonly restartedAt?: string
  readonly composition?: string | undefined
  /** Where its bindings lead; the living deployments where absent. */
  readonly providers?: FindProvider
}

/** A revision as it would be: nothing is stored yet. Objects are absent where the input cannot be rendered. */
export type Draft = {
  /** Id of the deployment that it is rendered for. */
  readonly deployment: string
  readonly violations: readonly Violation[]
  readonly findings: readonly Finding[]
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
    request.clusters,
  )
  const secrets = planSecrets(app, configuration.secrets ?? {}, bindings.keys, current)
  const then = request.exactly && (await objectsOfThen(sql, request.exactly))
  const violations = [
    ...settingViolations(parsed),
    ...(then && request.boundAsThen ? movedBindings(then, bindings, current.values) : []),
    ...bindings.violations,
    ...(request.exactly ? [] : [...secrets.violations, ...fieldViolations(app, configuration)]),
    ...(await hostViolations(sql, request)),
  ]
  const monitoring = await monitoringOf(sql, app, environment, request.clusters)
  const running = runningOf(values, configuration.ingress)
  const restarted = request.restartedAt ? { restartedAt: request.restartedAt } : {}
  const settings = parsed.ok ? parsed.settings : configuration.settings
  const objects =
    violations.length > 0
      ? []
      : then
        ? then
        : await objectsOf(app, {
            deployment: request.deployment,
            team: request.namespace?.team ?? '',
            environment,
            claims: current.claims,
            ...(monitoring.state === 'collected' ? { monitor: monitoring.kind } : {}),
            peers: bindings.peers,
            composition: request.composition,
            ...restarted,
            render: {
              ...request.target,
              ...running,
              settings,
              bindings: bindings.bound,
              secretName: `${request.target.name}-secrets-${secrets.version}`,
              givenSecrets: secrets.given,
            },
          })
  const asked = request.configuration.resources ?? null
  const judged = { ...request, configuration, asked, actor, objects }
  const revision: Draft['revision'] = {
    ...running,
    version: app.version,
    settings: digestOf(settings),
    objects: digestOf(objects),
    bindings: bindings.kept,
    ...(origins ? { origins: { ...origins } } : {}),
    secretVersion: secrets.version,
    images: imagesOf(objects),
    ...restarted,
    ...(configuration.reason ? { reason: configuration.reason } : {}),
  }
  return {
    deployment: request.deployment,
    violations,
    findings: context.policy.evaluate(policyInput(questionFor(judged))),
    settings,
    values,
    monitoring: monitoring.state,
    objects,
    secrets,
    revision,
  }
}

async function objectsOf(
  app: ShelfApp,
  { claims, ...input }: Omit<ComposeInput, 'app' | 'standing'> & Pick<Current, 'claims'>,
): Promise<readonly KubernetesObject[]> {
  const { render, environment } = input
  const [objects, egress] = await Promise.all([
    app.render({ ...render, environment: environment.name }),
    app.egress(render.settings),
  ])
  return composeObjects({ app, ...input, standing: await claims(objects) }, { objects, egress })
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

function settingViolations(parsed: SettingsResult): Violation[] {
  if (parsed.ok) return []
  return parsed.violations.map(one => ({ ...one, pointer: `/settings${one.pointer}` }))
}

/** Two deployments under one host name would take each other's visitors. Who asks for a host waits for who asked before. */
async function hostViolations(sql: Sql, request: DraftRequest): Promise<Violation[]> {
  const host = request.configuration.ingress?.host
  if (host === undefined) return []
  await sql.query("select pg_advisory_xact_lock(hashtextextended('host ' || $1, 0))", [host])
  const taken = await sql.query(
    "select 1 from kade.deployment where desired->'ingress'->>'host' = $1 and id <> $2 limit 1",
    [host, request.deployment],
  )
  if (taken.length === 0) return []
  return [
    {
      pointer: '/ingress/host',
      detail: {
        en: 'is the address of another deployment',
        nl: 'is het adres van een andere uitrol',
      },
    },
  ]
}

function fieldViolations(app: AppData, input: DeploymentInput): Violation[] {
  const found: Violation[] = []
  if ((input.replicas ?? 1) > app.maxReplicas)
    found.push({
      pointer: '/replicas',
      detail: {
        en: `${app.name} keeps its data on one volume, so it has at most ${app.maxReplicas}`,
        nl: `${app.name} bewaart zijn gegevens op één volume en heeft er dus hoogstens ${app.maxReplicas}`,
      },
    })
  if (input.ingress && app.network.expose === null)
    found.push({
      pointer: '/ingress',
      detail: {
        en: `${app.name} has nothing to show outside the cluster`,
        nl: `${app.name} heeft buiten het cluster niets te tonen`,
      },
    })
  if (input.version !== undefined && input.version !== app.version)
    found.push({
      pointer: '/version',
      detail: {
        en: `the catalogue holds version ${app.version}`,
        nl: `de catalogus bevat versie ${app.version}`,
      },
    })
  for (const [name, value] of Object.entries(input.env ?? {}))
    if (looksSecret(name, value))
      found.push({
        pointer: `/env/${name}`,
        detail: {
          en: 'looks like a secret; make it a secret, because env is shown in plain',
          nl: 'lijkt een geheim; maak er een geheim van, want env is leesbaar voor iedereen',
        },
      })
  return found
}
