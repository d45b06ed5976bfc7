import { randomUUID } from 'node:crypto'
import type { Namespace } from '#api/clusters.ts'
import type { CreateDeployment, ObjectChange, Preview } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { AppResources } from '#kit/app.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { resourcesOf } from '#kit/resources.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { clusterSays } from '#platform/cluster-says.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { RevisionData } from '#platform/events/types.ts'
import { findNamespace } from '#platform/federation/namespaces.ts'
import { foreseeQuotas } from '#platform/governance/quotas/reserve.ts'
import { takenBy } from '#platform/governance/quotas/taken.ts'
import type { Actor } from '#platform/platform.ts'
import { appOf } from './app-of.ts'
import { currentOf } from './current.ts'
import { DeployFailure } from './deploy-failure.ts'
import { type DeploymentState, wanted } from './deployment.ts'
import { workThere } from './divided-replicas.ts'
import { type Current, type Draft, draft, nothingBefore } from './draft.ts'
import { findDeployment } from './find.ts'
import { keptData, nothingKept } from './kept-data.ts'
import { inTheWay, refuseBoth, refuseCutOff, refuseDataLeft } from './move-refusals.ts'
import { roomFindings } from './namespace-room.ts'
import { placementViolations, placeNew, placeNext, sameClusters, whereNext } from './placing.ts'
import { failoverViolations, previewFailover } from './preview-failover.ts'
import { previewHash, renderDigest } from './preview-hash.ts'
import { refuseUnbuilt } from './refusals.ts'
import { load } from './stream.ts'

/** Milliseconds a preview waits for the cluster's own dry run before it answers without. */
const patience = 8_000

/** Everything that is known before the click, for a new name or an existing one. Changes nothing. */
export async function previewDeployment(
  context: PlatformContext,
  actor: Actor,
  input: CreateDeployment,
): Promise<Preview> {
  const { preview } = await lookAhead(context, actor, input)
  return preview
}

/** A preview, and the draft that it shows. */
export async function lookAhead(
  context: PlatformContext,
  actor: Actor,
  input: CreateDeployment,
): Promise<{
  readonly preview: Preview
  readonly made: Draft
  readonly namespace: Namespace | null
}> {
  refuseUnbuilt(input)
  const sql = context.database
  const app = await appOf(context, input.app, sql)
  const namespace = await findNamespace(sql, actor, input.namespace)
  const existing = await existingOf(context, sql, actor, input)
  const kept = existing ? nothingKept : await keptData(context, sql, namespace, input)
  const where = existing && whereNext(existing.identity, input)
  const made = await draft(context, sql, actor, {
    app,
    deployment: existing?.id ?? randomUUID(),
    namespace,
    place: where
      ? placeNext(context, sql, namespace, existing.identity, where)
      : placeNew(context, sql, namespace, input, kept),
    dataClass: existing?.identity.placement?.dataClass,
    clusters: where?.settled ?? (input.cluster ? [input.cluster] : []),
    target: input,
    configuration: input,
    current: existing?.current ?? { ...nothingBefore, claims: kept.claims },
    ...(existing?.newest?.restartedAt ? { restartedAt: existing.newest.restartedAt } : {}),
    composition: existing?.composition,
  })
  const isNew = namespace !== null && existing === null
  const room = isNew ? await roomFindings(sql, { namespace, names: [input.name] }) : []
  const { placed } = made
  const taken = takenBy(made.revision, placed.clusters, placed.replicas)
  const quotas = await foreseeQuotas(sql, namespace, [{ deployment: made.deployment, taken }])
  const findings = [...made.findings, ...room, ...quotas.findings]
  const clusters = [...placed.clusters]
  const cluster = clusters[0] ?? null
  const violations = [
    ...(existing ? fixed(input, existing) : []),
    ...placementViolations(placed),
    ...(existing ? await moveViolations(sql, actor, input, existing, made) : []),
    ...(await failoverViolations(input, !existing, made)),
  ]
  const allowed =
    made.violations.length + violations.length === 0 &&
    cluster !== null &&
    findings.every(one => one.severity !== 'deny') &&
    namespace !== null
  const [clusterRow] = await sql.query<{ simulated: boolean }>(
    'select coalesce(bool_or(simulated), false) as simulated from kade.cluster where name = any($1)',
    [clusters],
  )
  const resources = resourcesOf(app.resources, made.values.resources)
  const preview: Preview = {
    allowed,
    findings,
    violations: [...violations, ...made.violations],
    ...(await changesOf(context, input, made, existing, clusters)),
    cluster,
    clusters,
    placement: [...placed.verdicts],
    settings: made.settings,
    environment: namespace?.environment ?? null,
    values: { ...made.values, settings: made.settings, env: { ...made.values.env }, resources },
    origins: made.revision.origins ?? {},
    monitoring: made.monitoring,
    resources: totals(made, resources),
    failover: await previewFailover(sql, actor, input, !existing, made),
    quotas: quotas.uses,
    simulated: clusterRow?.simulated ?? false,
  }
  return { preview, made, namespace }
}

type Existing = {
  id: string
  identity: NonNullable<DeploymentState['identity']>
  newest: RevisionData | undefined
  composition: string | undefined
  current: Current
}

