import type { Namespace } from '#api/clusters.ts'
import type { Sql } from './adapters/database/database.ts'
import { listAddedApps } from './added-apps/added-app.ts'
import { addApp, removeApp } from './added-apps/commands.ts'
import { listApps, readApp } from './catalogue.ts'
import {
  createComposition,
  deleteComposition,
  previewComposition,
  updateComposition,
} from './compositions/commands.ts'
import { listCompositions, readComposition } from './compositions/queries.ts'
import type { PlatformContext } from './context.ts'
import { restartDeployment, rollbackDeployment, updateDeployment } from './deployments/changes.ts'
import { createDeployment, deleteDeployment } from './deployments/commands.ts'
import { drainCluster, previewDrain } from './deployments/drain-plan.ts'
import { readFailover, setFailover } from './deployments/failover.ts'
import { forgetDeployment } from './deployments/forget.ts'
import { inspectDeployment, readLogs, readMetrics } from './deployments/inspect.ts'
import { moveDeployment, previewMove } from './deployments/move.ts'
import { cancelOperation, retryOperation } from './deployments/operation-commands.ts'
import { listOperations, readOperation } from './deployments/operations.ts'
import { previewDeployment } from './deployments/preview.ts'
import { listDeployments, listRevisions, readDeployment } from './deployments/queries.ts'
import { listSecrets, revealSecret } from './deployments/reveal.ts'
import { readTimeline } from './deployments/timeline.ts'
import { continueOperation } from './deployments/waves.ts'
import { setCordon } from './federation/cordons.ts'
import { detachCluster } from './federation/detach.ts'
import { readHubHealth } from './federation/health-view.ts'
import {
  createNamespace,
  findNamespace,
  listNamespaces,
  noSuchNamespace,
} from './federation/namespaces.ts'
import { listClusters } from './federation/registry.ts'
import { spreadNamespace } from './federation/spread-namespace.ts'
import { approvalFunctions } from './governance/approvals/functions.ts'
import { listAudit } from './governance/audit/queries.ts'
import { readableBy } from './governance/audit/readable.ts'
import { identityFunctions } from './governance/identity/identity-functions.ts'
import { listQuotas, removeQuota, setQuota } from './governance/quotas/quotas.ts'
import {
  createWorkerCredential,
  listWorkerCredentials,
  revokeWorkerCredential,
} from './governance/worker-credentials.ts'
import { notificationFunctions } from './notifications/notifications.ts'
import { listCompliance } from './orchestration/compliance.ts'
import { asOfNow } from './orchestration/task-views.ts'
import type { Actor, Platform } from './platform.ts'
import { webhookFunctions } from './webhooks/webhook-functions.ts'

