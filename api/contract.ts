import { z } from 'zod'
import { AppList, appFilters } from './app-filters.ts'
import { App } from './apps.ts'
import { Cluster, CreateNamespace, Namespace } from './clusters.ts'
import {
  CreateDeployment,
  Deployment,
  DeploymentInput,
  Logs,
  ObjectStatus,
  Preview,
  Revision,
  Rollback,
  TimelineEntry,
} from './deployments.ts'
import { EventView } from './events.ts'
import { DeploymentMetrics } from './metrics.ts'
import { Name, Time } from './names.ts'
import { DeadLetter, OperationOfDeployment, OperationState, RetryOperation } from './operations.ts'
import { route } from './route.ts'
import { DeploymentSecret, RevealedSecret, SecretName } from './secrets.ts'
import { Session, SignIn, SignInLink } from './session.ts'

const page = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
}
const one = z.strictObject({ namespace: Name, name: Name })

/** A page of a list; `next` is the cursor of the page after it. */
function list<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}

/** Every route of the HTTP API, by name: gateway, client and OpenAPI document are all derived from this one table. */
export const contract = {
  signIn: route({
    method: 'POST',
    path: '/session',
    summary: 'Sign in with a one-time link',
    tag: 'session',
    action: 'session.open',
    body: SignIn,
    answers: { 201: Session },
  }),
  readSession: route({
    method: 'GET',
    path: '/session',
    summary: 'Who am I',
    tag: 'session',
    action: 'session.read',
    answers: { 200: Session },
  }),
  signOut: route({
    method: 'DELETE',
    path: '/session',
    summary: 'Sign out',
    tag: 'session',
    action: 'session.read',
    answers: { 204: null },
  }),
  createSignInLink: route({
    method: 'POST',
    path: '/sign-in-links',
    summary: 'A new one-time link to sign in to the portal with',
    tag: 'session',
    action: 'session.invite',
    answers: { 201: SignInLink },
  }),

  listApps: route({
    method: 'GET',
    path: '/apps',
    summary: 'The catalogue, searched and narrowed, with how many apps each filter would leave',
    tag: 'catalogue',
    action: 'catalogue.read',
    query: z.strictObject({
      ...page,
      q: z
        .string()
        .max(200)
        .describe('all these words, in name, description, category or capability')
        .optional(),
      ...appFilters,
    }),
    answers: { 200: AppList },
  }),
  readApp: route({
    method: 'GET',
    path: '/apps/{app}',
    summary: 'An app with its settings and passport',
    tag: 'catalogue',
    action: 'catalogue.read',
    params: z.strictObject({ app: Name }),
    answers: { 200: App },
  }),

  listClusters: route({
    method: 'GET',
    path: '/clusters',
    summary: 'The clusters',
    tag: 'clusters',
    action: 'cluster.read',
    query: z.strictObject(page),
    answers: { 200: list(Cluster) },
  }),

  listNamespaces: route({
    method: 'GET',
    path: '/namespaces',
    summary: 'The namespaces I may see',
    tag: 'namespaces',
    action: 'namespace.read',
    query: z.strictObject({ ...page, q: z.string().max(200).optional() }),
    answers: { 200: list(Namespace) },
  }),
  readNamespace: route({
    method: 'GET',
    path: '/namespaces/{namespace}',
    summary: 'A namespace',
    tag: 'namespaces',
    action: 'namespace.read',
    params: z.strictObject({ namespace: Name }),
    answers: { 200: Namespace },
  }),
  createNamespace: route({
    method: 'POST',
    path: '/namespaces',
    summary: 'Prepare a namespace on its clusters',
    tag: 'namespaces',
    action: 'namespace.create',
    body: CreateNamespace,
    answers: { 202: Namespace },
  }),

  listDeployments: route({
    method: 'GET',
    path: '/deployments',
    summary: 'The deployments I may see',
    tag: 'deployments',
    action: 'deployment.read',
    query: z.strictObject({
      ...page,
      q: z.string().max(200).optional(),
      namespace: Name.optional(),
      app: Name.optional(),
      cluster: Name.optional(),
      health: z.string().max(20).optional(),
      sort: z.enum(['name', '-createdAt', 'health']).default('name'),
    }),
    answers: { 200: list(Deployment) },
  }),
  listDeploymentsOfNamespace: route({
    method: 'GET',
    path: '/deployments/{namespace}',
    summary: 'The deployments of a namespace',
    tag: 'deployments',
    action: 'deployment.read',
    params: z.strictObject({ namespace: Name }),
    query: z.strictObject(page),
    answers: { 200: list(Deployment) },
  }),
  createDeployment: route({
    method: 'POST',
    path: '/deployments',
    summary: 'Deploy an app',
    tag: 'deployments',
    action: 'deployment.create',
    body: CreateDeployment,
    answers: { 202: OperationOfDeployment },
    starts: 'operation',
  }),
  previewDeployment: route({
    method: 'POST',
    path: '/deployments/_preview',
    summary: 'What would happen: findings, fixes and changes',
    tag: 'deployments',
    action: 'deployment.read',
    body: CreateDeployment,
    answers: { 200: Preview },
  }),
  readDeployment: route({
    method: 'GET',
    path: '/deployments/{namespace}/{name}',
    summary: 'A deployment',
    tag: 'deployments',
    action: 'deployment.read',
    params: one,
    answers: { 200: Deployment },
  }),
  updateDeployment: route({
    method: 'PUT',
    path: '/deployments/{namespace}/{name}',
    summary: 'Replace the configuration of a deployment',
    tag: 'deployments',
    action: 'deployment.update',
    params: one,
    body: DeploymentInput,
    answers: { 202: OperationOfDeployment },
    starts: 'operation',
    conditional: true,
  }),
  deleteDeployment: route({
    method: 'DELETE',
    path: '/deployments/{namespace}/{name}',
    summary: 'Delete a deployment; its data is kept unless asked otherwise',
    tag: 'deployments',
    action: 'deployment.delete',
    params: one,
    query: z.strictObject({ data: z.enum(['keep', 'delete']).default('keep') }),
    answers: { 202: OperationOfDeployment },
    starts: 'operation',
    conditional: true,
  }),
  restartDeployment: route({
    method: 'POST',
    path: '/deployments/{namespace}/{name}/restart',
    summary: 'Restart the pods of a deployment',
    tag: 'deployments',
    action: 'deployment.update',
    params: one,
    answers: { 202: OperationOfDeployment },
    starts: 'operation',
    conditional: true,
  }),
  rollbackDeployment: route({
    method: 'POST',
    path: '/deployments/{namespace}/{name}/rollback',
    summary: 'Go back to an earlier revision, as a new revision',
    tag: 'deployments',
    action: 'deployment.update',
    params: one,
    body: Rollback,
    answers: { 202: OperationOfDeployment },
    starts: 'operation',
    conditional: true,
  }),
  listRevisions: route({
    method: 'GET',
    path: '/deployments/{namespace}/{name}/revisions',
    summary: 'The revisions of a deployment, newest first',
    tag: 'deployments',
    action: 'deployment.read',
    params: one,
    query: z.strictObject(page),
    answers: { 200: list(Revision) },
  }),
  listObjects: route({
    method: 'GET',
    path: '/deployments/{namespace}/{name}/objects',
    summary: 'Its Kubernetes objects as they stand, with drift',
    tag: 'deployments',
    action: 'deployment.read',
    params: one,
    answers: { 200: z.object({ items: z.array(ObjectStatus), next: z.null() }) },
  }),
  listSecrets: route({
    method: 'GET',
    path: '/deployments/{namespace}/{name}/secrets',
    summary: 'Its secrets by name, never their values',
    tag: 'deployments',
    action: 'deployment.read',
    params: one,
    answers: { 200: z.object({ items: z.array(DeploymentSecret), next: z.null() }) },
  }),
  revealSecret: route({
    method: 'POST',
    path: '/deployments/{namespace}/{name}/secrets/{secret}/reveal',
    summary: 'The value of a secret that is meant for a person; its timeline tells who asked',
    tag: 'deployments',
    action: 'secret.reveal',
    params: one.extend({ secret: SecretName }),
    answers: { 200: RevealedSecret },
    secretAnswer: true,
  }),
  readLogs: route({
    method: 'GET',
    path: '/deployments/{namespace}/{name}/logs',
    summary: 'The latest log lines',
    tag: 'deployments',
    action: 'deployment.logs',
    params: one,
    query: z.strictObject({
      lines: z.coerce.number().int().min(1).max(2000).default(200),
      since: Time.describe('only lines from this second on').optional(),
    }),
    answers: { 200: Logs },
  }),
  readMetrics: route({
    method: 'GET',
    path: '/deployments/{namespace}/{name}/metrics',
    summary: 'What its containers take of processor and memory now, beside their limits',
    tag: 'deployments',
    action: 'deployment.metrics',
    params: one,
    answers: { 200: DeploymentMetrics },
  }),
  readTimeline: route({
    method: 'GET',
    path: '/deployments/{namespace}/{name}/timeline',
    summary: 'Its story, newest first',
    tag: 'deployments',
    action: 'deployment.read',
    params: one,
    query: z.strictObject(page),
    answers: { 200: list(TimelineEntry) },
  }),

  listOperations: route({
    method: 'GET',
    path: '/operations',
    summary: 'Operations, newest first',
    tag: 'operations',
    action: 'operation.read',
    query: z.strictObject({
      ...page,
      state: OperationState.optional(),
      namespace: Name.optional(),
      name: Name.optional(),
    }),
    answers: { 200: list(OperationOfDeployment) },
  }),
  readOperation: route({
    method: 'GET',
    path: '/operations/{operation}',
    summary: 'An operation',
    tag: 'operations',
    action: 'operation.read',
    params: z.strictObject({ operation: z.uuid() }),
    answers: { 200: OperationOfDeployment },
  }),
  cancelOperation: route({
    method: 'POST',
    path: '/operations/{operation}/cancel',
    summary: 'Stop an operation before its next step',
    tag: 'operations',
    action: 'operation.change',
    params: z.strictObject({ operation: z.uuid() }),
    answers: { 202: OperationOfDeployment },
  }),
  retryOperation: route({
    method: 'POST',
    path: '/operations/{operation}/retry',
    summary: 'Do again what failed or was cancelled, or give the consent that was asked for',
    tag: 'operations',
    action: 'operation.change',
    params: z.strictObject({ operation: z.uuid() }),
    body: RetryOperation.optional(),
    answers: { 202: OperationOfDeployment },
    starts: 'operation',
  }),

  listDeadLetters: route({
    method: 'GET',
    path: '/dead-letters',
    summary: 'Tasks that failed for good',
    tag: 'operations',
    action: 'dead-letter.read',
    query: z.strictObject(page),
    answers: { 200: list(DeadLetter) },
  }),
  replayDeadLetter: route({
    method: 'POST',
    path: '/dead-letters/{id}/replay',
    summary: 'Try a dead letter again',
    tag: 'operations',
    action: 'dead-letter.change',
    params: z.strictObject({ id: z.uuid() }),
    answers: { 202: DeadLetter },
  }),
  discardDeadLetter: route({
    method: 'POST',
    path: '/dead-letters/{id}/discard',
    summary: 'Give a dead letter up',
    tag: 'operations',
    action: 'dead-letter.change',
    params: z.strictObject({ id: z.uuid() }),
    answers: { 204: null },
  }),

  streamEvents: route({
    method: 'GET',
    path: '/events',
    summary: 'Everything that happens, as server-sent events',
    tag: 'events',
    action: 'event.read',
    query: z.strictObject({ namespace: Name.optional(), name: Name.optional() }),
    answers: { 200: EventView },
    stream: true,
  }),
} as const

export type Contract = typeof contract
export type RouteName = keyof Contract