async function existingOf(
  context: PlatformContext,
  sql: Sql,
  actor: Actor,
  input: CreateDeployment,
): Promise<Existing | null> {
  const id = await findDeployment(sql, actor, input).catch(error => {
    if (error instanceof PlatformError && error.code === 'not-found') return null
    throw error
  })
  if (!id) return null
  const { state } = await load(sql, id)
  const { identity } = state
  if (!identity) return null
  const newest = wanted(state)
  return {
    id,
    identity,
    newest,
    composition: identity.composition,
    current: await currentOf(context, sql, id, state),
  }
}

/** What stands in the way of a move, where the update is one. */
async function moveViolations(
  sql: Sql,
  actor: Actor,
  { data }: CreateDeployment,
  { id, identity, newest }: Existing,
  { placed, objects, revision }: Draft,
): Promise<Violation[]> {
  const left = identity.clusters.filter(one => !placed.clusters.includes(one))
  const stays = identity.clusters.filter(one => placed.clusters.includes(one))
  if (placed.refusal || sameClusters(placed.clusters, identity.clusters)) return []
  return inTheWay(async () => {
    // What cannot be rendered yet has nothing to compare.
    if (newest && objects.length > 0) refuseBoth(newest, revision, stays)
    await refuseCutOff(sql, actor, { ...identity, id }, placed.clusters)
    refuseDataLeft(objects, left, data)
  })
}

/** What an update cannot change, although the create body that is previewed says it. */
function fixed(input: CreateDeployment, existing: Existing): Violation[] {
  const violations: Violation[] = []
  const { app } = existing.identity
  if (input.app !== app)
    violations.push({
      pointer: '/app',
      detail: {
        en: `${input.namespace}/${input.name} is a deployment of ${app}; choose another name`,
        nl: `${input.namespace}/${input.name} is een uitrol van ${app}; kies een andere naam`,
      },
    })
  return violations
}

async function changesOf(
  context: PlatformContext,
  input: CreateDeployment,
  made: Draft,
  existing: Existing | null,
  clusters: readonly string[],
): Promise<Pick<Preview, 'changes' | 'checked' | 'reason' | 'hash'>> {
  if (made.objects.length === 0)
    return {
      changes: [],
      hash: null,
      checked: 'offline',
      reason: notYetRendered,
    }
  if (clusters.length === 0)
    return {
      changes: offline(made.objects),
      hash: null,
      checked: 'offline',
      reason: noCluster,
    }
  const work = {
    deployment: made.deployment,
    namespace: input.namespace,
    name: input.name,
    operation: '',
    revision: (existing?.newest?.number ?? 0) + 1,
    digest: made.revision.objects,
    objects: made.objects,
    secretName: made.objects.find(object => object.kind === 'Secret')?.metadata.name ?? null,
  }
  try {
    const { replicas } = made.placed
    const told = await Promise.all(
      clusters.map(cluster => {
        const there = workThere(work, made.values.replicas, replicas?.[cluster])
        return context.agent.ask(cluster, { type: 'dry-run', work: there }, patience)
      }),
    )
    const render = renderDigest(made.objects, made.deployment, clusters, replicas)
    const hash = previewHash(
      render,
      told.map(one => one.live),
    )
    const changes = told.flatMap((one, index) => {
      const cluster = clusters[index]
      if (clusters.length === 1 || cluster === undefined) return [...one.changes]
      return one.changes.map(change => ({ ...change, cluster }))
    })
    return { changes, hash, checked: 'cluster' }
  } catch (error) {
    const reason = whyUnanswered(error)
    return { changes: offline(made.objects), hash: null, checked: 'offline', reason }
  }
}

const notYetRendered: Text = {
  en: 'The input cannot be rendered yet',
  nl: 'De invoer kan nog niet worden verwerkt',
}
const noCluster: Text = {
  en: 'There is no cluster to ask',
  nl: 'Er is geen cluster om het aan te vragen',
}

/** Why there is no dry run: nobody answered, or the cluster said no. */
export function whyUnanswered(error: unknown): Text {
  if (error instanceof DeployFailure) return error.reason.message
  if (error instanceof PlatformError && error.code === 'cluster-unreachable')
    return { en: 'The cluster does not answer', nl: 'Het cluster antwoordt niet' }
  return clusterSays(error instanceof Error ? error.message : String(error))
}

function offline(objects: readonly KubernetesObject[]): ObjectChange[] {
  return objects.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    name: metadata.name,
    change: 'unknown',
  }))
}

function totals(made: Draft, { requests }: AppResources): Preview['resources'] {
  const { replicas } = made.values
  const storage = made.objects
    .filter(object => object.kind === 'PersistentVolumeClaim')
    .map(object => sizeOf(object))
  const times = (quantity: string) => (replicas === 1 ? quantity : `${replicas} × ${quantity}`)
  return {
    cpu: times(requests.cpu),
    memory: times(requests.memory),
    storage: storage.join(' + ') || '0',
  }
}

function sizeOf(claim: KubernetesObject): string {
  // The kit writes claims with exactly this shape.
  const spec = claim.spec as { resources?: { requests?: { storage?: string } } } | undefined
  return spec?.resources?.requests?.storage ?? '?'
}