/** The platform as functions, over what the composition root has chosen. Holds no state of its own. */
export function createPlatform(context: PlatformContext): Platform {
  const { database } = context
  const shelf = () => shelfOf(context)
  return {
    listApps: async (_actor, { query }) => listApps(await shelf(), query),
    readApp: async (_actor, { params }) => readApp(await shelf(), params.app),
    addApp: async (actor, { body }) => {
      const id = await addApp(context, actor, body)
      return readApp(await shelf(), id)
    },
    removeApp: async (actor, { params }) => {
      await removeApp(context, actor, params.app)
      return undefined
    },

    ...clusterRoutes(context),

    ...namespaceRoutes(context),

    listDeployments: (actor, { query }) => listDeployments(database, actor, query),
    listDeploymentsOfNamespace: (actor, { params, query }) =>
      listDeployments(database, actor, { ...query, ...params, sort: 'name' }),
    createDeployment: (actor, { body }) => createDeployment(context, actor, body),
    previewDeployment: (actor, { body }) => previewDeployment(context, actor, body),
    readDeployment: async (actor, { params }) => {
      const deployment = await readDeployment(database, actor, params)
      const [operation = deployment.operation] = await asOfNow(database, [deployment.operation])
      return { ...deployment, operation }
    },
    updateDeployment: (actor, { params, body, ifMatch }) =>
      updateDeployment(context, actor, { ...params, ifMatch, reason: body.reason }, body),
    deleteDeployment: (actor, { params, query: { data, forget }, ifMatch }) =>
      forget === undefined
        ? deleteDeployment(context, actor, { ...params, ifMatch }, data)
        : forgetDeployment(context, actor, { ...params, ifMatch }, { data, typed: forget }),
    restartDeployment: (actor, { params, ifMatch }) =>
      restartDeployment(context, actor, { ...params, ifMatch }),
    rollbackDeployment: (actor, { params, body, ifMatch }) =>
      rollbackDeployment(context, actor, { ...params, ifMatch }, body),
    ...moveRoutes(context),
    listRevisions: (actor, { params, query }) => listRevisions(database, actor, params, query),
    listObjects: async (actor, { params }) => ({
      ...(await inspectDeployment(context, actor, params)),
      next: null,
    }),
    listSecrets: async (actor, { params }) => ({
      items: await listSecrets(context, actor, params),
      next: null,
    }),
    revealSecret: (actor, { params }) => revealSecret(context, actor, params, params.secret),
    readLogs: (actor, { params, query }) => readLogs(context, actor, params, query),
    readMetrics: (actor, { params }) => readMetrics(context, actor, params),
    readTimeline: (actor, { params, query }) => readTimeline(database, actor, params, query),

    ...compositionRoutes(context),
    ...operationRoutes(context),

    ...identityFunctions(context),
    ...notificationFunctions(database),
    listAudit: (actor, { query }) => listAudit(database, readableBy(actor), query),
    ...webhookFunctions(context),
    ...approvalFunctions(context),

    listCompliance: (actor, { query }) => listCompliance(context, actor, query),

    ...deadLetterRoutes(context.queue),
  }
}

function namespaceRoutes(
  context: PlatformContext,
): Pick<
  Platform,
  | 'listNamespaces'
  | 'readNamespace'
  | 'createNamespace'
  | 'spreadNamespace'
  | 'listQuotas'
  | 'setQuota'
  | 'removeQuota'
> {
  const { database } = context
  return {
    listNamespaces: (actor, { query }) => listNamespaces(database, actor, query),
    readNamespace: (actor, { params }) => readNamespace(database, actor, params.namespace),
    createNamespace: (actor, { body }) => createNamespace(context, actor, body),
    spreadNamespace: (actor, { params, body }) =>
      spreadNamespace(context, actor, params.namespace, body),

    listQuotas: actor => listQuotas(database, actor),
    setQuota: (actor, { params, body }) =>
      setQuota(context, actor, params.scope, params.name, body),
    removeQuota: async (actor, { params }) => {
      await removeQuota(context, actor, params.scope, params.name)
      return undefined
    },
  }
}

/** The platform's ground with the apps from outside among the others. */
async function shelfOf(context: PlatformContext) {
  const { entries, unusable } = await listAddedApps(context, context.database)
  return { ...context, catalog: [...context.catalog, ...entries], unusable }
}

function moveRoutes(
  context: PlatformContext,
): Pick<Platform, 'moveDeployment' | 'previewMove' | 'readFailover' | 'setFailover'> {
  return {
    readFailover: (actor, { params }) => readFailover(context.database, actor, params),
    setFailover: (actor, { params, body }) => setFailover(context, actor, params, body),
    moveDeployment: (actor, { params, body, ifMatch }) =>
      moveDeployment(context, actor, { ...params, ifMatch }, body),
    previewMove: (actor, { params, body }) => previewMove(context, actor, params, body),
  }
}

function clusterRoutes(
  context: PlatformContext,
): Pick<
  Platform,
  | 'listClusters'
  | 'cordonCluster'
  | 'uncordonCluster'
  | 'previewDrain'
  | 'drainCluster'
  | 'detachCluster'
