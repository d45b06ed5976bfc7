import type { Namespace } from '#api/clusters.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { findApp, type PlatformContext } from '#platform/context.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import { type DeploymentState, wanted } from '#platform/deployments/deployment.ts'
import { workThere } from '#platform/deployments/divided-replicas.ts'
import { ofEarlier } from '#platform/deployments/leaving.ts'
import { previewAt } from '#platform/deployments/preview-hash.ts'
import { questionFor } from '#platform/deployments/question.ts'
import type { SecretValues, Work } from '#platform/deployments/work.ts'
import { findNamespace, namespaceSpec } from '#platform/federation/namespaces.ts'
import { exceptedNow } from '#platform/governance/approvals/at-apply.ts'
import type { Order } from './worker-hub.ts'

/** What a worker has to do for the open operation: everything it needs in one answer, so that it asks the hub once. */
export async function orderFor(
  context: PlatformContext,
  sql: Sql,
  deployment: string,
  state: DeploymentState,
  cluster: string,
  settle: boolean,
): Promise<Order | null> {
  const { identity, operation } = state
  if (!identity || !operation) return null
  const order = {
    claim: { operation: operation.id, cluster, attempt: operation.claims[cluster] ?? 0 },
    kind: operation.kind,
    deployment,
    namespace: identity.namespace,
    name: identity.name,
    deadline: new Date(operation.deadline),
  }
  if (operation.kind === 'delete')
    return {
      ...order,
      step: { type: 'remove', data: operation.data ?? 'keep', of: ofEarlier(operation, cluster) },
    }
  const work = await workOf(sql, deployment, state, cluster)
  if (settle) return { ...order, step: { type: 'settle', work } }
  const version = wanted(state)?.secretVersion ?? 0
  const secrets: SecretValues =
    version > 0 ? await context.secrets.read(sql, deployment, version) : {}
  const namespace = await findNamespace(sql, { teams: [identity.team] }, identity.namespace)
  const judged = await question(context, sql, state, work.objects, namespace)
  // A deployment may be asked for right after its namespace: whoever comes first prepares it.
  const isReady = namespace?.clusters.some(one => one.name === cluster && one.state === 'ready')
  const prepare = isReady ? null : await namespaceSpec(sql, identity.namespace)
  const excepted = await exceptedNow(context, sql, deployment, state, judged)
  return {
    ...order,
    step: {
      type: 'apply',
      work,
      secrets,
      question: judged,
      ...(excepted && { excepted }),
      prepare,
    },
  }
}

/** Seconds that emptying a cluster may take; what is not done by then is tried again. */
const emptyingSeconds = 600

/** What a worker has to do where a deployment is not to stand any more. Its data stays, unless it is being deleted with it. */
export function orderToEmpty(
  context: Pick<PlatformContext, 'clock'>,
  deployment: string,
  { identity, leaving }: DeploymentState,
  at: { readonly operation: string; readonly cluster: string },
): Order | null {
  if (!identity) return null
  const { namespace, name } = identity
  const erases = leaving.find(one => one.cluster === at.cluster)?.erases
  return {
    claim: { ...at, attempt: 0 },
    kind: erases ? 'delete' : 'move',
    ...{ deployment, namespace, name },
    deadline: new Date(context.clock().getTime() + emptyingSeconds * 1000),
    step: erases
      ? { type: 'remove', data: 'delete', of: erases }
      : { type: 'remove', data: 'keep' },
  }
}

/** The wanted revision of a deployment as a work for one of its clusters. */
export async function workOf(
  sql: Sql,
  deployment: string,
  state: DeploymentState,
  cluster: string,
): Promise<Work> {
  const revision = wanted(state)
  const { identity, operation } = state
  if (!revision || !identity) throw new Error(`Deployment ${deployment} has no revision.`)
  // The blob was written from KubernetesObject[] and is checked against its digest when it is read.
  const objects = (await readBlob(sql, revision.objects)) as KubernetesObject[]
  const work: Work = {
    deployment,
    namespace: identity.namespace,
    name: identity.name,
    operation: state.operation?.id ?? '',
    revision: revision.number,
    digest: revision.objects,
    objects,
    secretName: objects.find(object => object.kind === 'Secret')?.metadata.name ?? null,
    ...(operation?.preview
      ? { preview: previewAt(operation.preview, operation.clusters, cluster) }
      : {}),
    consents: state.operation?.consents ?? [],
  }
  const part = operation?.replicas?.[cluster] ?? identity.replicas?.[cluster]
  return workThere(work, revision.replicas, part)
}

/**
 * The policies' question of a deployment as it is to be, asked anew at apply: what was allowed at the door may be forbidden since.
 * Throws where its app has left the shelf.
 */
export async function question(
  context: PlatformContext,
  sql: Sql,
  state: DeploymentState,
  objects: readonly KubernetesObject[],
  namespace: Namespace | null,
) {
  const { identity } = state
  const revision = wanted(state)
  const entry = identity && (await findApp(context, identity.app, sql))
  if (!identity || !revision || !entry)
    throw new Error(
      `The catalogue has lost the app ${identity?.app}; the deployment cannot be judged.`,
    )
  const actor = { id: 'platform', teams: [identity.team] }
  const dataClass = (state.operation?.placement ?? identity.placement)?.dataClass
  return questionFor({
    app: entry.app,
    actor,
    namespace,
    clusters: state.operation?.clusters ?? identity.clusters,
    target: identity,
    configuration: {
      settings: {},
      env: revision.env,
      replicas: revision.replicas,
      ...(revision.resources ? { resources: revision.resources } : {}),
      ingress: revision.ingress,
      ...(dataClass ? { dataClass } : {}),
    },
    objects,
    environment: context.environments[namespace?.environment ?? 'dev'],
    passport: entry.passport,
    now: context.clock(),
  })
}