> &
  WorkerCredentialRoutes {
  const { database } = context
  return {
    ...workerCredentialRoutes(context),
    listClusters: async actor => ({
      items: await listClusters(database, actor, context.clock()),
      next: null,
      hub: await readHubHealth(database),
    }),
    cordonCluster: async (actor, { params, body }) => {
      await setCordon(context, actor, params.cluster, true, body)
      return undefined
    },
    previewDrain: (actor, { params }) => previewDrain(context, actor, params.cluster),
    drainCluster: (actor, { params, body }) =>
      drainCluster(context, actor, params.cluster, body.reason),
    detachCluster: async (actor, { params, query }) => {
      await detachCluster(context, actor, params.cluster, query.leave)
      return undefined
    },
    uncordonCluster: async (actor, { params }) => {
      await setCordon(context, actor, params.cluster, false)
      return undefined
    },
  }
}

function compositionRoutes(
  context: PlatformContext,
): Pick<
  Platform,
  | 'listCompositions'
  | 'previewComposition'
  | 'createComposition'
  | 'readComposition'
  | 'updateComposition'
  | 'deleteComposition'
> {
  const { database } = context
  return {
    listCompositions: (actor, { query }) => listCompositions(database, actor, query),
    previewComposition: (actor, { body }) => previewComposition(context, actor, body),
    createComposition: (actor, { body }) => createComposition(context, actor, body),
    readComposition: (actor, { params }) => readComposition(database, actor, params),
    updateComposition: (actor, { params, body }) => updateComposition(context, actor, params, body),
    deleteComposition: (actor, { params, query }) =>
      deleteComposition(context, actor, params, query.data),
  }
}

function deadLetterRoutes({
  deadLetters,
}: PlatformContext['queue']): Pick<
  Platform,
  'listDeadLetters' | 'replayDeadLetter' | 'discardDeadLetter'
> {
  return {
    listDeadLetters: (_actor, { query }) => deadLetters.list(query),
    replayDeadLetter: (_actor, { params }) => deadLetters.replay(params.id),
    discardDeadLetter: async (_actor, { params }) => {
      await deadLetters.discard(params.id)
      return undefined
    },
  }
}

function operationRoutes(
  context: PlatformContext,
): Pick<
  Platform,
  'listOperations' | 'readOperation' | 'cancelOperation' | 'continueOperation' | 'retryOperation'
> {
  const { database } = context
  return {
    listOperations: async (actor, { query }) => {
      const { items, next } = await listOperations(database, actor, query)
      return { items: await asOfNow(database, items), next }
    },
    readOperation: async (actor, { params }) => {
      const operation = await readOperation(database, params.operation, actor)
      const [shown = operation] = await asOfNow(database, [operation])
      return shown
    },
    cancelOperation: (actor, { params }) => cancelOperation(context, actor, params.operation),
    continueOperation: (actor, { params, body }) =>
      continueOperation(context, actor, params.operation, body.wave),
    retryOperation: (actor, { params, body }) =>
      retryOperation(context, actor, params.operation, body?.consent),
  }
}

type WorkerCredentialRoutes = Pick<
  Platform,
  'listWorkerCredentials' | 'createWorkerCredential' | 'revokeWorkerCredential'
>

function workerCredentialRoutes(context: PlatformContext): WorkerCredentialRoutes {
  return {
    listWorkerCredentials: (_actor, { query }) => listWorkerCredentials(context, query),
    createWorkerCredential: (actor, { body }) => createWorkerCredential(context, actor, body),
    revokeWorkerCredential: async (actor, { params }) => {
      await revokeWorkerCredential(context, actor, params.credential)
      return undefined
    },
  }
}

async function readNamespace(sql: Sql, actor: Actor, name: string): Promise<Namespace> {
  const found = await findNamespace(sql, actor, name)
  if (found) return found
  throw noSuchNamespace(name)
}
